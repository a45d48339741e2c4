using Commission.Domain.Payouts.Sheets;

namespace Commission.Domain.Payouts.Tax;

/// <summary>
/// A paper as people read it, with what the law wants on it: GST Act 1999 s 29-70(1) for tax invoices, s 29-75(1) for adjustment notes.
/// </summary>
public static class TaxDocumentSheet
{
    /// <summary>The sheet of a paper.</summary>
    public static Sheet Of(TaxDocument document)
    {
        var showsGst = document.Lines.Any(line => line.GstMinor != 0) || document.Kind is TaxDocumentKind.Rcti or TaxDocumentKind.AdjustmentNote;
        SheetColumn[] gst = showsGst ? [new SheetColumn($"GST ({document.Currency})", true)] : [];
        return new Sheet(
            Title(document),
            [
                new SheetFact("Number", document.Name),
                new SheetFact("Date of issue", Sheet.Text(document.IssuedOn)),
                new SheetFact(IsStatement(document) ? "Payee" : "Supplier", Party(document.Supplier)),
                new SheetFact(IsStatement(document) ? "Payer" : "Recipient (issuer)", Party(document.Recipient)),
                new SheetFact("Payout", document.Payout),
            ],
            [new SheetColumn("Date", false), new SheetColumn("Description", false), new SheetColumn($"Value ({document.Currency})", true), .. gst],
            [.. document.Lines.Select(line => Row(document, line, showsGst))], [.. Totals(document, showsGst)], [.. Remarks(document)]);
    }

    private static bool IsStatement(TaxDocument document) =>
        document.Kind == TaxDocumentKind.Statement || (document.Kind == TaxDocumentKind.Cancellation && document.Agreement is null);

    private static string Title(TaxDocument document) => document.Kind switch
    {
        TaxDocumentKind.Rcti => "Recipient created tax invoice",
        TaxDocumentKind.AdjustmentNote => "Recipient created adjustment note",
        TaxDocumentKind.Cancellation => $"Cancellation of {document.Cancels}",
        _ => "Commission statement (not a tax invoice)",
    };

    private static string Party(TaxParty party) => party.Abn is { } abn ? $"{party.Name}, ABN {abn}" : $"{party.Name}, no ABN quoted";

    private static string[] Row(TaxDocument document, TaxDocumentLine line, bool showsGst)
    {
        var corrects = line.Line.Corrects is { } number ? $", adjusts {number}" : "";
        string[] row = [Sheet.Text(line.Line.On), line.Line.Description + corrects, Sheet.Amount(line.ValueMinor, document.Currency)];
        return showsGst ? [.. row, Sheet.Amount(line.GstMinor, document.Currency)] : row;
    }

    private static IEnumerable<SheetFact> Totals(TaxDocument document, bool showsGst)
    {
        SheetFact Total(string name, long minor) => new(name, $"{Sheet.Amount(minor, document.Currency)} {document.Currency}");
        if (showsGst)
        {
            yield return Total("Total without GST", document.ValueMinor);
            yield return Total("GST", document.GstMinor);
            yield return Total("Total including GST", document.ValueMinor + document.GstMinor);
            yield break;
        }
        yield return Total("Total", document.ValueMinor);
        if (document.WithheldMinor == 0)
            yield break;
        yield return Total("Withheld because no ABN was quoted", document.WithheldMinor);
        yield return Total("Paid", document.PayableMinor);
    }

    private static IEnumerable<string> Remarks(TaxDocument document) => document.Kind switch
    {
        TaxDocumentKind.Rcti =>
        [
            "The GST shown is payable by the supplier.",
            "Each line is one supply of referral services; a line with GST is a taxable supply in full, a line without is none.",
            $"Issued by the recipient under the agreement {document.Agreement}.",
        ],
        TaxDocumentKind.AdjustmentNote =>
            ["These amounts reduce the supplies of the tax invoices named.", $"Issued by the recipient under the agreement {document.Agreement}."],
        TaxDocumentKind.Cancellation =>
        [
            $"The payment did not arrive: {document.Reason}",
            $"{document.Cancels} is taken back whole. What it was for stays owed, and the payment that follows gets a paper of its own.",
        ],
        _ when document.WithheldMinor > 0 => ["The amount withheld is paid to the Australian Taxation Office; a payment summary follows."],
        _ => [],
    };
}
