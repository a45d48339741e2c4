namespace Commission.Domain.Rules.Volumes;

/// <summary>What one accumulator adds up: a component of a version, for one owner and period.</summary>
/// <param name="RuleHash">The version: another version never shares volume with it.</param>
/// <param name="Vertical">Vertical code.</param>
/// <param name="Product">Product code.</param>
/// <param name="Component">The component's name.</param>
/// <param name="Owner">A contact's or a deal's id.</param>
/// <param name="Period">For example <c>2026-Q1</c>.</param>
[GenerateSerializer, Immutable, Alias("VolumeKey")]
public sealed record VolumeKey(
    [property: Id(0)] Hash RuleHash,
    [property: Id(1)] string Vertical,
    [property: Id(2)] string Product,
    [property: Id(3)] string Component,
    [property: Id(4)] string Owner,
    [property: Id(5)] string Period)
{
    /// <summary>The same key always gives the same text, and no other key gives it: it can name a grain.</summary>
    public override string ToString() => $"volume:{RuleHash}/{Vertical}/{Product}/{Owner}/{Period}/{Component}";
}

/// <summary>Who fills a role of a contribution.</summary>
/// <param name="Party">The role.</param>
/// <param name="Contact">Who.</param>
[GenerateSerializer, Immutable, Alias("RolePayee")]
public readonly record struct RolePayee([property: Id(0)] Party Party, [property: Id(1)] ContactId Contact);

/// <summary>What one deal or payment adds to an accumulator. A higher revision replaces a lower one, in whatever order they arrive.</summary>
/// <param name="Id">The deal's id, or the deal's id and the payment's key; unique for ever.</param>
/// <param name="Deal">The deal.</param>
/// <param name="On">The date that puts it in order; ties go by id.</param>
/// <param name="Basis">The component's basis, minor units or units.</param>
/// <param name="BandValue">What adds up to choose the band; the basis unless the component says otherwise.</param>
/// <param name="Month">Month of the deal's life; 0 when it does not matter.</param>
/// <param name="Payees">Who fills the roles.</param>
/// <param name="Revision">0 for the first statement, then rising.</param>
/// <param name="Withdrawn">Whether it counts no longer.</param>
[GenerateSerializer, Immutable, Alias("VolumeContribution")]
public sealed record VolumeContribution(
    [property: Id(0)] string Id,
    [property: Id(1)] DealId Deal,
    [property: Id(2)] DateOnly On,
    [property: Id(3)] long Basis,
    [property: Id(4)] long BandValue,
    [property: Id(5)] int Month,
    [property: Id(6)] RolePayee[] Payees,
    [property: Id(7)] int Revision = 0,
    [property: Id(8)] bool Withdrawn = false);
