namespace Commission.Domain.Rules.Volumes;

/// <summary>What one accumulator adds up: a component of a version, for one owner and period.</summary>
/// <param name="RuleHash">The version: another version never shares volume with it.</param>
/// <param name="Vertical">Vertical code.</param>
/// <param name="Product">Product code.</param>
/// <param name="Component">The component's name.</param>
/// <param name="Owner">A contact's or a deal's id.</param>
/// <param name="Period">For example <c>2026-Q1</c>.</param>
/// <param name="Stage">0 for the component's first accumulator, then 1, 2 …</param>
[GenerateSerializer, Immutable, Alias("VolumeKey")]
public sealed record VolumeKey(
    [property: Id(0)] Hash RuleHash,
    [property: Id(1)] string Vertical,
    [property: Id(2)] string Product,
    [property: Id(3)] string Component,
    [property: Id(4)] string Owner,
    [property: Id(5)] string Period,
    [property: Id(6)] int Stage = 0)
{
    /// <summary>The same key always gives the same text, and no other key gives it: it can name a grain.</summary>
    public override string ToString() =>
        $"volume:{RuleHash}/{Vertical}/{Product}/{Owner}/{Period}{(Stage == 0 ? "" : $";{Stage}")}/{Component}";
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
    [property: Id(8)] bool Withdrawn = false)
{
    /// <summary>The component's milestones that the deal has reached, in declared order.</summary>
    [Id(9)] public string[] Reached { get; init; } = [];

    /// <summary>The component's further accumulators, in their order.</summary>
    [Id(10)] public VolumeKey[] Onward { get; init; } = [];

    /// <summary>Its place in the accumulators before this one; null in the first.</summary>
    [Id(11)] public VolumePlace? Place { get; init; }
}

/// <summary>The place of a contribution in the accumulators that it has gone through.</summary>
/// <param name="Index">How many come before it in the first.</param>
/// <param name="Before">What those add up to.</param>
/// <param name="Total">What all add up to.</param>
/// <param name="PoolsBeforeMinor">What the pools before it add up to, one for each accumulator.</param>
[GenerateSerializer, Immutable, Alias("VolumePlace")]
public sealed record VolumePlace(
    [property: Id(0)] int Index, [property: Id(1)] long Before, [property: Id(2)] long Total, [property: Id(3)] long[] PoolsBeforeMinor);
