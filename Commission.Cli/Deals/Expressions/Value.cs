namespace Commission.Cli.Deals.Expressions;

/// <summary>What an expression yields: a text, an exact number or a truth.</summary>
internal abstract record Value
{
    public sealed record Text(string Content) : Value;

    public sealed record Number(Ratio Amount) : Value;

    public sealed record Truth(bool IsTrue) : Value;

    public static Value Of(string text) => new Text(text);

    public static Value Of(Ratio number) => new Number(number);

    public static Value Of(bool truth) => new Truth(truth);
}

/// <summary>The row that an expression is worked out for.</summary>
internal interface IRow
{
    /// <summary>The number of the row among the data rows of the file, from 1.</summary>
    int Number { get; }

    NumberFormat Numbers { get; }

    /// <summary>The text of a column; empty when the cell is empty.</summary>
    string Column(string name);
}
