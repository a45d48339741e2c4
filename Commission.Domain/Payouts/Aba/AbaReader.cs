using System.Text;

namespace Commission.Domain.Payouts.Aba;

/// <summary>
/// Reads a direct entry file strictly: every column is checked, the totals are added up again. It never throws for what it is given.
/// </summary>
public static class AbaReader
{
    /// <summary>Bytes of a file at most: the records that its count can hold.</summary>
    public const int MaxBytes = (AbaProfile.LayoutMaxRecords + 2) * (AbaLayout.Columns + 2);

    /// <summary>The document, or what is wrong with the first field that is.</summary>
    public static (AbaDocument? Document, Refusal? Refusal) Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return (Document(Lines(bytes)), null);
        }
        catch (AbaException error)
        {
            return (null, error.Refusal);
        }
    }

    private static List<AbaLine> Lines(ReadOnlySpan<byte> bytes)
    {
        const int Length = AbaLayout.Columns + 2;
        if (bytes.Length is 0 or > MaxBytes)
            throw new AbaException(StrictNode.Wrong("file", $"1 to {MaxBytes} bytes", $"{bytes.Length}"));
        var lines = new List<AbaLine>(bytes.Length / Length);
        for (var at = 0; at < bytes.Length; at += Length)
        {
            var number = lines.Count + 1;
            var rest = bytes[at..];
            if (rest.Length < Length || rest[AbaLayout.Columns] != '\r' || rest[AbaLayout.Columns + 1] != '\n')
                throw new AbaException(StrictNode.Wrong($"line {number}", "120 columns, carriage return and line feed", "something else"));
            if (rest[..AbaLayout.Columns].IndexOfAnyExceptInRange((byte)' ', (byte)'~') is var bad and >= 0)
                throw new AbaException(StrictNode.Wrong($"line {number}, column {bad + 1}", "a printable ASCII character", $"byte {rest[bad]}"));
            lines.Add(new AbaLine(Encoding.ASCII.GetString(rest[..AbaLayout.Columns]), number));
        }
        return lines;
    }

    private static AbaDocument Document(List<AbaLine> lines)
    {
        if (lines.Count < 3 || lines[^1].Type != '7')
            throw new AbaException(StrictNode.Wrong("file", "a header, details and a total record (type 7) at its end", $"{lines.Count} lines"));
        var document = new AbaDocument(Header(lines[0]), [.. lines[1..^1].Select(Detail)], Totals(lines[^1]));
        var (credit, debit) = (0L, 0L);
        foreach (var detail in document.Details)
            (credit, debit) = detail.Code == AbaDetail.Debit ? (credit, debit + detail.AmountMinor) : (credit + detail.AmountMinor, debit);
        var sums = new AbaTotals(Math.Abs(credit - debit), credit, debit, document.Details.Count);
        return document.Totals == sums
            ? document
            : throw new AbaException(StrictNode.Wrong($"line {lines.Count}, totals", Words(sums), Words(document.Totals)));
    }

    private static string Words(AbaTotals totals) =>
        $"net {totals.NetMinor}, credits {totals.CreditMinor}, debits {totals.DebitMinor}, records {totals.Records}";

    internal static AbaHeader Header(AbaLine line)
    {
        if (line.Type != '0')
            throw line.Wrong(1, 1, "record type", "0");
        (Bsb, string)? account = null;
        if (line.Raw(2, 18).AsSpan().IndexOfAnyExcept(' ') >= 0)
        {
            account = (line.Bsb(2, 8, "bsb"), line.Account(9, 17, "account"));
            line.Blank(18, 18);
        }
        line.Blank(24, 30);
        line.Blank(81, 120);
        var institution = line.Raw(21, 23);
        if (institution.AsSpan().IndexOfAnyExceptInRange('A', 'Z') >= 0)
            throw line.Wrong(21, 23, "financial institution", "three capital letters");
        return new AbaHeader(
            account, (int)line.Digits(19, 20, "reel sequence number"), institution, line.Left(31, 56, "user name"),
            (int)line.Digits(57, 62, "user number"), line.Left(63, 74, "description"), line.Date(75, 80, "processing date"));
    }

    internal static AbaDetail Detail(AbaLine line)
    {
        if (line.Type != '1')
            throw line.Wrong(1, 1, "record type", "1");
        var detail = Shared(line) with { Indicator = line.Raw(18, 18)[0], WithheldMinor = line.Digits(113, 120, "withholding tax") };
        if (!" NTWXY".Contains(detail.Indicator, StringComparison.Ordinal))
            throw line.Wrong(18, 18, "indicator", "a blank or one of N, T, W, X, Y");
        var mayWithhold = detail.Indicator is 'W' or 'X' or 'Y';
        return detail.WithheldMinor == 0 || mayWithhold
            ? detail
            : throw line.Wrong(113, 120, "withholding tax", "zeros, for the indicator is not W, X or Y");
    }

    /// <summary>The fields that details and returns have in common.</summary>
    internal static AbaDetail Shared(AbaLine line)
    {
        var code = (int)line.Digits(19, 20, "transaction code");
        if (code is not AbaDetail.Debit and not (>= AbaDetail.Credit and <= 57))
            throw line.Wrong(19, 20, "transaction code", "13 or 50 to 57");
        var amount = line.Digits(21, 30, "amount");
        return amount > 0
            ? new AbaDetail(
                line.Bsb(2, 8, "bsb"), line.Account(9, 17, "account"), ' ', code, amount, line.Left(31, 62, "title of account"),
                line.Left(63, 80, "lodgement reference"), line.Bsb(81, 87, "trace bsb"), line.Account(88, 96, "trace account"),
                line.Left(97, 112, "remitter"), 0)
            : throw line.Wrong(21, 30, "amount", "cents above zero");
    }

    internal static AbaTotals Totals(AbaLine line)
    {
        if (line.Type != '7')
            throw line.Wrong(1, 1, "record type", "7");
        if (line.Raw(2, 8) != AbaLayout.NoBsb)
            throw line.Wrong(2, 8, "bsb", AbaLayout.NoBsb);
        line.Blank(9, 20);
        line.Blank(51, 74);
        line.Blank(81, 120);
        return new AbaTotals(
            line.Digits(21, 30, "net total"), line.Digits(31, 40, "credit total"), line.Digits(41, 50, "debit total"),
            (int)line.Digits(75, 80, "record count"));
    }
}
