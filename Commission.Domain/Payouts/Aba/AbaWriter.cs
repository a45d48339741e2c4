using System.Text;
using Commission.Domain.Payouts.Calendar;

namespace Commission.Domain.Payouts.Aba;

/// <summary>
/// Writes direct entry files in the Cemtex layout: docs/formats/aba.md. The same order gives the same bytes. Every file is read back
/// and compared before it is handed out.
/// </summary>
public static class AbaWriter
{
    /// <summary>Cents that the ten columns of an amount hold: $99,999,999.99. A file's total is bound by the same.</summary>
    public const long MaxRecordMinor = 9_999_999_999;

    /// <summary>Characters of a reference; two more columns number the parts of a payment that does not fit one record.</summary>
    public const int MaxReferenceLength = 16;

    /// <summary>Records that one payment may be split into.</summary>
    public const int MaxParts = 9;

    /// <summary>
    /// The files of an order: one, or more where the records or the total would not fit one. A refusal names the field and what was
    /// expected, and nothing is written.
    /// </summary>
    /// <exception cref="InvalidOperationException">A file does not read back as what was written: a bug.</exception>
    public static (IReadOnlyList<AbaFile>? Files, Refusal? Refusal) Write(AbaOrder order)
    {
        var (details, refusal) = Details(order);
        if (details is null)
            return (null, refusal);
        var header = new AbaHeader(
            order.Profile.HasAccountInHeader ? (order.Source.Bsb, order.Source.Number) : null, 1, order.Profile.Institution,
            Text(order, order.UserName, 26), order.UserNumber, Text(order, order.Description, 12), order.ProcessOn);
        return ([.. Cut(order, details).Select(cut => Encoded(header, cut))], null);
    }

    /// <summary>A refusal of the order as a whole, before its payments are looked at; null when there is none.</summary>
    private static Refusal? Check(AbaOrder order) =>
        order.Profile.Check()
        ?? BusinessCalendar.RefusalOfRest(Region.National, order.ProcessOn, "processOn")
        ?? (order.UserNumber is < 1 or > 999_999 ? StrictNode.Wrong("userNumber", "1 to 999999", $"{order.UserNumber}") : null)
        ?? AbaText.Fold(order.UserName, order.Profile, "userName", 26, mayBeCut: false).Refusal
        ?? AbaText.Fold(order.Description, order.Profile, "description", 12, mayBeCut: false).Refusal
        ?? AbaText.Fold(order.Remitter, order.Profile, "remitter", 16, mayBeCut: false).Refusal
        ?? AbaText.Fold(order.Reference, order.Profile, "reference", MaxReferenceLength, mayBeCut: false).Refusal
        ?? order.Source.RefusalIn("source")
        ?? (order.Payments.Count == 0 ? StrictNode.Wrong("payments", "at least one", "none") : null);

    private static (List<AbaDetail>? Details, Refusal? Refusal) Details(AbaOrder order)
    {
        if (Check(order) is { } refusal)
            return (null, refusal);
        var (details, references) = (new List<AbaDetail>(order.Payments.Count), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (index, payment) in order.Payments.Index())
        {
            var field = $"payments[{index}]";
            var (detail, wrong) = Detail(order, payment, field);
            if (detail is null)
                return (null, wrong);
            foreach (var part in Parts(detail))
            {
                if (!references.Add(part.Reference))
                    return (null, StrictNode.Wrong($"{field}.reference", "a reference of its own", $"\"{part.Reference}\" again"));
                details.Add(part);
            }
        }
        return (details, null);
    }

