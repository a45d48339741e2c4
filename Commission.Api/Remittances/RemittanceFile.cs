using System.Globalization;
using System.Text;
using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Remittances;
using CsvHelper;
using CsvHelper.Configuration;

namespace Commission.Api.Remittances;

/// <summary>
/// Reads a provider's remittance advice: UTF-8 CSV with the header <c>provider,reference,amount,currency,paid_on</c>, in any order, where
/// <c>amount_minor</c> may stand for <c>amount</c>. Strict: the first mistake is told with its line and column, and nothing is taken.
/// </summary>
internal static class RemittanceFile
{
    public const int MaxBytes = 8 * 1024 * 1024;
    private const int MaxLines = 50_000;
    private const int MaxText = 200;
    private static readonly string[] Always = ["provider", "reference", "currency", "paid_on"];

    public static RemittanceLine[] Read(byte[] file)
    {
        try
        {
            using var text = new StreamReader(new MemoryStream(file), new UTF8Encoding(false, throwOnInvalidBytes: true));
            using var csv = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                DetectColumnCountChanges = true,
                Mode = CsvMode.RFC4180,
                BadDataFound = bad => throw Wrong(bad.Context.Parser!.RawRow, null, "a field has a quote where none belongs"),
            });
            return [.. Lines(csv)];
        }
        catch (DecoderFallbackException)
        {
            throw ProblemException.Field("file", "file must be UTF-8.");
        }
        catch (BadDataException mistake)
        {
            throw Wrong(mistake.Context?.Parser?.RawRow ?? 0, null, "the record does not have as many columns as the header");
        }
    }

    private static IEnumerable<RemittanceLine> Lines(CsvReader csv)
    {
        if (!csv.Read() || !csv.ReadHeader())
            throw ProblemException.Field("file", "file is empty: a header and a line are needed.");
        var isMinor = HeaderIsMinor(csv.HeaderRecord!);
        var number = 0;
        while (csv.Read())
        {
            if (++number > MaxLines)
                throw ProblemException.Field("file", $"file has more than {MaxLines} lines: send it in parts.");
            var currency = Currency.TryParse(csv.GetField("currency"), out var known) ? known : throw Wrong(csv, "currency", "a currency such as AUD");
            yield return new RemittanceLine(
                number, Text(csv, "provider"), Text(csv, "reference"), new Money(isMinor ? Minor(csv) : Decimal(csv, currency), currency), Date(csv));
        }
        if (number == 0)
            throw ProblemException.Field("file", "file has a header and no line.");
    }

    private static bool HeaderIsMinor(string[] header)
    {
        var isMinor = header.Contains("amount_minor");
        string[] expected = [.. Always, isMinor ? "amount_minor" : "amount"];
        return header.Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal))
            ? isMinor
            : throw Wrong(1, null, $"the header must name {string.Join(", ", expected)} (or amount_minor for amount), each once, and not {string.Join(", ", header)}");
    }

    private static string Text(CsvReader csv, string column) =>
        csv.GetField(column) is { Length: > 0 and <= MaxText } text && text.Trim() == text && !text.Any(char.IsControl) ? text
        : throw Wrong(csv, column, $"1 to {MaxText} characters without blanks around them");

    private static long Minor(CsvReader csv) =>
        long.TryParse(csv.GetField("amount_minor"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var minor) && IsAmount(minor)
            ? minor
            : throw Wrong(csv, "amount_minor", "an integer in minor units, not zero");

    /// <summary>A decimal with at most the currency's places: 2574.01, never 2,574.01.</summary>
    private static long Decimal(CsvReader csv, Currency currency)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(csv.GetField("amount"), Style, CultureInfo.InvariantCulture, out var amount) || Math.Abs(amount) > Money.MaxMinor)
            throw Wrong(csv, "amount", "a decimal such as 2574.01, not zero");
        for (var i = 0; i < currency.Decimals; i++)
            amount *= 10;
        return amount == decimal.Truncate(amount) && IsAmount((long)amount)
            ? (long)amount
            : throw Wrong(csv, "amount", $"at most {currency.Decimals} decimals in {currency}, and not zero");
    }

    private static bool IsAmount(long minor) => minor != 0 && minor is >= -Money.MaxMinor and <= Money.MaxMinor;

    private static DateOnly Date(CsvReader csv) =>
        DateOnly.TryParseExact(csv.GetField("paid_on"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw Wrong(csv, "paid_on", "a date yyyy-MM-dd");

    private static ProblemException Wrong(CsvReader csv, string column, string expected)
    {
        var index = Array.IndexOf(csv.HeaderRecord!, column) + 1;
        return Wrong(csv.Parser.RawRow, $"column {index}, {column}", $"expected {expected}, not '{csv.GetField(column)}'");
    }

    private static ProblemException Wrong(int line, string? column, string text) =>
        ProblemException.Field($"line {line}{(column is null ? "" : $", {column}")}", $"Line {line}{(column is null ? "" : $", {column}")}: {text}. Nothing was taken.");
}
