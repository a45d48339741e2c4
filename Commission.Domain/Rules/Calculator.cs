namespace Commission.Domain.Rules;

/// <summary>
/// Applies a rule set document to facts. The same document and facts give the same bytes for ever: each component's pool is
/// rounded once, half away from zero, then split by largest remainder with the platform as first party.
/// </summary>
public static class Calculator
{
    /// <summary>The basis that the rules need and the facts lack, or null when everything is there.</summary>
    public static string? MissingBasis(RuleSetDocument document, CalculationFacts facts)
    {
        var product = document.Products[facts.Product];
        for (var i = 0; i < product.Components.Count; i++)
        {
            var component = product.Components[i];
            if (!Evaluation.Needs(product, i, facts.Event))
                continue;
            if (facts.ValueOf(component.BasisName) is null)
                return component.BasisName;
            if (facts.ValueOf(component.BandBasisName) is null)
                return component.BandBasisName;
        }
        return null;
    }

    /// <summary>Calculates with the full explanation: the settlement, or the event that the facts name.</summary>
    /// <exception cref="KeyNotFoundException">The document lacks the product.</exception>
    /// <exception cref="InvalidOperationException">A basis is missing, or the parts do not add up.</exception>
    /// <exception cref="OverflowException">An amount leaves 64 bits.</exception>
    public static Calculation Calculate(RuleSetDocument document, CalculationFacts facts)
    {
        var amounts = new List<PartyAmount>();
        var steps = new List<CanonicalObject>();
        Run(document, facts, amounts, steps, null);
        var components = document.Products[facts.Product].Components;
        var canonicalFacts = facts.ToCanonical();
        var factsHash = Hash.Of(canonicalFacts);
        var explanation = new CanonicalObject()
            .Add("currency", document.Currency.Code)
            .Add("factsHash", factsHash.ToString())
            .Add("governingAgreement", document.GoverningAgreement)
            .Add("kind", facts.Event?.Kind ?? "settlement")
            .Add("product", facts.Product)
            .Add("ruleHash", document.Hash.ToString())
            .Add("steps", steps)
            .Add("version", 1)
            .ToBytes();
        var accruals = amounts.ConvertAll(amount => new Accrual(components[amount.Component].Name, amount.Party, amount.Payee, amount.AmountMinor));
        return new Calculation(accruals, explanation, document.Hash, factsHash) { Facts = canonicalFacts };
    }

    /// <summary>The same amounts without explanation, appended to a list that the caller reuses: for millions of deals.</summary>
    /// <exception cref="KeyNotFoundException">The document lacks the product.</exception>
    /// <exception cref="InvalidOperationException">A basis is missing, or the parts do not add up.</exception>
    /// <exception cref="OverflowException">An amount leaves 64 bits.</exception>
    public static void Amounts(RuleSetDocument document, CalculationFacts facts, List<PartyAmount> into) => Run(document, facts, into, null, null);

    /// <summary>The same amounts, with what caps cut off.</summary>
    /// <exception cref="KeyNotFoundException">The document lacks the product.</exception>
    /// <exception cref="InvalidOperationException">A basis is missing, or the parts do not add up.</exception>
    /// <exception cref="OverflowException">An amount leaves 64 bits.</exception>
    public static void Amounts(RuleSetDocument document, CalculationFacts facts, List<PartyAmount> into, List<CapCut> cuts) =>
        Run(document, facts, into, null, cuts);

    /// <summary>Calculates again from stored bytes: the same document and facts give the same calculation for ever.</summary>
    public static (Calculation? Calculation, Refusal? Refusal) Replay(RuleSetDocument document, ReadOnlyMemory<byte> canonicalFacts)
    {
        var (facts, refusal) = CalculationFactsReader.Read(canonicalFacts);
        if (facts is null)
            return (null, refusal);
        if (!document.Products.ContainsKey(facts.Product))
            return (null, new Refusal(RefusalCodes.UnknownProduct, $"$.product: the rule set has no product {facts.Product}.", "$.product"));
        if (facts.Event is VolumePosition volume && document.Products[facts.Product].Find(volume.Component) is { } accumulating
            && volume.FurtherBeforeMinor.Count != Math.Max(accumulating.Stages.Count - 1, 0))
        {
            return (null, StrictNode.Wrong(
                "$.event.further", $"one place for each further accumulator of {volume.Component}, {accumulating.Stages.Count - 1}", $"{volume.FurtherBeforeMinor.Count}"));
        }
        return MissingBasis(document, facts) is { } missing
            ? (null, new Refusal(RefusalCodes.MissingBasis, $"$.bases: the rule set needs {missing}.", $"$.bases.{missing}"))
            : (Calculate(document, facts), null);
    }

    private static void Run(
        RuleSetDocument document, CalculationFacts facts, List<PartyAmount> into, List<CanonicalObject>? steps, List<CapCut>? cuts)
    {
        var product = document.Products[facts.Product];
        var start = into.Count;
        if (facts.Event is ClawedBack clawback)
        {
            ClawbackCalculation.Run(product, clawback, into, steps);
            return;
        }
        var sorted = true;
        for (var i = 0; i < product.Order.Count; i++)
        {
            var index = product.Order[i];
            sorted &= index == i;
            if (Evaluation.Applies(product, index, facts.Event))
                Evaluation.Run(product, index, facts, start, into, steps, cuts);
        }
        if (!sorted)
            SortByComponent(into, start);
    }

    /// <summary>An override may be declared before what it overrides; amounts come in declared order all the same.</summary>
    private static void SortByComponent(List<PartyAmount> amounts, int start)
    {
        for (var i = start + 1; i < amounts.Count; i++)
        {
            for (var j = i; j > start && amounts[j - 1].Component > amounts[j].Component; j--)
                (amounts[j - 1], amounts[j]) = (amounts[j], amounts[j - 1]);
        }
    }
}