    private static (AbaDetail? Detail, Refusal? Refusal) Detail(AbaOrder order, AbaPayment payment, string field)
    {
        var (title, titleRefusal) = AbaText.Fold(payment.Payee.Title, order.Profile, $"{field}.payee.title", 32, mayBeCut: true);
        var (reference, referenceRefusal) = AbaText.Fold(payment.Reference, order.Profile, $"{field}.reference", MaxReferenceLength, mayBeCut: false);
        var refusal = payment.Payee.RefusalIn($"{field}.payee") ?? titleRefusal ?? referenceRefusal
            ?? (payment.AmountMinor is < 1 or > MaxParts * MaxRecordMinor
                ? StrictNode.Wrong($"{field}.amountMinor", $"1 to {MaxParts * MaxRecordMinor} cents", $"{payment.AmountMinor}")
                : null);
        return refusal is not null
            ? (null, refusal)
            : (Record(order, payment.Payee.Bsb, payment.Payee.Number, AbaDetail.Credit, payment.AmountMinor, title!, reference!), null);
    }

    private static AbaDetail Record(AbaOrder order, Bsb bsb, string account, int code, long amountMinor, string title, string reference) => new(
        bsb, account, ' ', code, amountMinor, title, reference, order.Source.Bsb, order.Source.Number, Text(order, order.Remitter, 16), 0);

    /// <summary>The record itself, or full ones and a last one, whose references end in /1, /2 …</summary>
    private static IEnumerable<AbaDetail> Parts(AbaDetail detail)
    {
        if (detail.AmountMinor <= MaxRecordMinor)
        {
            yield return detail;
            yield break;
        }
        var (left, part) = (detail.AmountMinor, 1);
        for (; left > 0; left -= MaxRecordMinor, part++)
            yield return detail with { AmountMinor = Math.Min(left, MaxRecordMinor), Reference = $"{detail.Reference}/{part}" };
    }

    /// <summary>Cuts where the next record would not fit, and balances each file where the bank wants it.</summary>
    private static IEnumerable<List<AbaDetail>> Cut(AbaOrder order, List<AbaDetail> details)
    {
        var most = order.Profile.MaxRecords - (order.Profile.IsSelfBalancing ? 1 : 0);
        var (file, total) = (new List<AbaDetail>(), 0L);
        foreach (var detail in details)
        {
            if (file.Count == most || total + detail.AmountMinor > MaxRecordMinor)
            {
                yield return Balanced(order, file, total);
                (file, total) = ([], 0);
            }
            file.Add(detail);
            total += detail.AmountMinor;
        }
        yield return Balanced(order, file, total);
    }

    private static List<AbaDetail> Balanced(AbaOrder order, List<AbaDetail> file, long total) => order.Profile.IsSelfBalancing
        ? [.. file, Record(
            order, order.Source.Bsb, order.Source.Number, AbaDetail.Debit, total, Text(order, order.UserName, 32), Text(order, order.Reference, 18))]
        : file;

    private static string Text(AbaOrder order, string text, int width) => AbaText.Fold(text, order.Profile, "", width, mayBeCut: true).Text!;

    private static AbaFile Encoded(AbaHeader header, List<AbaDetail> details)
    {
        var credit = details.Where(detail => detail.Code != AbaDetail.Debit).Sum(detail => detail.AmountMinor);
        var debit = details.Where(detail => detail.Code == AbaDetail.Debit).Sum(detail => detail.AmountMinor);
        var written = new AbaDocument(header, details, new AbaTotals(Math.Abs(credit - debit), credit, debit, details.Count));
        var bytes = Encode(written);
        var (read, refusal) = AbaReader.Read(bytes);
        return read is not null && read.Header == written.Header && read.Totals == written.Totals && read.Details.SequenceEqual(details)
            ? new AbaFile(bytes, Hash.Of(bytes), read)
            : throw new InvalidOperationException($"A direct entry file does not read back as it was written. {refusal?.Text}");
    }

    /// <summary>The bytes of a document.</summary>
    internal static byte[] Encode(AbaDocument document)
    {
        var text = new StringBuilder((document.Details.Count + 2) * (AbaLayout.Columns + 2));
        AbaLayout.Write(text, document.Header);
        foreach (var detail in document.Details)
            AbaLayout.Write(text, detail);
        AbaLayout.Write(text, document.Totals);
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
