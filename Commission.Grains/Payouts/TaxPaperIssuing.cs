using System.Security.Cryptography;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Disputes;
using Commission.Domain.Ledger;
using Commission.Domain.Notifications;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Sheets;
using Commission.Domain.Payouts.Tax;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;
using Microsoft.Extensions.Options;

namespace Commission.Grains.Payouts;

/// <summary>What one turn issues.</summary>
/// <param name="Papers">The papers.</param>
/// <param name="Messages">What their payees are told.</param>
/// <param name="Done">Steps that are done with that.</param>
/// <param name="Undone">Steps whose papers could not be made, and why.</param>
internal sealed record IssuedPapers(List<NewTaxPaper> Papers, List<NotificationDraft> Messages, List<long> Done, List<(long Due, Exception Problem)> Undone);

/// <summary>Makes the papers of steps from the rows of their batches: the same rows give the same papers, whoever makes them.</summary>
internal sealed class TaxPaperIssuing(
    TaxPaperQueries papers, OpenEntryQueries entries, PayeeVault vault, IOptions<PayerOptions> payer)
{
    /// <summary>Makes what the steps owe.</summary>
    public async Task<IssuedPapers> MakeAsync(TaxPaperTransaction transaction, IReadOnlyCollection<DuePaper> due, CancellationToken cancellationToken)
    {
        var lines = await LinesAsync(transaction, due, cancellationToken);
        var (issued, numbers) = (new IssuedPapers([], [], [], []), new Dictionary<string, TaxNumbers>(StringComparer.Ordinal));
        foreach (var one in due)
        {
            var issuer = one.Tax.PayerAbn?.Digits ?? "none";
            if (!numbers.TryGetValue(issuer, out var next))
                next = await transaction.ReadNumbersAsync(issuer, cancellationToken);
            try
            {
                var (made, after) = one.Step == PayoutItemStatus.Submitted
                    ? Issue(one, issuer, lines[(one.Batch, one.Item)], next)
                    : Cancel(one, issuer, await transaction.ReadStandingAsync(one, cancellationToken), next);
                issued.Papers.AddRange(made);
                issued.Messages.Add(Message(one, made));
                issued.Done.Add(one.Id);
                numbers[issuer] = after;
            }
            catch (Exception error) when (error is InvalidDataException or OverflowException or ArgumentException or CryptographicException)
            {
                issued.Undone.Add((one.Id, error));
            }
        }
        return issued;
    }

    /// <summary>A paper's id: derived from where it belongs, so that it is one however often it is made.</summary>
    internal static Guid IdOf(PayoutBatchId batch, int item, int attempt, TaxDocumentKind kind, string? cancels) =>
        TypeId.Derive("commission/tax-paper/v1", PayoutReference.KeyOf(batch, item, attempt), $"{kind}", cancels ?? "");

    private (List<NewTaxPaper> Made, TaxNumbers Next) Issue(
        DuePaper due, string issuer, IEnumerable<(TaxLine Line, bool CorrectsHere)> lines, TaxNumbers next)
    {
        var currency = Currency.TryParse(due.Currency, out var known) ? known : throw new InvalidDataException($"{due.Currency} is no currency.");
        var request = new TaxPaperRequest(
            PayoutDays.DateOf(due.At), new TaxParty(due.PayeeName, due.Tax.Abn, due.Tax.IsGstRegistered),
            new TaxParty(payer.Value.NameOnPapers, due.Tax.PayerAbn, due.Tax.PayerIsGstRegistered), due.Tax.RctiAgreement,
            PayoutReference.KeyOf(due.Batch, due.Item, due.Attempt), currency, [.. lines.Select(line => line.Line)], Withholding.Default,
            due.Amounts.WithheldMinor);
        if (TaxPapers.AmountsOf(request) != due.Amounts)
            throw new InvalidDataException($"The papers of item {due.Item} of {due.Batch} do not come to what was approved.");
        var here = TaxPapers.IsRcti(request)
            ? TaxDocument.NameOf(TaxDocumentKind.Rcti, next.Rcti)
            : TaxDocument.NameOf(TaxDocumentKind.Statement, next.Statement);
        var (documents, after) = TaxPapers.Issue(
            request with { Lines = [.. lines.Select(line => line.CorrectsHere ? line.Line with { Corrects = here } : line.Line)] }, next);
        return ([.. documents.Select(document => Paper(due, issuer, document, null))], after);
    }

    private (List<NewTaxPaper> Made, TaxNumbers Next) Cancel(
        DuePaper due, string issuer, IEnumerable<(Guid Id, byte[] Content, Hash Hash)> standing, TaxNumbers next)
    {
        var made = new List<NewTaxPaper>();
        foreach (var (id, content, hash) in standing)
        {
            var (document, refusal) = TaxDocumentEncoding.Read(vault.OpenPaper(content, hash));
            if (document is null)
                throw new InvalidDataException($"The paper {id} does not read back: {refusal!.Text}");
            (var cancellation, next) = TaxPapers.Cancel(document, next, PayoutDays.DateOf(due.At), due.Reason);
            made.Add(Paper(due, issuer, cancellation, id));
        }
        return (made, next);
    }

    private NewTaxPaper Paper(DuePaper due, string issuer, TaxDocument document, Guid? cancels)
    {
        var (bytes, sheet) = (document.ToCanonical(), TaxDocumentSheet.Of(document));
        return new NewTaxPaper(
            IdOf(due.Batch, due.Item, due.Attempt, document.Kind, document.Cancels), issuer, due, document, Hash.Of(bytes), Hash.Of(SheetHtml.Render(sheet)),
            Hash.Of(SheetPdf.Render(sheet)), vault.SealPaper(bytes), cancels);
    }

    private static NotificationDraft Message(DuePaper due, IReadOnlyCollection<NewTaxPaper> made)
    {
        var kind = due.Step switch
        {
            PayoutItemStatus.Submitted => NotificationKind.PapersIssued,
            PayoutItemStatus.Failed => NotificationKind.PayoutFailed,
            _ => NotificationKind.PayoutReturned,
        };
        var facts = new CanonicalObject()
            .Add("currency", due.Currency).Add("papers", made.Select(paper => paper.Document.Name).ToArray()).Add("payMinor", due.Amounts.PayMinor)
            .Add("reason", due.Reason.Length == 0 ? null : due.Reason);
        return Messages.Of(kind, due.Payee, (due.Batch, due.Item, due.Attempt), facts, due.At);
    }

    private async Task<ILookup<(PayoutBatchId, int), (TaxLine Line, bool CorrectsHere)>> LinesAsync(
        TaxPaperTransaction transaction, IReadOnlyCollection<DuePaper> due, CancellationToken cancellationToken)
    {
        var payees = due.GroupBy(one => (one.Batch, one.Item)).ToDictionary(item => item.Key, item => item.First().Payee);
        var rows = (await transaction.ReadLinesAsync([.. due.Where(one => one.Step == PayoutItemStatus.Submitted)], cancellationToken))
            .SelectMany(item => item).Select(row => (Row: row, Leaf: (EntryLeaf)LeafEncoding.Decode(row.Bytes))).ToList();
        var bases = await papers.ReadBasesAsync(rows.Select(row => row.Leaf.Entry), cancellationToken);
        var products = await entries.ReadProductsAsync([.. rows.Select(row => row.Leaf.Entry.Deal.ToString()).Distinct()], cancellationToken);
        var corrections = rows.Select(row => row.Leaf.Entry).Where(entry => entry.Kind is EntryKind.Clawback or EntryKind.DisputeAdjustment);
        var paid = await papers.ReadPaidAsync([.. corrections.Select(entry => bases.Of(entry).Deal.Value).Distinct()], cancellationToken);
        var given = rows.Select(row => (row.Row.Batch, row.Row.Item, row.Leaf.Entry.FactsHash)).ToHashSet();
        return rows.ToLookup(row => (row.Row.Batch, row.Row.Item), row =>
        {
            var (payee, basis) = (payees[(row.Row.Batch, row.Row.Item)], bases.Of(row.Leaf.Entry));
            var line = Line(row.Row, row.Leaf.Entry, payee, products, paid.Of(basis, payee)?.Paper);
            var isGivenHere = given.Contains((row.Row.Batch, row.Row.Item, PaidEntries.SupplyOf(basis, payee)));
            return (line, line.AmountMinor < 0 && line.Corrects is null && isGivenHere);
        });
    }

    private static TaxLine Line(
        DuePaperLine row, EntryDraft entry, ContactId payee, Dictionary<string, (string Vertical, string Product)> products, string? paper)
    {
        var amount = entry.Credit == Accounts.Payable(payee) ? entry.Amount.Minor : -entry.Amount.Minor;
        var subject = products.TryGetValue(entry.Deal.ToString(), out var product)
            ? $"{product.Vertical} {product.Product}, {entry.Deal}"
            : new DisputeId(entry.Deal.Value).ToString();
        return new TaxLine(
            entry.EffectiveOn, $"{Words(entry.Kind)}, {subject}", MerkleTree.LeafHash(row.Bytes), amount, row.Gst,
            amount < 0 ? paper : null);
    }

    private static string Words(EntryKind kind) => kind switch
    {
        EntryKind.Accrual => "Referral commission",
        EntryKind.Adjustment => "Adjustment of referral commission",
        EntryKind.Clawback => "Clawback of referral commission",
        _ => "Decision of a dispute about referral commission",
    };
}
