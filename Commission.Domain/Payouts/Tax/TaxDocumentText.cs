using System.Globalization;
using Commission.Domain.Amounts;

namespace Commission.Domain.Payouts.Tax;

/// <summary>
/// A paper in lines of text as people read it, with what the law wants on it: GST Act 1999 s 29-70(1) for tax invoices, s 29-75(1) for
/// adjustment notes. HTML and PDF are made from these lines.
/// </summary>
public static class TaxDocumentText
{
    /// <summary>The lines, from the title to the last remark.</summary>
    public static IReadOnlyList<string> Lines(TaxDocument document) =>
    [
        Title(document.Kind),
        $"{document.Name}, issued {Date(document.IssuedOn)}",
        $"{(document.Kind == TaxDocumentKind.Statement ? "Payee" : "Supplier")}: {Party(document.Supplier)}",
        $"{(document.Kind == TaxDocumentKind.Statement ? "Payer" : "Recipient (issuer)")}: {Party(document.Recipient)}",
        $"Payout: {document.Payout}",
        .. document.Lines.Select(line => Line(document, line)),
        .. Totals(document),
        .. Remarks(document),
    ];

    private static string Title(TaxDocumentKind kind) => kind switch
    {
        TaxDocumentKind.Rcti => "RECIPIENT CREATED TAX INVOICE",
        TaxDocumentKind.AdjustmentNote => "RECIPIENT CREATED ADJUSTMENT NOTE",
        _ => "COMMISSION STATEMENT (not a tax invoice)",
    };

    private static string Party(TaxParty party) => party.Abn is { } abn ? $"{party.Name}, ABN {abn}" : $"{party.Name}, no ABN quoted";

    private static string Line(TaxDocument document, TaxDocumentLine line)
    {
        var corrects = line.Line.Corrects is { } number ? $", adjusts {number}" : "";
        var gst = document.Kind == TaxDocumentKind.Statement ? "" : $", GST {Amount(document, line.GstMinor)}";
        return $"{Date(line.Line.On)}  {line.Line.Description}{corrects}: {Amount(document, line.ValueMinor)}{gst}";
    }

    private static IEnumerable<string> Totals(TaxDocument document)
    {
        if (document.Kind != TaxDocumentKind.Statement)
        {
            yield return $"Total without GST: {Amount(document, document.ValueMinor)} {document.Currency}";
            yield return $"GST: {Amount(document, document.GstMinor)} {document.Currency}";
            yield return $"Total including GST: {Amount(document, document.ValueMinor + document.GstMinor)} {document.Currency}";
            yield break;
        }
        yield return $"Total: {Amount(document, document.ValueMinor)} {document.Currency}";
        if (document.WithheldMinor == 0)
            yield break;
        yield return $"Withheld because no ABN was quoted: {Amount(document, document.WithheldMinor)} {document.Currency}";
        yield return $"Paid: {Amount(document, document.PayableMinor)} {document.Currency}";
    }

    private static IEnumerable<string> Remarks(TaxDocument document) => document.Kind switch
    {
        TaxDocumentKind.Rcti => ["The GST shown is payable by the supplier.", $"Issued by the recipient under the agreement {document.Agreement}."],
        TaxDocumentKind.AdjustmentNote =>
            ["These amounts reduce the supplies of the tax invoices named.", $"Issued by the recipient under the agreement {document.Agreement}."],
        _ when document.WithheldMinor > 0 => ["The amount withheld is paid to the Australian Taxation Office; a payment summary follows."],
        _ => [],
    };

    private static string Date(DateOnly date) => date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    private static string Amount(TaxDocument document, long minor)
    {
        var decimals = Currency.TryParse(document.Currency, out var currency) ? currency.Decimals : 0;
        var plain = Money.Decimal(Math.Abs(minor), decimals);
        var whole = decimals == 0 ? plain.Length : plain.Length - decimals - 1;
        for (var at = whole - 3; at > 0; at -= 3)
            plain = plain.Insert(at, ",");
        return minor < 0 ? $"-{plain}" : plain;
    }
}
