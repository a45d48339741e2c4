using System.Globalization;
using Commission.Domain.Amounts;

namespace Commission.Domain.Payouts.Sheets;

/// <summary>A named fact at the head of a sheet.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">What it says.</param>
public sealed record SheetFact(string Name, string Value);

/// <summary>A column of a sheet's table.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="IsAmount">Whether it holds amounts, which stand to the right.</param>
public sealed record SheetColumn(string Heading, bool IsAmount);

/// <summary>
/// A document as people read it, before it is text, HTML or PDF: all three are functions of this and of nothing else, so that they say
/// the same and come out the same on every machine.
/// </summary>
/// <param name="Title">What it is.</param>
/// <param name="Facts">Number, date, parties.</param>
/// <param name="Columns">Columns of the table.</param>
/// <param name="Rows">Rows of the table, a text for each column.</param>
/// <param name="Totals">What the table comes to.</param>
/// <param name="Remarks">What else must be said.</param>
public sealed record Sheet(
    string Title, IReadOnlyList<SheetFact> Facts, IReadOnlyList<SheetColumn> Columns, IReadOnlyList<IReadOnlyList<string>> Rows,
    IReadOnlyList<SheetFact> Totals, IReadOnlyList<string> Remarks)
{
    /// <summary>The sheet in lines of text.</summary>
    public IReadOnlyList<string> Lines() =>
    [
        Title,
        .. Facts.Select(fact => $"{fact.Name}: {fact.Value}"),
        .. Rows.Select(row => string.Join("  ", row.Where(cell => cell.Length > 0))),
        .. Totals.Select(total => $"{total.Name}: {total.Value}"),
        .. Remarks,
    ];

    /// <summary>For example <c>24 November 2026</c>.</summary>
    public static string Text(DateOnly date) => date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>An amount with its decimals and thousands, such as <c>-1,234.50</c>.</summary>
    /// <param name="minor">Minor units.</param>
    /// <param name="currency">The currency's code.</param>
    public static string Amount(long minor, string currency)
    {
        var decimals = Currency.TryParse(currency, out var known) ? known.Decimals : 0;
        var plain = Money.Decimal(Math.Abs(minor), decimals);
        var whole = decimals == 0 ? plain.Length : plain.Length - decimals - 1;
        for (var at = whole - 3; at > 0; at -= 3)
            plain = plain.Insert(at, ",");
        return minor < 0 ? $"-{plain}" : plain;
    }
}
