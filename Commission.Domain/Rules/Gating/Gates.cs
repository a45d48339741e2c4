namespace Commission.Domain.Rules.Gating;

/// <summary>A clause that a version breaks.</summary>
/// <param name="Product">Product code.</param>
/// <param name="Clause">The law or agreement it stands for.</param>
/// <param name="Path">Where in the document.</param>
/// <param name="Expected">What was expected there.</param>
/// <param name="Found">What was found.</param>
public sealed record BrokenGate(string Product, string Clause, string Path, string Expected, string Found);

/// <summary>Checks rules and deals against their vertical's gates.</summary>
public static class Gates
{
    /// <summary>What a version breaks, each with its path in the document; empty when it may be approved.</summary>
    public static IReadOnlyList<Refusal> Check(IReadOnlyList<Gate> gates, RuleSetDocument document) =>
    [
        .. Broken(gates, document).Select(broken => new Refusal(
            RefusalCodes.GateBroken, $"{broken.Path}: expected {broken.Expected}, found {broken.Found}. {broken.Clause}", broken.Path)
        {
            Expected = broken.Expected, Found = broken.Found,
        }),
    ];

    /// <summary>Every clause that a version breaks, product by product.</summary>
    public static IEnumerable<BrokenGate> Broken(IReadOnlyList<Gate> gates, RuleSetDocument document) =>
        from product in document.Products
        from gate in gates
        where gate.Covers(product.Key)
        from broken in gate.Check(product.Value)
        select new BrokenGate(product.Key, gate.Clause, $"$.products.{product.Key}.{broken.Path}", broken.Expected, broken.Found);

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
