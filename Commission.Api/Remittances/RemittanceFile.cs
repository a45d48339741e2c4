using System.Globalization;
using System.Text;
using Commission.Api.Http;
using Commission.Domain.Amounts;
using Commission.Domain.Remittances;
using CsvHelper;

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

    private static readonly CsvReaderOptions Strict = new()
    {
        HasHeader = false,
        MalformedData = CsvMalformedDataHandling.Throw,
        TrackLineNumbers = true,
    };

    public static RemittanceLine[] Read(byte[] file)
    {
        try
        {
            using var csv = CsvReader.FromText(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(file), Strict);
            return new Reading(csv).Lines();
        }
        catch (DecoderFallbackException)
        {
            throw ProblemException.Field("file", "file must be UTF-8.");
        }
        catch (CsvFormatException mistake)
        {
            throw Wrong($"line {mistake.LineNumber}", "a quote is not closed, or stands where none belongs");
        }
    }

    private static ProblemException Wrong(string where, string text) => ProblemException.Field(where, $"{where}: {text}. Nothing was taken.");

    private sealed class Reading(CsvReader csv)
    {
        private string[] _header = [];

        public RemittanceLine[] Lines()
        {
            if (!csv.Read())
                throw ProblemException.Field("file", "file is empty: a header and a line are needed.");
            _header = [.. Enumerable.Range(0, csv.FieldCount).Select(i => csv.GetString(i))];
            var isMinor = _header.Contains("amount_minor");
            string[] expected = [.. Always, isMinor ? "amount_minor" : "amount"];
            if (!_header.Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal)))
                throw Wrong("line 1", $"the header must name {string.Join(", ", expected)} (or amount_minor for amount), each once");
            var lines = new List<RemittanceLine>();
            while (csv.Read())
            {
                if (csv.FieldCount != _header.Length)
                    throw Wrong($"line {csv.LineNumber}", $"it has {csv.FieldCount} columns, the header {_header.Length}");
                if (lines.Count == MaxLines)
                    throw ProblemException.Field("file", $"file has more than {MaxLines} lines: send it in parts.");
                var currency = Currency.TryParse(Field("currency"), out var known) ? known : throw Mistake("currency", "a currency such as AUD");
                var amount = new Money(isMinor ? Minor() : Decimal(currency), currency);
                lines.Add(new RemittanceLine(lines.Count + 1, Text("provider"), Text("reference"), amount, Date()));
            }
            return lines.Count > 0 ? [.. lines] : throw ProblemException.Field("file", "file has a header and no line.");
        }

        private string Field(string column) => csv.GetString(Array.IndexOf(_header, column));

        private string Text(string column) => Field(column) is { Length: > 0 and <= MaxText } text && text.Trim() == text && !text.Any(char.IsControl)
            ? text
            : throw Mistake(column, $"1 to {MaxText} characters without blanks around them");

        private long Minor() =>
            long.TryParse(Field("amount_minor"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var minor) && IsAmount(minor)
                ? minor
                : throw Mistake("amount_minor", "an integer in minor units, not zero");

        /// <summary>A decimal with at most the currency's places: 2574.01, never 2,574.01.</summary>
        private long Decimal(Currency currency)
        {
            const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
            if (!decimal.TryParse(Field("amount"), Style, CultureInfo.InvariantCulture, out var amount) || Math.Abs(amount) > Money.MaxMinor)
                throw Mistake("amount", "a decimal such as 2574.01, not zero");
            for (var i = 0; i < currency.Decimals; i++)
                amount *= 10;
            return amount == decimal.Truncate(amount) && Math.Abs(amount) <= Money.MaxMinor && IsAmount((long)amount)
                ? (long)amount
                : throw Mistake("amount", $"at most {currency.Decimals} decimals in {currency}, and not zero");
        }

        private static bool IsAmount(long minor) => minor is not 0 and >= -Money.MaxMinor and <= Money.MaxMinor;

        private DateOnly Date() =>
            DateOnly.TryParseExact(Field("paid_on"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                ? date
                : throw Mistake("paid_on", "a date yyyy-MM-dd");

        private ProblemException Mistake(string column, string expected) => Wrong(
            $"line {csv.LineNumber}, column {Array.IndexOf(_header, column) + 1}, {column}", $"expected {expected}, not '{Field(column)}'");
    }
}
