using System.Numerics;
using System.Text;

namespace Commission.Cli.Deals.Expressions;

/// <summary>A function of the expression language. Arguments are worked out lazily, so that <c>if</c> reads only the branch it takes.</summary>
internal sealed record Function(string Name, int Fewest, int Most, Func<IReadOnlyList<Node>, IRow, Value> Apply)
{
    private const int Any = int.MaxValue;

    private static readonly Dictionary<string, Function> All = new Function[]
    {
        new("round", 1, 2, Round),
        new("floor", 1, 1, (a, row) => Value.Of(Evaluator.Number(a[0], row).Floor())),
        new("ceil", 1, 1, (a, row) => Value.Of(Evaluator.Number(a[0], row).Ceil())),
        new("abs", 1, 1, (a, row) => Value.Of(Evaluator.Number(a[0], row).Abs())),
        new("min", 1, Any, (a, row) => Value.Of(a.Select(x => Evaluator.Number(x, row)).Min())),
        new("max", 1, Any, (a, row) => Value.Of(a.Select(x => Evaluator.Number(x, row)).Max())),
        new("if", 3, 3, (a, row) => Evaluator.Evaluate(Evaluator.Truth(a[0], row) ? a[1] : a[2], row)),
        new("row", 0, 0, (_, row) => Value.Of(Ratio.Of(row.Number))),
        new("in", 2, Any, (a, row) => Value.Of(a.Skip(1).Any(x => Evaluator.Compare(a[0], x, row) == 0))),
        new("empty", 1, 1, (a, row) => Value.Of(Evaluator.Text(a[0], row).Length == 0)),
        new("contains", 2, 2, (a, row) => Value.Of(OfText(a, row, (x, y) => x.Contains(y, StringComparison.Ordinal)))),
        new("startswith", 2, 2, (a, row) => Value.Of(OfText(a, row, (x, y) => x.StartsWith(y, StringComparison.Ordinal)))),
        new("default", 2, Any, (a, row) => Value.Of(a.Select(x => Evaluator.Text(x, row)).FirstOrDefault(x => x.Length > 0) ?? "")),
        new("concat", 1, Any, (a, row) => Value.Of(string.Concat(a.Select(x => Evaluator.Text(x, row))))),
        new("replace", 3, 3, Replace),
        new("trim", 1, 1, (a, row) => Value.Of(Evaluator.Text(a[0], row).Trim())),
        new("upper", 1, 1, (a, row) => Value.Of(Evaluator.Text(a[0], row).ToUpperInvariant())),
        new("lower", 1, 1, (a, row) => Value.Of(Evaluator.Text(a[0], row).ToLowerInvariant())),
        new("slug", 1, 1, (a, row) => Value.Of(Words(Evaluator.Text(a[0], row), '-').ToLowerInvariant())),
        new("code", 1, 1, (a, row) => Value.Of(Words(Evaluator.Text(a[0], row), '_').ToUpperInvariant())),
    }.ToDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);

    public static string Names => string.Join(", ", All.Keys);

    public string Arity => (Fewest, Most) switch
    {
        (_, Any) => $"at least {Fewest} value(s)",
        var (few, most) when few == most => $"{few} value(s)",
        var (few, most) => $"{few} to {most} values",
    };

    public static Function? Find(string name) => All.GetValueOrDefault(name);

    public bool Accepts(int count) => count >= Fewest && count <= Most;

    private static Value Round(IReadOnlyList<Node> arguments, IRow row)
    {
        var value = Evaluator.Number(arguments[0], row);
        if (arguments.Count == 1)
            return Value.Of(value.Round());

        var places = Evaluator.Number(arguments[1], row);
        if (!places.IsInteger || places < default(Ratio) || places > Ratio.Of(28))
            throw new ExpressionException("NOT_A_NUMBER", "the places of round are a whole number from 0 to 28");
        var scale = Ratio.Of(BigInteger.Pow(10, (int)places.Numerator));
        return Value.Of((value * scale).Round() / scale);
    }

    private static Value Replace(IReadOnlyList<Node> arguments, IRow row)
    {
        var sought = Evaluator.Text(arguments[1], row);
        return sought.Length == 0
            ? throw new ExpressionException("NOT_A_TEXT", "replace needs a text to look for")
            : Value.Of(Evaluator.Text(arguments[0], row).Replace(sought, Evaluator.Text(arguments[2], row), StringComparison.Ordinal));
    }

    private static bool OfText(IReadOnlyList<Node> arguments, IRow row, Func<string, string, bool> test) =>
        test(Evaluator.Text(arguments[0], row), Evaluator.Text(arguments[1], row));

    /// <summary>ASCII letters and digits as they are, every run of anything else as one separator, none at the ends.</summary>
    private static string Words(string text, char separator)
    {
        var words = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                words.Append(c);
            else if (words.Length > 0 && words[^1] != separator)
                words.Append(separator);
        }

        return words.ToString().TrimEnd(separator);
    }
}
