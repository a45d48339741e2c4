using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Commission.Cli.Deals.Mappings;

/// <summary>Reads the part of a mapping that says which verticals, products and rule sets must exist before the first row.</summary>
internal static partial class SetupReader
{
    public const string CodeRule = "a code: a capital letter, then capitals, digits or '_', 2 to 40 in all";

    public static bool IsCode(string text) => CodePattern().IsMatch(text);

    public static IReadOnlyList<SetupVertical> Read(MappingValue? setup, string folder)
    {
        if (setup is not { } present)
            return [];
        var owner = new MappingObject(present);
        var verticals = owner.Required("verticals").List().ConvertAll(vertical => ReadVertical(vertical, folder));
        owner.Done();
        return verticals;
    }

    private static SetupVertical ReadVertical(MappingValue value, string folder)
    {
        var owner = new MappingObject(value);
        var code = MappingReader.Matching(owner.Required("code"), CodePattern(), CodeRule);
        var body = new JsonObject
        {
            ["code"] = code,
            ["name"] = owner.Required("name").Text(),
            ["products"] = new JsonArray([.. owner.Required("products").List().Select(ReadProduct)]),
        };
        var ruleSets = owner.Optional("ruleSets")?.List().ConvertAll(ruleSet => ReadRuleSet(ruleSet, folder)) ?? [];
        owner.Done();
        return new SetupVertical(code, value.Path, Encoding.UTF8.GetBytes(body.ToJsonString()), ruleSets);
    }

    private static JsonObject ReadProduct(MappingValue value)
    {
        var owner = new MappingObject(value);
        var product = new JsonObject
        {
            ["code"] = MappingReader.Matching(owner.Required("code"), CodePattern(), CodeRule),
            ["name"] = owner.Required("name").Text(),
        };
        owner.Done();
        return product;
    }

    /// <summary>
    /// A document stands here, or <c>{"file": "…"}</c> names it. Its bytes are passed on as they are: the server judges them, and
    /// their SHA-256 makes the idempotency key.
    /// </summary>
    private static SetupRuleSet ReadRuleSet(MappingValue value, string folder)
    {
        var members = value.Members();
        if (!members.TryGetValue("file", out var file))
            return new SetupRuleSet(value.Path, Encoding.UTF8.GetBytes(value.Json.GetRawText()));
        if (members.Count > 1)
            throw new MappingException(value.Path, "a rule set is either a document or a file, not both");

        try
        {
            var bytes = File.ReadAllBytes(Path.Combine(folder, file.Text()));
            if (bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble))
                bytes = bytes[Encoding.UTF8.Preamble.Length..];
            using var document = JsonDocument.Parse(bytes);
            return new SetupRuleSet(value.Path, bytes);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new MappingException(file.Path, $"cannot read the rule set: {problem.Message}");
        }
    }

    [GeneratedRegex("^[A-Z][A-Z0-9_]{1,39}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CodePattern();
}
