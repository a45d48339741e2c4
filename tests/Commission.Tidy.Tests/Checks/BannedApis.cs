namespace Commission.Tidy.Tests.Checks;

/// <summary>What production code must not call, and what to call instead.</summary>
internal static class BannedApis
{
    private const string Domain = "Commission.Domain";

    private sealed record Ban(string? Project, Func<SyntaxNode, bool> Matches, string Instead);

    private static readonly Ban[] Bans =
    [
        new(null, node => IsMember(node, "DateTime", "Now", "UtcNow", "Today") || IsMember(node, "DateTimeOffset", "Now", "UtcNow"),
            "the machine's clock cannot be tested: take a TimeProvider (in the domain: a 'now' that is given)."),
        new(null, node => node is MemberAccessExpressionSyntax { Name.Identifier.Text: "Result", Parent: not InvocationExpressionSyntax },
            "'.Result' blocks a thread that grains need: await it (and call no property of ours Result)."),
        new(null, node => node is InvocationExpressionSyntax
        {
            ArgumentList.Arguments.Count: 0, Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Wait" or "GetResult" },
        }, "blocking on a task starves the threads that grains need: await it."),
        new(null, node => IsMember(node, "Thread", "Sleep"), "a sleeping thread serves nobody: await Task.Delay with a TimeProvider."),
        new(null, node => node is SimpleBaseTypeSyntax { Type: GenericNameSyntax { Identifier.Text: "Grain" } },
            "Grain<T> hides when state is written: take IPersistentState<T> and derive from Grain or JournaledGrain<T>."),
        new(null, node => node is AttributeSyntax attribute && Last(attribute.Name) is "OneWay" or "OneWayAttribute",
            "a one-way call is lost without a word, and this is money: return Task."),
        new(null, node => node is IdentifierNameSyntax { Identifier.Text: "Multiplexing" }
                || (node is LiteralExpressionSyntax literal && literal.Token.ValueText.Contains("Multiplexing=", StringComparison.OrdinalIgnoreCase)),
            "multiplexed connections share no prepared batches and hide failures: use pooled connections."),
        new(Domain, node => node is PredefinedTypeSyntax type && type.Keyword.Kind() is SyntaxKind.FloatKeyword or SyntaxKind.DoubleKeyword,
            "binary floating point loses cents: use Money, Rate, Int128 or decimal."),
        new(Domain, node => node is LiteralExpressionSyntax { Token.Value: float or double },
            "a floating-point literal loses cents: use integers in minor units, or a decimal literal (m)."),
        new(Domain, node => node is SimpleNameSyntax { Identifier.Text: "Task" or "ValueTask" or "CancellationToken" },
            "the domain computes and never waits: let the grain await, and hand in what it got."),
        new(Domain, node => node is SimpleNameSyntax { Identifier.Text: "ILogger" or "LoggerMessage" },
            "the domain does not log: return what happened as an event or a refusal."),
        new(Domain, node => node is SimpleNameSyntax { Identifier.Text: "TimeProvider" or "Stopwatch" },
            "the domain has no clock: take 'now' as an argument."),
        new(Domain, node => IsMember(node, "Guid", "NewGuid", "CreateVersion7") || IsMember(node, "Random", "Shared"),
            "the domain must decide the same twice: derive the id, or take it as an argument."),
        new(Domain, node => node is SimpleNameSyntax { Identifier.Text: "File" or "Directory" or "FileStream" or "HttpClient" or "Console" or "Environment" },
            "the domain does no input or output: hand in what it needs."),
    ];

    public static IEnumerable<string> Check(IEnumerable<SourceFile> files) =>
        from file in files
        where file.IsProduction
        from node in file.Syntax.DescendantNodes()
        from ban in Bans
        where (ban.Project is null || ban.Project == file.Project) && ban.Matches(node)
        select file.At(node, $"'{node}' is not used here: {ban.Instead}");

    private static bool IsMember(SyntaxNode node, string type, params ReadOnlySpan<string> members) =>
        node is MemberAccessExpressionSyntax access && Last(access.Expression) == type && members.Contains(access.Name.Identifier.Text);

    private static string? Last(SyntaxNode name) => name switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.Text,
        MemberAccessExpressionSyntax access => access.Name.Identifier.Text,
        SimpleNameSyntax simple => simple.Identifier.Text,
        _ => null,
    };
}
