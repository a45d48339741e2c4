using Commission.Domain.Amounts;

namespace Commission.Domain.Rules;

/// <summary>What a calculation is made from: the settled deal, as signed.</summary>
/// <param name="Product">Product code.</param>
/// <param name="Currency">Settlement currency.</param>
/// <param name="SettledValueMinor">Settled value, minor units.</param>
/// <param name="OtherBases">Further named bases that the settlement stated, minor units or units.</param>
/// <param name="Payees">Who fills each role; a missing role is skipped.</param>
public sealed record CalculationFacts(
    string Product,
    Currency Currency,
    long SettledValueMinor,
    IReadOnlyDictionary<string, long> OtherBases,
    IReadOnlyDictionary<Party, ContactId> Payees)
{
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
            .Add("payees", payees)
            .Add("product", Product)
            .Add("settledValueMinor", SettledValueMinor)
            .ToBytes();
    }
}

/// <summary>An amount owed because of a deal.</summary>
/// <param name="Component">The clause it comes from.</param>
/// <param name="Party">The role.</param>
/// <param name="Payee">Who is owed; null for the platform.</param>
/// <param name="AmountMinor">Minor units, positive.</param>
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
    /// <summary>SHA-256 of the explanation, as each accrual entry carries it.</summary>
    public Hash ExplanationHash { get; } = Hash.Of(Explanation);
}

/// <summary>The words for roles in documents and explanations.</summary>
public static class PartyNames
{
    /// <summary>The role's word.</summary>
    public static string Of(Party party) => party switch
    {
        Party.Referrer => "referrer",
        Party.Upline => "upline",
        Party.Receiver => "receiver",
        Party.Platform => "platform",
        _ => throw new ArgumentOutOfRangeException(nameof(party)),
    };
}
