using Commission.Domain.Amounts;
using Commission.Domain.Rules;

namespace Commission.Domain.Payouts.Tax;

/// <summary>What a payee is paid in one batch.</summary>
/// <param name="IssuedOn">Date of issue.</param>
/// <param name="Payee">The supplier.</param>
/// <param name="Payer">The recipient of the supply.</param>
/// <param name="RctiAgreement">Reference of the RCTI agreement in force on that date, or null.</param>
/// <param name="Payout">The payout item.</param>
/// <param name="Currency">Currency of all amounts.</param>
/// <param name="Lines">What is paid and taken back.</param>
/// <param name="Withholding">What the rule set says of payees without an ABN.</param>
/// <param name="WithheldMinor">What the approved item withholds; null where it is still to be found by the rule.</param>
public sealed record TaxPaperRequest(
    DateOnly IssuedOn, TaxParty Payee, TaxParty Payer, string? RctiAgreement, string Payout, Currency Currency, IReadOnlyList<TaxLine> Lines,
    Withholding Withholding, long? WithheldMinor = null);

/// <summary>The next free number of each sequence. Whoever keeps them gives each out once, in the transaction that stores the paper.</summary>
/// <param name="Rcti">Next tax invoice.</param>
/// <param name="AdjustmentNote">Next adjustment note.</param>
/// <param name="Statement">Next statement.</param>
/// <param name="Cancellation">Next cancellation.</param>
[GenerateSerializer, Immutable, Alias("TaxNumbers")]
public readonly record struct TaxNumbers(
    [property: Id(0)] long Rcti, [property: Id(1)] long AdjustmentNote, [property: Id(2)] long Statement, [property: Id(3)] long Cancellation = 1)
{
    /// <summary>Before the first paper.</summary>
    public static TaxNumbers First => new(1, 1, 1);
}

/// <summary>What one payee's payout comes to.</summary>
/// <param name="AmountMinor">The sum of the lines, as accrued.</param>
/// <param name="GstMinor">GST that comes on top of amounts without it; negative when it is taken back.</param>
/// <param name="WithheldMinor">Withheld because no ABN was quoted.</param>
[GenerateSerializer, Immutable, Alias("PayoutAmounts")]
public readonly record struct PayoutAmounts([property: Id(0)] long AmountMinor, [property: Id(1)] long GstMinor, [property: Id(2)] long WithheldMinor)
{
    /// <summary>What leaves the bank.</summary>
    public long PayMinor => checked(AmountMinor + GstMinor - WithheldMinor);
}

/// <summary>Which papers a payout needs, and what they say. Pure.</summary>
public static class TaxPapers
{
    /// <summary>
    /// A recipient may issue the tax invoice when both are registered for GST and an agreement says so (GST Act 1999 s 29-70(3); Recipient
    /// Created Tax Invoice Determination 2023, LI 2023/20; GSTR 2000/10). GST is of Australia: other currencies get a statement.
    /// </summary>
    public static bool IsRcti(TaxPaperRequest request) => IsRcti(request.Payee, request.Payer, request.RctiAgreement, request.Currency);

    /// <summary>The same, of what it depends on.</summary>
    public static bool IsRcti(TaxParty payee, TaxParty payer, string? agreement, Currency currency) => agreement is not null
        && currency == Currency.Aud && payee is { IsGstRegistered: true, Abn: not null } && payer is { IsGstRegistered: true, Abn: not null };

    /// <summary>The amounts of a payout, from the same lines as its papers.</summary>
    public static PayoutAmounts AmountsOf(TaxPaperRequest request)
    {
        var papers = Issue(request, TaxNumbers.First).Documents;
        var added = papers.SelectMany(paper => paper.Lines).Where(line => line.Line.Treatment == GstTreatment.Exclusive).Sum(line => line.GstMinor);
        return new PayoutAmounts(request.Lines.Sum(line => line.AmountMinor), added, papers.Sum(paper => paper.WithheldMinor));
    }

