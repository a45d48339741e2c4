using Commission.Cli.Deals.Expressions;
using Xunit;

namespace Commission.Cli.Tests.Deals;

public sealed class ExpressionTests
{
    [Theory]
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("2 - 3 - 4", "-5")]
    [InlineData("100 / 10 / 5", "2")]
    [InlineData("-2 * -3", "6")]
    [InlineData("--5", "5")]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("1 / 3 * 3", "1")]
    [InlineData("price * 100", "1999")]
    [InlineData("round(price * 100) * quantity", "5997")]
    [InlineData("round(1.005 * 100)", "101")]
    [InlineData("round(1.005, 2)", "1.01")]
    [InlineData("round(2.675, 2)", "2.68")]
    [InlineData("round(0.5)", "1")]
    [InlineData("round(-0.5)", "-1")]
    [InlineData("round(2.5)", "3")]
    [InlineData("round(2.4999999999999999999999999999)", "2")]
    [InlineData("round(1 / 3 * 1.5)", "1")]
    [InlineData("floor(-1.1)", "-2")]
    [InlineData("ceil(-1.9)", "-1")]
    [InlineData("ceil(1.0000000000000000000000000001)", "2")]
    [InlineData("abs(-3.20)", "3.2")]
    [InlineData("min(3, 1, 2) + max(3, 1, 2)", "4")]
    [InlineData("79228162514264337593543950335 + 1", "79228162514264337593543950336")]
    [InlineData("[Unit price (AUD)] * 2", "21")]
    [InlineData("if(kind = 'refund', -price, price)", "-19.99")]
    [InlineData("if(quantity >= 3 and not (price < 10), 1, 0)", "1")]
    [InlineData("if(kind = 'sale' or kind = 'refund', 1, 1 / 0)", "1")]
    [InlineData("if(quantity = 3.0, 1, 0)", "1")]
    [InlineData("if(in(kind, 'sale', 'refund'), 1, 0)", "1")]
    [InlineData("if(empty(nothing), row(), 0)", "7")]
    [InlineData("default(nothing, '4') * 2", "8")]
    public void Arithmetic_is_exact(string expression, string expected) => Assert.Equal(expected, Text(expression));

    [Theory]
    [InlineData("concat(kind, '-', row())", "refund-7")]
    [InlineData("upper(trim('  it''s ')) ", "IT'S")]
    [InlineData("code('GTX Plus-Pro  (2) ')", "GTX_PLUS_PRO_2")]
    [InlineData("slug('Café  du Nord')", "caf-du-nord")]
    [InlineData("lower('ABC')", "abc")]
    [InlineData("replace(kind, 're', 'de')", "defund")]
    [InlineData("default(nothing, '', 'somebody')", "somebody")]
    [InlineData("if(contains(kind, 'fun') and startswith(kind, 're'), 'yes', 'no')", "yes")]
    public void Texts_are_made_from_columns(string expression, string expected) => Assert.Equal(expected, Text(expression));

    [Theory]
    [InlineData("price / 0", "DIVISION_BY_ZERO")]
    [InlineData("price / (quantity - 3)", "DIVISION_BY_ZERO")]
    [InlineData("999999999999999999999999999999 * 999999999999999999999999999999 * 999", "OVERFLOW")]
    [InlineData("kind * 2", "NOT_A_NUMBER")]
    [InlineData("nothing + 1", "NUMBER_MISSING")]
    [InlineData("scientific + 1", "NOT_A_NUMBER")]
    [InlineData("grouped + 1", "NOT_A_NUMBER")]
    [InlineData("concat(1 / 3)", "INEXACT_NUMBER")]
    [InlineData("if(price, 1, 2)", "NOT_A_CONDITION")]
    [InlineData("concat(1 = 1)", "NOT_A_TEXT")]
    public void What_cannot_be_worked_out_has_a_code(string expression, string code) =>
        Assert.Equal(code, Assert.Throws<ExpressionException>(() => Text(expression)).Code);

    [Theory]
    [InlineData("", "found the end")]
    [InlineData("1 +", "found the end")]
    [InlineData("(1", "expected ')' at 3")]
    [InlineData("1 2", "at 3, found '2'")]
    [InlineData("sqrt(2)", "there is no function 'sqrt'")]
    [InlineData("round()", "takes 1 to 2 values, not 0")]
    [InlineData("price # 2", "unexpected character '#' at 7")]
    [InlineData("'open", "the ' at 1 is never closed")]
    [InlineData("[open", "the [ at 1 is never closed")]
    [InlineData("1.2.3", "at 1")]
    [InlineData("a = b = c", "at 7")]
    public void Mistakes_in_the_text_are_shown_with_their_place(string expression, string message) =>
        Assert.Contains(message, Assert.Throws<ExpressionException>(() => Parser.Parse(expression)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("(", 10_000)]
    [InlineData("-", 10_000)]
    [InlineData("abs(", 10_000)]
    [InlineData("1+", 10_000)]
    public void Endless_nesting_is_refused(string part, int times) =>
        Assert.Throws<ExpressionException>(() => Parser.Parse(string.Concat(Enumerable.Repeat(part, times)) + "1"));

    [Theory]
    [InlineData("1.234,56", ",", ".", "", "1234.56")]
    [InlineData("$1,234.50", ".", ",", "$", "1234.5")]
    [InlineData("1234,5 €", ",", "", "€", "1234.5")]
    [InlineData("-12.000.000", ",", ".", "", "-12000000")]
    [InlineData("1,50", ".", ",", "", null)]
    [InlineData("1.50", ",", "", "", null)]
    [InlineData("1.2.3,4", ",", ".", "", null)]
    [InlineData("12a", ".", "", "", null)]
    [InlineData("1e5", ".", "", "", null)]
    [InlineData("١٢", ".", "", "", null)]
    [InlineData("", ".", "", "", null)]
    public void Numbers_are_read_as_the_mapping_says_and_never_guessed(string text, string mark, string group, string remove, string? expected)
    {
        var format = new NumberFormat(mark[0], group.Length > 0 ? group[0] : null, remove.Length > 0 ? [remove] : []);

        Assert.Equal(expected, format.TryParse(text, out var value) ? value.ToString() : null);
    }

    [Theory]
    [InlineData("engaged", "2016-12-30")]
    [InlineData("engaged + 3", "2017-01-02")]
    [InlineData("engaged - days_open", "2016-12-20")]
    [InlineData("engaged - days_open + 1", "2016-12-21")]
    [InlineData("min(engaged + 7, closed)", "2017-01-01")]
    [InlineData("default(nothing, closed)", "2017-01-01")]
    [InlineData("if(kind = 'refund', closed, engaged)", "2017-01-01")]
    [InlineData("nothing + 3", null)]
    public void Dates_move_by_days(string expression, string? expected) =>
        Assert.Equal(expected, DateExpression.Evaluate(Parser.Parse(expression), Row, ["yyyy-MM-dd"])?.ToString("yyyy-MM-dd"));

    [Theory]
    [InlineData("30/12/2016 23:59", "dd/MM/yyyy HH:mm", "2016-12-30")]
    [InlineData("2016-12-30T23:30:00-08:00", "yyyy-MM-dd'T'HH:mm:sszzz", "2016-12-30")]
    [InlineData("3-Feb-25", "d-MMM-yy", "2025-02-03")]
    public void Dates_with_a_time_keep_the_day_of_the_writer(string text, string format, string expected) =>
        Assert.Equal(expected, DateExpression.Evaluate(new Node.Text(text), Row, [format])?.ToString("yyyy-MM-dd"));

    [Theory]
    [InlineData("kind", "NOT_A_DATE")]
    [InlineData("engaged + 0.5", "NOT_A_DATE")]
    [InlineData("engaged + 9999999", "OVERFLOW")]
    [InlineData("engaged * 2", "NOT_A_DATE")]
    [InlineData("'2017-02-29'", "NOT_A_DATE")]
    public void What_is_no_date_has_a_code(string expression, string code) =>
        Assert.Equal(code, Assert.Throws<ExpressionException>(() => DateExpression.Evaluate(Parser.Parse(expression), Row, ["yyyy-MM-dd"])).Code);

    private static readonly IRow Row = new FixedRow();

    private static string Text(string expression) => Evaluator.Text(Parser.Parse(expression), Row);

    private sealed class FixedRow : IRow
    {
        private static readonly Dictionary<string, string> Cells = new()
        {
            ["price"] = "19.99",
            ["quantity"] = "3",
            ["kind"] = "refund",
            ["nothing"] = "",
            ["scientific"] = "1e3",
            ["grouped"] = "1,000",
            ["Unit price (AUD)"] = "10.50",
            ["engaged"] = "2016-12-30",
            ["closed"] = "2017-01-01",
            ["days_open"] = "10",
        };

        public int Number => 7;

        public NumberFormat Numbers => NumberFormat.Plain;

        public string Column(string name) => Cells[name];
    }
}
