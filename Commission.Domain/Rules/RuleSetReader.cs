using Commission.Domain.Amounts;
using Commission.Domain.Rules.Reading;

namespace Commission.Domain.Rules;

/// <summary>
/// Reads, validates and compiles a rule set document, language version 1. A message names the path in the document, what was
/// found and what was expected.
/// </summary>
public static class RuleSetReader
{
    /// <summary>The value of <c>schema</c> that this reader accepts.</summary>
    public const string Schema = "commission/rule-set/v1";
    /// <summary>Bytes of a document at most.</summary>
    public const int MaxBytes = 256 * 1024;
    /// <summary>Products of a document at most.</summary>
    public const int MaxProducts = 500;
    /// <summary>Components of a product at most.</summary>
    public const int MaxComponents = 50;

    private const int DefaultCoolingOffDays = 14;
    /// <summary>Keeps the weights of an explanation (100 × 10^decimals × weight) below 2^53, exact in every JSON reader.</summary>
    internal const int MaxFeeDecimals = 7;

    /// <summary>Reads a document; the refusal's field is the path of the first mistake.</summary>
    public static (RuleSetDocument? Document, Refusal? Refusal) Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return (null, StrictNode.Wrong("$", $"a document of at most {MaxBytes} bytes", $"{json.Length} bytes"));
        return Strictly.Read(json, Document);
    }

    private static RuleSetDocument Document(StrictNode root)
    {
        var canonical = CanonicalJson.Canonicalize(root.Element);
        root.Allow("schema", "vertical", "effectiveFrom", "currency", "governingAgreement", "platformFeePercent", "anchor", "bases",
            "coolingOffDays", "minimumPayoutMinor", "gst", "withholding", "plainText", "products");
        if (root.Text("schema") is var schema && schema != Schema)
            throw StrictNode.Mistake("$.schema", $"\"{Schema}\"", $"\"{schema}\"");
        var vertical = Strictly.Code(root.Text("vertical"), "$.vertical");
        var effectiveFrom = root.Date("effectiveFrom");
        var currency = Currency.TryParse(root.Text("currency"), out var known)
            ? known
            : throw StrictNode.Mistake("$.currency", "a currency such as AUD", root.Text("currency"));
        var agreement = Strictly.ShortText(root, "governingAgreement", 200);
        var fee = PlatformFee(root) ?? new Rate(1, 0);
        var context = new ReadingContext(
            fee, DeclaredBases(root), Days(root) ?? DefaultCoolingOffDays, Minimum(root) ?? 0, Gst(root) ?? GstTreatment.Exclusive);
        return new RuleSetDocument
        {
            Vertical = vertical,
            EffectiveFrom = effectiveFrom,
            Currency = currency,
            GoverningAgreement = agreement,
            PlatformFee = fee,
            Anchor = AnchorOf(root),
            PlainText = PlainText(root),
            Withholding = WithholdingOf(root),
            DeclaredBases = context.DeclaredBases,
            Products = Products(root, context),
            Canonical = canonical,
            Hash = Hash.Of(canonical),
        };
    }

    private static Dictionary<string, ProductRules> Products(StrictNode root, ReadingContext context)
    {
        var products = new Dictionary<string, ProductRules>(StringComparer.Ordinal);
        foreach (var product in root.Get("products").Members())
            products.Add(Strictly.Code(product.Name, product.Value.Path), Product(product.Value, context));
        return products.Count is > 0 and <= MaxProducts
            ? products
            : throw StrictNode.Mistake("$.products", $"1 to {MaxProducts} products", $"{products.Count}");
    }

    private static ProductRules Product(StrictNode node, ReadingContext context)
    {
        node.Allow("components", "source", "assumption", "plainText", "coolingOffDays", "minimumPayoutMinor", "gst", "payWhenPaid");
        var source = node.Find("source") is { } mark ? Source(mark) : null;
        var assumption = node.Find("assumption") is null ? null : Strictly.ShortText(node, "assumption", 1_000);
        if (source?.Mark == "U" && assumption is null)
            throw StrictNode.Mistake($"{node.Path}.assumption", "an assumption, because the source is not verified (U)", "nothing");
        var inner = context with { CoolingOffDays = Days(node) ?? context.CoolingOffDays };
        var components = node.Get("components").Items().Select(component => ComponentReader.Read(component, inner)).ToList();
        if (components.Count is 0 or > MaxComponents)
            throw StrictNode.Mistake($"{node.Path}.components", $"1 to {MaxComponents} components", $"{components.Count}");
        var twice = components.GroupBy(component => component.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw StrictNode.Mistake($"{node.Path}.components", "unique names", $"\"{twice.Key}\" twice");
        return new ProductRules(components, OverrideOrder.Of(components, $"{node.Path}.components"))
        {
            Source = source,
            Assumption = assumption,
            PlainText = PlainText(node),
            MinimumPayoutMinor = Minimum(node) ?? context.MinimumPayoutMinor,
            Gst = Gst(node) ?? context.Gst,
            IsPaidWhenPaid = PayWhenPaid(node),
        };
    }

    private static SourceMark Source(StrictNode node)
    {
        node.Allow("mark", "text");
        return node.Text("mark") is "A" or "B" or "C" or "U"
            ? new SourceMark(node.Text("mark"), Strictly.ShortText(node, "text", 500))
            : throw StrictNode.Mistake($"{node.Path}.mark", "A, B, C or U", node.Text("mark"));
    }

    internal static Rate? PlatformFee(StrictNode node)
    {
        if (node.Find("platformFeePercent") is null)
            return null;
        return Strictly.Percent(node, "platformFeePercent") is { Scale: <= MaxFeeDecimals } fee
            ? fee
            : throw StrictNode.Mistake($"{node.Path}.platformFeePercent", $"at most {MaxFeeDecimals} decimals", node.Text("platformFeePercent"));
    }

    private static Dictionary<string, bool> DeclaredBases(StrictNode root)
    {
        var declared = new Dictionary<string, bool>(StringComparer.Ordinal);
        if (root.Find("bases") is not { } bases)
            return declared;
        foreach (var (name, value) in bases.Members())
        {
            if (!Basis.IsName(name))
                throw StrictNode.Mistake(value.Path, Basis.ExpectedName, $"\"{name}\"");
            if (Basis.Known.Contains(name))
                throw StrictNode.Mistake(value.Path, "a basis that the language does not have already", $"\"{name}\"");
            declared.Add(name, value.AsText() switch
            {
                "money" => false,
                "count" => true,
                var other => throw StrictNode.Mistake(value.Path, "money or count", other),
            });
        }
        return declared.Count <= 20 ? declared : throw StrictNode.Mistake("$.bases", "at most 20 bases", $"{declared.Count}");
    }

    private static Anchor AnchorOf(StrictNode root) => root.OptionalText("anchor") switch
    {
        null or "referral" => Anchor.Referral,
        "contract" => Anchor.Contract,
        "settlement" => Anchor.Settlement,
        "payment" => Anchor.Payment,
        var other => throw StrictNode.Mistake("$.anchor", "referral, contract, settlement or payment", other),
    };

    private static GstTreatment? Gst(StrictNode node) => node.OptionalText("gst") switch
    {
        null => null,
        "exclusive" => GstTreatment.Exclusive,
        "inclusive" => GstTreatment.Inclusive,
        "none" => GstTreatment.None,
        var other => throw StrictNode.Mistake($"{node.Path}.gst", "exclusive, inclusive or none", other),
    };

    private static bool PayWhenPaid(StrictNode node) => node.OptionalText("payWhenPaid") switch
    {
        null => false,
        "full" => true,
        var other => throw StrictNode.Mistake($"{node.Path}.payWhenPaid", "full", other),
    };

    private static Withholding WithholdingOf(StrictNode root)
    {
        if (root.Find("withholding") is not { } node)
            return Withholding.Default;
        node.Allow("noAbnPercent", "overMinor");
        return new Withholding(Strictly.Percent(node, "noAbnPercent"), node.Integer("overMinor", 0, Money.MaxMinor));
    }

    private static string? PlainText(StrictNode node) => node.Find("plainText") is null ? null : Strictly.ShortText(node, "plainText", 4_000);

    internal static int? Days(StrictNode node) => node.Find("coolingOffDays") is null ? null : (int)node.Integer("coolingOffDays", 0, 3_650);

    private static long? Minimum(StrictNode node) =>
        node.Find("minimumPayoutMinor") is null ? null : node.Integer("minimumPayoutMinor", 0, Money.MaxMinor);
}

/// <summary>The form of vertical and product codes.</summary>
public static class VerticalCode
{
    /// <summary>What a message says when a code is wrong.</summary>
    public const string Expected = "a code of 2 to 40 characters A–Z, 0–9 and _, starting with a letter";

    /// <summary>Whether the text is a code.</summary>
    public static bool IsValid(string? text) =>
        text is { Length: >= 2 and <= 40 } && text[0] is >= 'A' and <= 'Z'
        && text.All(c => c is (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_');
}
