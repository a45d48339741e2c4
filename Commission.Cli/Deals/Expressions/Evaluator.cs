namespace Commission.Cli.Deals.Expressions;

/// <summary>Works an expression out for one row. Pure; every failure is an <see cref="ExpressionException"/> with a code.</summary>
internal static class Evaluator
{
    public static string Text(Node node, IRow row) => AsText(Evaluate(node, row));

    public static Ratio Number(Node node, IRow row) => AsNumber(Evaluate(node, row), row, node);

    public static bool Truth(Node node, IRow row) => Evaluate(node, row) is Value.Truth truth
        ? truth.IsTrue
        : throw new ExpressionException("NOT_A_CONDITION", $"{Describe(node)} is not a condition");

    public static Value Evaluate(Node node, IRow row) => node switch
    {
        Node.Number number => Value.Of(number.Value),
        Node.Text text => Value.Of(text.Value),
        Node.Column column => Value.Of(row.Column(column.Name)),
        Node.Unary { Operator: "not" } not => Value.Of(!Truth(not.Operand, row)),
        Node.Unary { Operator: "-" } minus => Value.Of(-Number(minus.Operand, row)),
        Node.Unary plus => Value.Of(Number(plus.Operand, row)),
        Node.Binary binary => Binary(binary, row),
        Node.Call call => call.Function.Apply(call.Arguments, row),
        _ => throw new InvalidOperationException($"no rule for {node.GetType().Name}"),
    };

    /// <summary>Two texts are compared letter by letter; as soon as one side is a number, both must be.</summary>
    public static int Compare(Node left, Node right, IRow row)
    {
        var (a, b) = (Evaluate(left, row), Evaluate(right, row));
        if (a is Value.Text x && b is Value.Text y)
            return string.CompareOrdinal(x.Content, y.Content);
        return AsNumber(a, row, left).CompareTo(AsNumber(b, row, right));
    }

    private static Value Binary(Node.Binary node, IRow row) => node.Operator switch
    {
        "+" => Value.Of(Number(node.Left, row) + Number(node.Right, row)),
        "-" => Value.Of(Number(node.Left, row) - Number(node.Right, row)),
        "*" => Value.Of(Number(node.Left, row) * Number(node.Right, row)),
        "/" => Value.Of(Number(node.Left, row) / Number(node.Right, row)),
        "and" => Value.Of(Truth(node.Left, row) && Truth(node.Right, row)),
        "or" => Value.Of(Truth(node.Left, row) || Truth(node.Right, row)),
        "=" => Value.Of(Compare(node.Left, node.Right, row) == 0),
        "<>" or "!=" => Value.Of(Compare(node.Left, node.Right, row) != 0),
        "<" => Value.Of(OrderOf(node, row) < 0),
        "<=" => Value.Of(OrderOf(node, row) <= 0),
        ">" => Value.Of(OrderOf(node, row) > 0),
        ">=" => Value.Of(OrderOf(node, row) >= 0),
        _ => throw new InvalidOperationException($"no rule for {node.Operator}"),
    };

    /// <summary>
    /// Order is always of numbers, except that two columns that are not numbers compare as texts (dates in ISO form do so rightly).
    /// </summary>
    private static int OrderOf(Node.Binary node, IRow row)
    {
        if (Evaluate(node.Left, row) is Value.Text left && Evaluate(node.Right, row) is Value.Text right
            && row.Numbers.TryParse(left.Content, out var a) && row.Numbers.TryParse(right.Content, out var b))
            return a.CompareTo(b);
        return Compare(node.Left, node.Right, row);
    }

    private static string AsText(Value value) => value switch
    {
        Value.Text text => text.Content,
        Value.Number number => number.Amount.ToDecimalText()
            ?? throw new ExpressionException("INEXACT_NUMBER", $"{number.Amount} has no exact decimal form; round it"),
        _ => throw new ExpressionException("NOT_A_TEXT", "a condition cannot stand where a text is needed"),
    };

    private static Ratio AsNumber(Value value, IRow row, Node node) => value switch
    {
        Value.Number number => number.Amount,
        Value.Text text when row.Numbers.TryParse(text.Content, out var parsed) => parsed,
        Value.Text { Content: "" } => throw new ExpressionException("NUMBER_MISSING", $"{Describe(node)} is empty, a number is needed"),
        Value.Text text => throw new ExpressionException("NOT_A_NUMBER", $"{Describe(node)} is '{text.Content}', not a number"),
        _ => throw new ExpressionException("NOT_A_NUMBER", "a condition cannot stand where a number is needed"),
    };

    private static string Describe(Node node) => node is Node.Column column ? $"column '{column.Name}'" : "the value";
}
