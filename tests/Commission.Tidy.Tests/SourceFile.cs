namespace Commission.Tidy.Tests;

/// <summary>A text file of the repository.</summary>
/// <param name="Path">Relative to the root, with slashes.</param>
/// <param name="Text">Its content.</param>
internal sealed record SourceFile(string Path, string Text)
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview, DocumentationMode.None);
    private SyntaxNode? _syntax;

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The project it belongs to: its folder at the root, or below tests and benchmarks.</summary>
    public string Project => Path.Split('/') is [("tests" or "benchmarks") and var group, var project, _, ..] ? $"{group}/{project}" : Path.Split('/')[0];

    public bool IsCode => Path.EndsWith(".cs", StringComparison.Ordinal);

    /// <summary>Whether it is code that runs in production.</summary>
    public bool IsProduction => IsCode && Path.StartsWith("Commission.", StringComparison.Ordinal);

    public string[] Lines => Text.Split('\n');

    public SyntaxNode Syntax => _syntax ??= CSharpSyntaxTree.ParseText(Text, Options, Path).GetRoot();

    /// <summary>A finding at a place of this file.</summary>
    public string At(SyntaxNode node, string finding) => At(node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, finding);

    /// <summary>A finding at a line of this file.</summary>
    public string At(int line, string finding) => $"{Path}:{line}: {finding}";
}
