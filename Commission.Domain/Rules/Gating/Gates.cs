namespace Commission.Domain.Rules.Gating;

/// <summary>Checks rules and deals against their vertical's gates.</summary>
public static class Gates
{
    /// <summary>What a version breaks, each with its path in the document; empty when it may be approved.</summary>
    public static IReadOnlyList<Refusal> Check(IReadOnlyList<Gate> gates, RuleSetDocument document) =>
    [
        .. from product in document.Products
           from gate in gates
           where gate.Covers(product.Key)
           from broken in gate.Check(product.Value)
           let path = $"$.products.{product.Key}.{broken.Path}"
           select new Refusal(
               RefusalCodes.GateBroken, $"{path}: expected {broken.Expected}, found {broken.Found}. {gate.Clause}", path) { Expected = broken.Expected, Found = broken.Found },
    ];

    /// <summary>What a deal breaks at its intent or accrual; empty when it may go on.</summary>
    public static IReadOnlyList<Refusal> Check(IReadOnlyList<Gate> gates, GateFacts facts) =>
    [
        .. from gate in gates
           where gate.Covers(facts.Product)
           let broken = gate.Check(facts)
           where broken is not null
           select new Refusal(
               RefusalCodes.GateBroken, $"{broken.Value.Field}: expected {broken.Value.Expected}, found {broken.Value.Found}. {gate.Clause}", broken.Value.Field),
    ];
}
