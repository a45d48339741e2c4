using System.Globalization;

namespace Commission.Cli.Deals.Expressions;

/// <summary>
/// The same syntax, read as dates: a column or 'text' is a date in one of the formats, <c>+</c> and <c>-</c> move it by a number of
/// days (<c>engage_date + 3</c>, <c>close_date - days_open</c>), and <c>if</c>, <c>min</c>, <c>max</c> and <c>default</c> choose between dates.
/// </summary>
internal static class DateExpression
{
    /// <summary>Null when the column is empty: the caller decides whether that is allowed.</summary>
    public static DateOnly? Evaluate(Node node, IRow row, string[] formats) => node switch
    {
        Node.Column column => Parse(row.Column(column.Name), formats, $"column '{column.Name}'"),
        Node.Text text => Parse(text.Value, formats, "the value"),
        Node.Binary { Operator: "+" } plus => Move(Evaluate(plus.Left, row, formats), plus.Right, row, 1),
        Node.Binary { Operator: "-" } minus => Move(Evaluate(minus.Left, row, formats), minus.Right, row, -1),
        Node.Call { Function.Name: "if" } choice =>
            Evaluate(choice.Arguments[Evaluator.Truth(choice.Arguments[0], row) ? 1 : 2], row, formats),
        Node.Call { Function.Name: "min" } call => call.Arguments.Select(x => Evaluate(x, row, formats)).Min(),
        Node.Call { Function.Name: "max" } call => call.Arguments.Select(x => Evaluate(x, row, formats)).Max(),
        Node.Call { Function.Name: "default" } call =>
            call.Arguments.Select(x => Evaluate(x, row, formats)).FirstOrDefault(x => x is not null),
        Node.Call call => Parse(Evaluator.Text(call, row), formats, "the value"),
        _ => throw new ExpressionException("NOT_A_DATE", "this expression does not yield a date"),
    };

    private static DateOnly? Parse(string text, string[] formats, string what)
    {
        if (text.Length == 0)
            return null;

        // The wall date of the writer counts: "2017-03-01T23:00:00-08:00" is the first of March.
        return DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? DateOnly.FromDateTime(moment.DateTime)
            : throw new ExpressionException("NOT_A_DATE", $"{what} is '{text}', not a date in the form {string.Join(" or ", formats)}");
    }

    private static DateOnly? Move(DateOnly? date, Node distance, IRow row, int sign)
    {
        if (date is not { } start)
            return null;

        var days = Evaluator.Number(distance, row);
        if (!days.IsInteger)
            throw new ExpressionException("NOT_A_DATE", $"{days} is not a whole number of days");
        var target = start.DayNumber + (sign * days.Numerator);
        return target >= DateOnly.MinValue.DayNumber && target <= DateOnly.MaxValue.DayNumber
            ? DateOnly.FromDayNumber((int)target)
            : throw new ExpressionException("OVERFLOW", $"{start:yyyy-MM-dd} moved by {days} days leaves the calendar");
    }
}
