using Commission.Domain.Amounts;

namespace Commission.Domain.Rules;

/// <summary>A rule set document, compiled. Immutable; its identity is the hash of its canonical bytes.</summary>
public sealed record RuleSetDocument
{
    /// <summary>The vertical's code.</summary>
    public required string Vertical { get; init; }
    /// <summary>First anchor date it decides.</summary>
    public required DateOnly EffectiveFrom { get; init; }
    /// <summary>The currency of every amount in it, and of the deals it applies to.</summary>
    public required Currency Currency { get; init; }
    /// <summary>The agreement it rests on.</summary>
    public required string GoverningAgreement { get; init; }
    /// <summary>The platform's part of each pool, unless a component says otherwise.</summary>
    public required Rate PlatformFee { get; init; }
    /// <summary>The date that chooses the version.</summary>
    public required Anchor Anchor { get; init; }
    /// <summary>What the vertical's people say about it, or null.</summary>
    public string? PlainText { get; init; }
    /// <summary>Withholding from payees without an ABN.</summary>
    public required Withholding Withholding { get; init; }
    /// <summary>Further bases that the document declares: name and whether it counts things.</summary>
    public required IReadOnlyDictionary<string, bool> DeclaredBases { get; init; }
    /// <summary>Rules by product code.</summary>
    public required IReadOnlyDictionary<string, ProductRules> Products { get; init; }
    /// <summary>RFC 8785 bytes of the document.</summary>
    public required byte[] Canonical { get; init; }
    /// <summary>SHA-256 of the canonical bytes.</summary>
    public required Hash Hash { get; init; }
}

/// <summary>The date that chooses the version of a rule set.</summary>
public enum Anchor
{
    /// <summary>The referral date.</summary>
    Referral,
    /// <summary>The date of the client's contract.</summary>
    Contract,
    /// <summary>The settlement date.</summary>
    Settlement,
    /// <summary>The payment date.</summary>
    Payment,
}

/// <summary>How amounts stand to GST.</summary>
public enum GstTreatment
{
    /// <summary>Amounts are without GST, which is added for registered payees.</summary>
    Exclusive,
    /// <summary>Amounts contain GST.</summary>
    Inclusive,
    /// <summary>No GST applies.</summary>
    None,
}

/// <summary>
/// What is withheld from a payee without an ABN (ATO, "Withholding if ABN not provided": the top rate, on payments over $75
/// without GST).
/// </summary>
/// <param name="NoAbnRate">The rate.</param>
/// <param name="OverMinor">Payments up to this are left alone.</param>
public sealed record Withholding(Rate NoAbnRate, long OverMinor)
{
    /// <summary>47 % over $75.</summary>
    public static Withholding Default { get; } = new(new Rate(47, 0), 7_500);

    /// <summary>What is withheld from a payment without GST.</summary>
    public long Of(long amountMinor, bool hasAbn) => hasAbn || amountMinor <= OverMinor ? 0 : NoAbnRate.Of(amountMinor);
}

/// <summary>How good a figure is.</summary>
/// <param name="Mark">A published schedule or regulator, B a provider's page, C market norm, U not verified.</param>
/// <param name="Text">Where it comes from.</param>
public sealed record SourceMark(string Mark, string Text);

/// <summary>The rules of one product.</summary>
public sealed class ProductRules
{
    private readonly Dictionary<string, int> _byName;
    private readonly Moment[] _moments;

    /// <summary>Compiles components, of which none may depend on itself.</summary>
    internal ProductRules(IReadOnlyList<Component> components, IReadOnlyList<int> order)
    {
        Components = components;
        Order = order;
        HasCaps = components.Any(component => component.Terms.Caps.Any);
        _byName = components.Select((component, index) => (component.Name, index)).ToDictionary(pair => pair.Name, pair => pair.index, StringComparer.Ordinal);
        _moments = new Moment[components.Count];
        foreach (var index in order)
            _moments[index] = components[index] is Shapes.OverrideComponent { DependsOn: { } source } ? _moments[_byName[source]] : components[index].Moment;
    }

    /// <summary>Clauses in declared order.</summary>
    public IReadOnlyList<Component> Components { get; }
    /// <summary>Where the figures come from, or null.</summary>
    public SourceMark? Source { get; init; }
    /// <summary>What is assumed, or null. People see it wherever the product is shown.</summary>
    public string? Assumption { get; init; }
    /// <summary>What the product pays, in the words of those who set it up, or null.</summary>
    public string? PlainText { get; init; }
    /// <summary>Less than this is carried forward.</summary>
    public long MinimumPayoutMinor { get; init; }
    /// <summary>How amounts stand to GST.</summary>
    public GstTreatment Gst { get; init; }
    /// <summary>Whether commission is paid only once the provider has paid for the deal in full.</summary>
    public bool IsPaidWhenPaid { get; init; }

    /// <summary>Whether any component accumulates.</summary>
    internal bool HasVolume => Array.IndexOf(_moments, Moment.Volume) >= 0;

    /// <summary>Whether any component has an upper limit.</summary>
    internal bool HasCaps { get; }

    /// <summary>A component by name, or null.</summary>
    public Component? Find(string name) => _byName.TryGetValue(name, out var index) ? Components[index] : null;

    /// <summary>When a component is calculated; an override follows what it overrides.</summary>
    public Moment MomentOf(int index) => _moments[index];

    /// <summary>Indices such that an override comes after what it overrides.</summary>
    internal IReadOnlyList<int> Order { get; }

    internal int IndexOf(string name) => _byName[name];
}
