using Commission.Domain.Amounts;

namespace Commission.Domain.Rules;

/// <summary>What a calculation is made from: the settled deal, as signed, and what happened since.</summary>
/// <param name="Product">Product code.</param>
/// <param name="Currency">Settlement currency.</param>
/// <param name="SettledValueMinor">Settled value, minor units.</param>
/// <param name="OtherBases">Further named bases that were stated, minor units or units.</param>
/// <param name="Payees">Who fills each role; a missing role is skipped.</param>
public sealed record CalculationFacts(
    string Product,
    Currency Currency,
    long SettledValueMinor,
    IReadOnlyDictionary<string, long> OtherBases,
    IReadOnlyDictionary<Party, ContactId> Payees)
{
    /// <summary>What makes the calculation necessary; null for the settlement.</summary>
    public CalculationEvent? Event { get; init; }

    /// <summary>Canonical bytes; their hash is in every accrual entry, so that a replay knows what was calculated.</summary>
    public byte[] ToCanonical()
    {
        var bases = new CanonicalObject();
        foreach (var (name, value) in OtherBases)
            bases.Add(name, value);
        var payees = new CanonicalObject();
        foreach (var (party, contact) in Payees)
            payees.Add(PartyNames.Of(party), contact.ToString());
        return new CanonicalObject()
            .Add("bases", bases)
            .Add("currency", Currency.Code)
            .Add("event", Event?.ToCanonical())
            .Add("payees", payees)
            .Add("product", Product)
            .Add("settledValueMinor", SettledValueMinor)
            .ToBytes();
    }

    /// <summary>The value of a basis, or null when nobody stated it.</summary>
    internal long? ValueOf(string basis)
    {
        if (Event is RevenueReceived revenue && RevenueKinds.BasisOf(revenue.Revenue) == basis)
            return revenue.AmountMinor;
        return basis switch
        {
            Basis.DealValue => SettledValueMinor,
            Basis.Deal => 1,
            _ => OtherBases.TryGetValue(basis, out var value) ? value : null,
        };
    }
}

/// <summary>An amount owed because of a deal, or taken back.</summary>
/// <param name="Component">The clause it comes from.</param>
/// <param name="Party">The role.</param>
/// <param name="Payee">Who is owed; null for the platform.</param>
/// <param name="AmountMinor">Minor units; negative for an adjustment downwards and for a clawback, never zero.</param>
[GenerateSerializer, Immutable, Alias("Accrual")]
public sealed record Accrual(
    [property: Id(0)] string Component,
    [property: Id(1)] Party Party,
    [property: Id(2)] ContactId? Payee,
    [property: Id(3)] long AmountMinor);

/// <summary>Accruals with the proof of how they came about.</summary>
/// <param name="Accruals">In declared order; zero amounts left out.</param>
/// <param name="Explanation">Every step, canonical JSON.</param>
/// <param name="RuleHash">The document's hash.</param>
/// <param name="FactsHash">The hash of the facts' canonical bytes.</param>
public sealed record Calculation(IReadOnlyList<Accrual> Accruals, byte[] Explanation, Hash RuleHash, Hash FactsHash)
{
    /// <summary>The facts' canonical bytes.</summary>
    public byte[] Facts { get; init; } = [];

    /// <summary>SHA-256 of the explanation, as each accrual entry carries it.</summary>
    public Hash ExplanationHash { get; } = Hash.Of(Explanation);
}

/// <summary>One amount of a calculation without explanation.</summary>
/// <param name="Component">Index of the component in its product.</param>
/// <param name="Party">The role.</param>
/// <param name="Payee">Who; null for the platform.</param>
/// <param name="AmountMinor">Minor units, not zero.</param>
public readonly record struct PartyAmount(int Component, Party Party, ContactId? Payee, long AmountMinor);
