namespace Commission.Domain.Rules;

/// <summary>
/// A calculation of facts by rules that nobody need have approved. Both are taken as people write them, JSON in any layout;
/// what is wrong is refused with its path, below <c>rules</c> or <c>facts</c>.
/// </summary>
public static class RuleTrial
{
    /// <summary>Calculates with the full explanation, or says what is wrong.</summary>
    /// <param name="rules">A rule set document.</param>
    /// <param name="facts">Facts as docs/formats/rule-set.md has them.</param>
    public static (Calculation? Calculation, Refusal? Refusal) Run(ReadOnlyMemory<byte> rules, ReadOnlyMemory<byte> facts)
    {
        var (document, wrongRules) = RuleSetReader.Read(rules);
        if (document is null)
            return (null, Below("rules", wrongRules!));
        try
        {
            var (calculation, wrongFacts) = Run(document, CanonicalJson.Canonicalize(facts));
            return (calculation, wrongFacts is null ? null : Below("facts", wrongFacts));
        }
        catch (FormatException mistake)
        {
            return (null, Below("facts", new Refusal(RefusalCodes.InvalidField, mistake.Message, (mistake as CanonicalJsonException)?.Path ?? "$")));
        }
        catch (OverflowException)
        {
            return (null, Below("facts", new Refusal(RefusalCodes.InvalidField, "The amounts are too large for the rule set.", "$")));
        }
    }

    private static (Calculation? Calculation, Refusal? Refusal) Run(RuleSetDocument document, byte[] canonical)
    {
        var (facts, refusal) = CalculationFactsReader.Read(canonical);
        if (facts is null)
            return (null, refusal);
        if (facts.Currency != document.Currency)
            return (null, new Refusal(RefusalCodes.CurrencyMismatch, $"$.currency: expected {document.Currency}, found {facts.Currency}.", "$.currency"));
        if (facts.Event is VolumePosition volume && document.Products.TryGetValue(facts.Product, out var product) && !Accumulates(product, volume.Component))
        {
            return (null, new Refusal(
                RefusalCodes.InvalidField, $"$.event.component: {facts.Product} has no accumulating component {volume.Component}.", "$.event.component"));
        }
        return Calculator.Replay(document, canonical);
    }

    private static bool Accumulates(ProductRules product, string component) =>
        product.Find(component) is not null && product.MomentOf(product.IndexOf(component)) == Moment.Volume;

    private static Refusal Below(string part, Refusal refusal) =>
        refusal with { Field = part + refusal.Field?.TrimStart('$'), Text = $"{part}: {refusal.Text}" };
}
