using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Gating;

namespace Commission.Cli.Rules;

/// <summary>A vertical as a file has it: <c>code</c>, <c>name</c>, <c>products</c>, <c>gates</c> and <c>ruleSet</c>.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Body">What makes it: everything but the rule set and what is only said about it.</param>
/// <param name="Products">The products' codes, with what makes each.</param>
/// <param name="Gates">The gates' canonical form.</param>
/// <param name="Document">The rule set document.</param>
internal sealed record VerticalFile(string Code, JsonObject Body, IReadOnlyDictionary<string, JsonObject> Products, byte[] Gates, byte[] Document)
{
    private static readonly string[] Said = ["source", "assumptions", "plainText"];

    /// <summary>Reads a file, whole, before anything is sent.</summary>
    /// <exception cref="FormatException">It is no vertical's file; the message names the path.</exception>
    public static VerticalFile Read(byte[] json)
    {
        CanonicalJson.Parse(json).Dispose();
        if (JsonNode.Parse(json) is not JsonObject file)
            throw new FormatException("$: expected an object.");
        if (file.Select(member => member.Key).Except(["code", "name", "products", "gates", "ruleSet", .. Said]).FirstOrDefault() is { } unknown)
            throw new FormatException($"$.{unknown}: not expected here; allowed: code, name, products, gates, ruleSet, {string.Join(", ", Said)}.");
        var code = Text(file, "code", "$");
        var products = ReadProducts(file["products"] as JsonArray ?? throw new FormatException("$.products: expected an array of { code, name }."));
        var gates = Encoding.UTF8.GetBytes((file["gates"] ?? new JsonArray()).ToJsonString());
        if (GatesReader.Read(gates).Refusal is { } wrongGate)
            throw new FormatException(Below("$.gates", wrongGate.Text));
        var document = Encoding.UTF8.GetBytes((file["ruleSet"] ?? throw new FormatException("$.ruleSet: expected a rule set document.")).ToJsonString());
        var (rules, wrong) = RuleSetReader.Read(document);
        if (rules is null)
            throw new FormatException(Below("$.ruleSet", wrong!.Text));
        if (rules.Vertical != code)
            throw new FormatException($"$.ruleSet.vertical: expected {code}, found {rules.Vertical}.");
        if (rules.Products.Keys.Except(products.Keys).FirstOrDefault() is { } missing)
            throw new FormatException($"$.ruleSet.products.{missing}: the vertical has no such product.");
        var body = new JsonObject
        {
            ["code"] = code,
            ["name"] = Text(file, "name", "$"),
            ["products"] = file["products"]!.DeepClone(),
            ["gates"] = JsonNode.Parse(gates),
        };
        return new VerticalFile(code, body, products, CanonicalJson.Canonicalize(gates), document);
    }

    private static Dictionary<string, JsonObject> ReadProducts(JsonArray array)
    {
        var products = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        for (var i = 0; i < array.Count; i++)
        {
            var code = Text(array[i] as JsonObject, "code", $"$.products[{i}]");
            if (!products.TryAdd(code, array[i]!.AsObject()))
                throw new FormatException($"$.products[{i}].code: {code} is there twice.");
        }
        return products;
    }

    private static string Below(string path, string text) => text.StartsWith('$') ? path + text[1..] : $"{path}: {text}";

    private static string Text(JsonObject? json, string name, string path) =>
        json?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : throw new FormatException($"{path}.{name}: expected a string.");
}
