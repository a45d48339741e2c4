using Commission.Domain.Amounts;

namespace Commission.Domain.Rules;

/// <summary>
/// Reads and validates a rule set document, language version 1. A message names the path in the document, what was found
/// and what was expected.
/// </summary>
public static class RuleSetReader
{
    /// <summary>The value of <c>schema</c> that this reader accepts.</summary>
    public const string Schema = "commission/rule-set/v1";
    /// <summary>Bytes of a document at most.</summary>
    public const int MaxBytes = 256 * 1024;

    private const long MaxWeight = 1_000_000;
    /// <summary>Keeps the weights of an explanation (100 × 10^decimals × weight) below 2^53, exact in every JSON reader.</summary>
    private const int MaxFeeDecimals = 7;

    /// <summary>Reads a document; the refusal's field is the path of the first mistake.</summary>
    public static (RuleSetDocument? Document, Refusal? Refusal) Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return (null, StrictNode.Wrong("$", $"a document of at most {MaxBytes} bytes", $"{json.Length} bytes"));
        try
        {
            using var parsed = CanonicalJson.Parse(json);
            return (Document(new StrictNode(parsed.RootElement, "$")), null);
        }
        catch (StrictJsonException mistake)
        {
            return (null, mistake.Refusal);
        }
        catch (FormatException mistake)
        {
            return (null, new Refusal(RefusalCodes.InvalidField, mistake.Message, (mistake as CanonicalJsonException)?.Path ?? "$"));
        }
    }

    private static RuleSetDocument Document(StrictNode root)
    {
        var canonical = CanonicalJson.Canonicalize(root.Element);
        root.Allow("schema", "vertical", "effectiveFrom", "currency", "governingAgreement", "platformFeePercent", "products");
        if (root.Text("schema") is var schema && schema != Schema)
            throw StrictNode.Mistake("$.schema", $"\"{Schema}\"", $"\"{schema}\"");
        var currency = Currency.TryParse(root.Text("currency"), out var known)
            ? known
            : throw StrictNode.Mistake("$.currency", "a currency such as AUD", root.Text("currency"));
        var products = new Dictionary<string, IReadOnlyList<Component>>(StringComparer.Ordinal);
        foreach (var product in root.Get("products").Members())
            products.Add(Code(product.Name, product.Value.Path), Components(product.Value));
        if (products.Count == 0)
            throw StrictNode.Mistake("$.products", "at least one product", "none");
        return new RuleSetDocument(
            Code(root.Text("vertical"), "$.vertical"), root.Date("effectiveFrom"), currency, Agreement(root),
            PlatformFee(root), products, canonical);
    }

    private static Rate PlatformFee(StrictNode root) => Percent(root, "platformFeePercent") is { Scale: <= MaxFeeDecimals } fee
        ? fee
        : throw StrictNode.Mistake("$.platformFeePercent", $"at most {MaxFeeDecimals} decimals", root.Text("platformFeePercent"));

    private static string Agreement(StrictNode root) => root.Text("governingAgreement") is { Length: > 0 and <= 200 } text
        ? text
        : throw StrictNode.Mistake("$.governingAgreement", "1 to 200 characters", "another length");

    private static string Code(string text, string path) => VerticalCode.IsValid(text)
        ? text
        : throw StrictNode.Mistake(path, VerticalCode.Expected, text);

    private static List<Component> Components(StrictNode product)
    {
        product.Allow("components");
        var components = product.Get("components").Items().Select(Component).ToList();
        if (components.Count is 0 or > 50)
            throw StrictNode.Mistake($"{product.Path}.components", "1 to 50 components", $"{components.Count}");
        var twice = components.GroupBy(component => component.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw StrictNode.Mistake($"{product.Path}.components", "unique names", $"\"{twice.Key}\" twice");
        return components;
    }

    private static Component Component(StrictNode node)
    {
        var name = node.Text("name");
        if (name.Length is 0 or > 80)
            throw StrictNode.Mistake($"{node.Path}.name", "1 to 80 characters", $"{name.Length}");
        var basis = node.Text("basis");
        if (!Basis.Known.Contains(basis))
            throw StrictNode.Mistake($"{node.Path}.basis", "one of " + string.Join(", ", Basis.Known.Order()), basis);
        var split = node.Get("split").Items().Select(Share).ToList();
        if (split.Count == 0 || split.DistinctBy(share => share.Party).Count() != split.Count)
            throw StrictNode.Mistake($"{node.Path}.split", "each party once, at least one", $"{split.Count} shares");
        switch (node.Text("shape"))
        {
            case "percent":
                node.Allow("name", "shape", "basis", "ratePercent", "split");
                if (Basis.IsCount(basis))
                    throw StrictNode.Mistake($"{node.Path}.basis", "a basis in money, for a percentage", basis);
                return new PercentComponent(name, basis, Percent(node, "ratePercent"), split);
            case "flat":
                node.Allow("name", "shape", "basis", "amountMinor", "split");
                if (!Basis.IsCount(basis))
                    throw StrictNode.Mistake($"{node.Path}.basis", "deal or units, for a flat amount", basis);
                return new FlatComponent(name, basis, node.Integer("amountMinor", 0, Money.MaxMinor), split);
            case var other:
                throw StrictNode.Mistake($"{node.Path}.shape", "percent or flat", other);
        }
    }

    private static Rate Percent(StrictNode node, string name) =>
        Rate.TryParsePercent(node.Text(name), out var rate) && rate.Units <= rate.Denominator
            ? rate
            : throw StrictNode.Mistake($"{node.Path}.{name}", "a percentage from \"0\" to \"100\", at most 9 decimals, as a string", node.Text(name));

    private static Share Share(StrictNode node)
    {
        node.Allow("party", "weight");
        Party? party = node.Text("party") switch
        {
            "referrer" => Party.Referrer,
            "upline" => Party.Upline,
            "receiver" => Party.Receiver,
            _ => null,
        };
        return new Share(
            party ?? throw StrictNode.Mistake($"{node.Path}.party", "referrer, upline or receiver", node.Text("party")),
            node.Integer("weight", 1, MaxWeight));
    }
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
