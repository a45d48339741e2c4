using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Commission.Domain.Rules;

/// <summary>Reads a document for its author: not the first mistake only, but the first of each product.</summary>
public static partial class RuleSetValidation
{
    /// <summary>Mistakes that are listed at most.</summary>
    public const int MaxMistakes = 50;

    /// <summary>The document when it has no mistake; else its mistakes, each with its path.</summary>
    public static (RuleSetDocument? Document, IReadOnlyList<Refusal> Mistakes) Read(ReadOnlyMemory<byte> json)
    {
        var mistakes = new List<Refusal>();
        var rest = json;
        while (true)
        {
            var (document, mistake) = RuleSetReader.Read(rest);
            if (mistake is not null)
                mistakes.Add(mistake);
            if (document is not null || mistakes.Count >= MaxMistakes || WithoutProduct(rest, mistake!.Field) is not { } without)
                return (mistakes.Count == 0 ? document : null, mistakes);
            rest = without;
        }
    }

    /// <summary>Products do not depend on each other, so the others can be judged without the one that is wrong.</summary>
    private static byte[]? WithoutProduct(ReadOnlyMemory<byte> json, string? path)
    {
        if (path is null || ProductPath().Match(path) is not { Success: true } match)
            return null;
        try
        {
            var root = JsonNode.Parse(json.Span);
            return root?["products"] is JsonObject products && products.Remove(match.Groups["code"].Value) && products.Count > 0
                ? Encoding.UTF8.GetBytes(root.ToJsonString())
                : null;
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^\$\.products\.(?<code>[A-Z0-9_]+)(\.|\[|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex ProductPath();
}
