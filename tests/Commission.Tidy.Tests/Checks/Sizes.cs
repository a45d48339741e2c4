namespace Commission.Tidy.Tests.Checks;

/// <summary>Hard limits; what is good is well below them (CONTRIBUTING.md).</summary>
internal static class Sizes
{
    public const int MaxFileLines = 400;
    public const int MaxGrainLines = 150;
    public const int MaxMethodLines = 70;
    public const int MaxLineLength = 160;

    public static IEnumerable<string> Check(IEnumerable<SourceFile> files) =>
        files.SelectMany(file => CheckFile(file).Concat(CheckMethods(file)).Concat(CheckLines(file)));

    private static IEnumerable<string> CheckFile(SourceFile file)
    {
        var isGrain = file.Project == "Commission.Grains" && file.Name.EndsWith("Grain.cs", StringComparison.Ordinal);
        var (limit, advice) = isGrain
            ? (MaxGrainLines, "a grain is a shell: move decisions into the domain's machine")
            : (MaxFileLines, "give a part of it a name and a file of its own");
        var lines = file.Lines.Length - (file.Text.EndsWith('\n') ? 1 : 0);
        if (lines > limit)
            yield return file.At(limit + 1, $"{lines} lines, more than {limit}: {advice}.");
    }

    private static IEnumerable<string> CheckMethods(SourceFile file)
    {
        var members = file.Syntax.DescendantNodes().Where(node => node
            is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax);
        foreach (var member in members)
        {
            var lines = LinesOf(member);
            if (lines > MaxMethodLines)
                yield return file.At(member, $"a method of {lines} lines, more than {MaxMethodLines}: split it by what its parts do.");
        }
    }

    private static int LinesOf(SyntaxNode member)
    {
        var attributes = member.ChildNodes().OfType<AttributeListSyntax>().LastOrDefault();
        var first = attributes?.GetLastToken().GetNextToken() ?? member.GetFirstToken();
        var last = member.GetLocation().GetLineSpan().EndLinePosition.Line;
        return last - first.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
    }

    private static IEnumerable<string> CheckLines(SourceFile file)
    {
        var lines = file.Lines;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > MaxLineLength && lines[i].Length - LiteralLength(file, i) > MaxLineLength)
                yield return file.At(i + 1, $"{lines[i].Length} characters, more than {MaxLineLength}: wrap the line.");
        }
    }

    /// <summary>How much of a line is text of string literals: a hash or a row of a table reads worse when it is cut.</summary>
    private static int LiteralLength(SourceFile file, int line)
    {
        var span = file.Syntax.SyntaxTree.GetText().Lines[line].Span;
        return file.Syntax.DescendantTokens(span)
            .Where(token => token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.Utf8StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
                or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken)
            .Sum(token => token.Span.Intersection(span)?.Length ?? 0);
    }
}
