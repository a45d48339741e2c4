namespace Commission.Cli.Deals.Expressions;

/// <summary>The syntax tree of an expression.</summary>
internal abstract record Node
{
    public sealed record Number(Ratio Value) : Node;

    public sealed record Text(string Value) : Node;

    public sealed record Column(string Name) : Node;

    public sealed record Unary(string Operator, Node Operand) : Node;

    public sealed record Binary(string Operator, Node Left, Node Right) : Node;

    public sealed record Call(Function Function, IReadOnlyList<Node> Arguments) : Node;

    /// <summary>Every column that the expression may read, so that a missing one is found before the first row.</summary>
    public IEnumerable<string> Columns() => this switch
    {
        Column column => [column.Name],
        Unary unary => unary.Operand.Columns(),
        Binary binary => binary.Left.Columns().Concat(binary.Right.Columns()),
        Call call => call.Arguments.SelectMany(argument => argument.Columns()),
        _ => [],
    };
}