    /// <summary>
    /// The papers, and the numbers that are free after them: a tax invoice for what is paid and an adjustment note for what is taken back
    /// (GST Act 1999 s 29-75), or one statement of both. A line of zero stands on no paper.
    /// </summary>
    /// <exception cref="OverflowException">A sum leaves 64 bits.</exception>
    public static (IReadOnlyList<TaxDocument> Documents, TaxNumbers Next) Issue(TaxPaperRequest request, TaxNumbers next)
    {
        var lines = request.Lines.Where(line => line.AmountMinor != 0).ToList();
        if (!IsRcti(request))
            return ([Statement(request, lines, next.Statement)], next with { Statement = next.Statement + 1 });
        var documents = new List<TaxDocument>();
        if (lines.FindAll(line => line.AmountMinor > 0) is { Count: > 0 } paid)
        {
            documents.Add(Paper(request, TaxDocumentKind.Rcti, next.Rcti, WithGst(paid, 1)));
            next = next with { Rcti = next.Rcti + 1 };
        }
        if (lines.FindAll(line => line.AmountMinor < 0) is { Count: > 0 } taken)
        {
            documents.Add(Paper(request, TaxDocumentKind.AdjustmentNote, next.AdjustmentNote, WithGst(taken, -1)));
            next = next with { AdjustmentNote = next.AdjustmentNote + 1 };
        }
        return (documents, next);
    }

    /// <summary>
    /// What takes a paper back whose payment failed or came back. The supply stands as it was, so that there is no adjustment event (GST Act
    /// 1999 s 19-10) and no adjustment note; the payment that follows gets a paper of its own.
    /// </summary>
    /// <param name="paper">The paper.</param>
    /// <param name="next">The next free numbers.</param>
    /// <param name="on">Date of issue.</param>
    /// <param name="reason">Why the payment did not arrive.</param>
    public static (TaxDocument Document, TaxNumbers Next) Cancel(TaxDocument paper, TaxNumbers next, DateOnly on, string reason) => (
        paper with
        {
            Kind = TaxDocumentKind.Cancellation,
            Number = next.Cancellation,
            IssuedOn = on,
            Lines = [.. paper.Lines.Select(Back)],
            WithheldMinor = -paper.WithheldMinor,
            Cancels = paper.Name,
            Reason = reason,
        },
        next with { Cancellation = next.Cancellation + 1 });

    private static TaxDocumentLine Back(TaxDocumentLine line) =>
        new(line.Line with { AmountMinor = -line.Line.AmountMinor }, -line.ValueMinor, -line.GstMinor);

    private static TaxDocument Statement(TaxPaperRequest request, List<TaxLine> lines, long number)
    {
        var withheld = request.WithheldMinor ?? (request.Currency == Currency.Aud
            ? NoAbnWithholding.Of(request.Withholding, lines.Sum(line => line.AmountMinor), request.Payee.Abn is not null)
            : 0);
        return Paper(request, TaxDocumentKind.Statement, number, [.. lines.Select(line => new TaxDocumentLine(line, line.AmountMinor, 0))]) with
        {
            Agreement = null,
            WithheldMinor = withheld,
        };
    }

    private static TaxDocument Paper(TaxPaperRequest request, TaxDocumentKind kind, long number, IReadOnlyList<TaxDocumentLine> lines) => new(
        kind, number, request.IssuedOn, request.Payee, request.Payer, request.RctiAgreement, request.Payout, request.Currency.Code, lines, 0);

    /// <summary>What is taken back has the GST of what was paid, with the other sign.</summary>
    private static List<TaxDocumentLine> WithGst(List<TaxLine> lines, int sign)
    {
        var gst = Gst.Of([.. lines.Select(line => (sign * line.AmountMinor, line.Treatment))]);
        return [.. lines.Select((line, index) => new TaxDocumentLine(
            line, line.Treatment == GstTreatment.Inclusive ? line.AmountMinor - sign * gst[index] : line.AmountMinor, sign * gst[index]))];
    }
}
