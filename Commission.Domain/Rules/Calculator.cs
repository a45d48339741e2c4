using Commission.Domain.Amounts;

namespace Commission.Domain.Rules;

/// <summary>
/// Applies a rule set document to facts. The same document and facts give the same bytes for ever: each component's pool is
/// rounded once, half away from zero, then split by largest remainder with the platform as first party.
/// </summary>
public static class Calculator
{
    /// <summary>The basis that the rules need and the facts lack, or null when everything is there.</summary>
    public static string? MissingBasis(RuleSetDocument document, CalculationFacts facts) =>
        document.Products[facts.Product].Select(component => component.BasisName).FirstOrDefault(name => BasisValue(name, facts) is null);

    /// <summary>Calculates.</summary>
    /// <exception cref="KeyNotFoundException">The document lacks the product.</exception>
    /// <exception cref="InvalidOperationException">A basis is missing, or the parts do not add up.</exception>
    /// <exception cref="OverflowException">An amount leaves 64 bits.</exception>
    public static Calculation Calculate(RuleSetDocument document, CalculationFacts facts)
    {
        var accruals = new List<Accrual>();
        var steps = new List<CanonicalObject>();
        foreach (var component in document.Products[facts.Product])
            Apply(component, document.PlatformFee, facts, accruals, steps);
        var canonicalFacts = facts.ToCanonical();
        var factsHash = Hash.Of(canonicalFacts);
        var explanation = new CanonicalObject()
            .Add("currency", document.Currency.Code)
            .Add("factsHash", factsHash.ToString())
            .Add("governingAgreement", document.GoverningAgreement)
            .Add("product", facts.Product)
            .Add("ruleHash", document.Hash.ToString())
            .Add("steps", steps)
            .Add("version", 1)
            .ToBytes();
        return new Calculation(accruals, explanation, document.Hash, factsHash);
    }

    private static void Apply(
        Component component, Rate platformFee, CalculationFacts facts, List<Accrual> accruals, List<CanonicalObject> steps)
    {
        var basis = BasisValue(component.BasisName, facts)
            ?? throw new InvalidOperationException($"The facts state no {component.BasisName}.");
        var (pool, clause) = component.Pool(basis);
        if (pool is < -Money.MaxMinor or > Money.MaxMinor)
            throw new OverflowException($"The pool of {component.Name} is {pool}, beyond {Money.MaxMinor} minor units.");
        var (parties, weights) = Weights(component.Split, platformFee, facts);
        var parts = Allocation.LargestRemainder(pool, weights);
        if (parts.Sum() != pool)
            throw new InvalidOperationException($"The parts of {component.Name} add up to {parts.Sum()}, not {pool}.");

        var shares = new List<CanonicalObject>(parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            ContactId? payee = parties[i] == Party.Platform ? null : facts.Payees[parties[i]];
            shares.Add(new CanonicalObject()
                .Add("amountMinor", parts[i]).Add("party", PartyNames.Of(parties[i])).Add("payee", payee?.ToString()).Add("weight", weights[i]));
            if (parts[i] != 0)
                accruals.Add(new Accrual(component.Name, parties[i], payee, parts[i]));
        }
        steps.Add(new CanonicalObject()
            .Add("basis", component.BasisName)
            .Add("basisMinor", basis)
            .Add("clause", clause)
            .Add("component", component.Name)
            .Add("poolMinor", pool)
            .Add("rounding", "half away from zero, then largest remainder")
            .Add("split", shares)
            .Add("totalWeight", weights.Sum()));
    }

    /// <summary>
    /// The fee f = n/d and the weights w as one list of integers: the platform n·Σw, each party (d−n)·w, so that one
    /// largest-remainder pass splits the whole pool.
    /// </summary>
    private static (Party[] Parties, long[] Weights) Weights(IReadOnlyList<Share> split, Rate fee, CalculationFacts facts)
    {
        var present = split.Where(share => facts.Payees.ContainsKey(share.Party)).ToArray();
        var sum = present.Sum(share => share.Weight);
        var numerator = present.Length == 0 ? 1 : fee.Units;
        var denominator = present.Length == 0 ? 1 : fee.Denominator;
        var divisor = Gcd(numerator, denominator);
        (numerator, denominator) = (numerator / divisor, denominator / divisor);
        Party[] parties = [Party.Platform, .. present.Select(share => share.Party)];
        long[] weights =
        [
            checked(numerator * Math.Max(sum, 1)),
            .. present.Select(share => checked((denominator - numerator) * share.Weight)),
        ];
        return (parties, weights);
    }

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);

    private static long? BasisValue(string name, CalculationFacts facts) => name switch
    {
        Basis.DealValue => facts.SettledValueMinor,
        Basis.Deal => 1,
        _ => facts.OtherBases.TryGetValue(name, out var value) ? value : null,
    };
}
