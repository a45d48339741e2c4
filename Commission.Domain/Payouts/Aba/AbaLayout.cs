using System.Globalization;
using System.Text;

namespace Commission.Domain.Payouts.Aba;

/// <summary>The columns of the records.</summary>
internal static class AbaLayout
{
    public const int Columns = 120;

    /// <summary>What stands in the place of a BSB in the total record.</summary>
    public const string NoBsb = "999-999";

    public static void Write(StringBuilder text, AbaHeader header)
    {
        text.Append('0');
        if (header.Account is { } account)
            text.Append(account.Bsb).Append(Right(account.Number, 9)).Append(' ');
        else
            text.Append(' ', 17);
        text.Append(Digits(header.Reel, 2)).Append(header.Institution).Append(' ', 7)
            .Append(Left(header.UserName, 26)).Append(Digits(header.UserNumber, 6)).Append(Left(header.Description, 12))
            .Append(header.ProcessOn.ToString("ddMMyy", CultureInfo.InvariantCulture)).Append(' ', 40).Append("\r\n");
    }

    public static void Write(StringBuilder text, AbaDetail detail) =>
        text.Append('1').Append(detail.Bsb).Append(Right(detail.Account, 9)).Append(detail.Indicator).Append(Digits(detail.Code, 2))
            .Append(Digits(detail.AmountMinor, 10)).Append(Left(detail.Title, 32)).Append(Left(detail.Reference, 18))
            .Append(detail.TraceBsb).Append(Right(detail.TraceAccount, 9)).Append(Left(detail.Remitter, 16)).Append(Digits(detail.WithheldMinor, 8))
            .Append("\r\n");

    public static void Write(StringBuilder text, AbaTotals totals) =>
        text.Append('7').Append(NoBsb).Append(' ', 12).Append(Digits(totals.NetMinor, 10)).Append(Digits(totals.CreditMinor, 10))
            .Append(Digits(totals.DebitMinor, 10)).Append(' ', 24).Append(Digits(totals.Records, 6)).Append(' ', 40).Append("\r\n");

    private static string Left(string text, int width) => Fits(text, width).PadRight(width);

    private static string Right(string text, int width) => Fits(text, width).PadLeft(width);

    private static string Digits(long number, int width) => Fits(number.ToString(CultureInfo.InvariantCulture), width).PadLeft(width, '0');

    private static string Fits(string text, int width) =>
        text.Length <= width ? text : throw new InvalidOperationException($"'{text}' does not fit {width} columns.");
}
