using System.Runtime.CompilerServices;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Tax;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces.Payouts;
using Commission.Grains.Payouts.Stripe;
using Commission.Grains.Rules;
using Commission.Storage.Payouts;
using Commission.Storage.Remittances;
using Microsoft.Extensions.Options;

namespace Commission.Grains.Payouts;

/// <summary>A payee as the ledger and its rules say it stands.</summary>
/// <param name="Eligibility">Why it is paid or not.</param>
/// <param name="Destination">Where it would be paid.</param>
/// <param name="Amounts">What it would be paid.</param>
/// <param name="Tax">What its tax rests on.</param>
/// <param name="Lines">For which entries.</param>
internal sealed record SelectedPayee(
    PayeeEligibility Eligibility, Hash? Destination, PayoutAmounts Amounts, ItemTax Tax, IReadOnlyList<DraftedLine> Lines);

/// <summary>Selects who is paid: one pass over the open accruals, in memory never more than some thousand of them.</summary>
internal sealed class PayoutSelection(
    OpenEntryQueries open, TaxPaperQueries papers, RuleSetDirectory rules, IOptions<PayerOptions> payer, StripeOptions stripe, PayoutDays calendar,
    RemittanceQueries remittances)
{
    private const int PageEntries = 2_000;

    /// <summary>The date where the payer's bank is.</summary>
    public DateOnly Today => calendar.Today;

    private bool IsLive => stripe.IsConfigured && stripe.IsLive;

    /// <summary>What decisions about a batch rest on.</summary>
    public PayoutBatchFacts Facts(BatchContents contents) => new(contents, Today, IsLive);

    /// <summary>Payees in the order of their ids, eligible or not.</summary>
    public async IAsyncEnumerable<SelectedPayee> ReadAsync(
        Rail rail, Currency currency, PayoutFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (page, entries) = (new List<(OpenPayee, List<OpenEntryRow>)>(), 0);
        var payees = filter.Payees.Length == 0 ? null : filter.Payees;
        await foreach (var payee in open.ReadAsync(new PayingRail(rail, IsLive), currency.Code, payees, cancellationToken))
        {
            page.Add(rail == Rail.Stripe && !stripe.IsConfigured
                ? (payee.Payee with { Destination = null, WhyNot = "Stripe is not configured." }, payee.Entries)
                : payee);
            entries += payee.Entries.Count;
            if (entries < PageEntries)
                continue;
            foreach (var selected in await PageAsync(page, filter.Vertical, cancellationToken))
                yield return selected;
            (page, entries) = ([], 0);
        }
        foreach (var selected in await PageAsync(page, filter.Vertical, cancellationToken))
            yield return selected;
    }

    private async Task<List<SelectedPayee>> PageAsync(
        List<(OpenPayee Payee, List<OpenEntryRow> Rows)> page, string? vertical, CancellationToken cancellationToken)
    {
        var read = page.ConvertAll(part => (part.Payee, Entries: part.Rows.ConvertAll(row => (Row: row, Leaf: (EntryLeaf)LeafEncoding.Decode(row.Bytes)))));
        var drafts = read.SelectMany(part => part.Entries).Select(entry => entry.Leaf.Entry).ToList();
        var bases = await papers.ReadBasesAsync(drafts, cancellationToken);
        var products = await open.ReadProductsAsync([.. drafts.Select(entry => bases.Of(entry).Deal.ToString()).Distinct()], cancellationToken);
        var corrections = drafts.Where(entry => entry.Kind is EntryKind.Clawback or EntryKind.DisputeAdjustment);
        var paid = await papers.ReadPaidAsync([.. corrections.Select(entry => bases.Of(entry).Deal.Value).Distinct()], cancellationToken);
        var unpaid = await UnpaidAsync(read.SelectMany(part => part.Entries.Select(entry => entry.Leaf)), products, cancellationToken);
        var selected = new List<SelectedPayee>();
        foreach (var (payee, entries) in read)
        {
            var terms = new List<(OpenEntry Entry, DraftedLine Line, Withholding Withholding)>();
            foreach (var (row, leaf) in entries)
            {
                if (vertical is not null && !IsOf(leaf, vertical))
                    continue;
                var (entry, line, withholding) = await TermsAsync(payee.Payee, row, leaf, bases.Of(leaf.Entry), products, paid);
                terms.Add((entry with { AwaitsProvider = unpaid.Contains(leaf.Entry.Deal) }, line, withholding));
            }
            if (terms.Count > 0)
                selected.Add(Select(payee, terms));
        }
        return selected;
    }

    private static bool IsOf(EntryLeaf leaf, string vertical) =>
        leaf.Debit.Account == Accounts.Receivable(vertical) || leaf.Credit.Account == Accounts.Receivable(vertical);

    /// <summary>
    /// What the rules that made an entry say of paying it. The longest cooling-off of the product's components counts; what a dispute decided
    /// is payable at once.
    /// </summary>
    private async Task<(OpenEntry, DraftedLine, Withholding)> TermsAsync(
        ContactId payee, OpenEntryRow row, EntryLeaf leaf, EntryDraft basis, Dictionary<string, (string Vertical, string Product)> products, PaidEntries paid)
    {
        var (entry, payable) = (leaf.Entry, Accounts.Payable(payee));
        var (document, terms) = await RulesAsync(basis, products);

        // What was paid on a plain statement was paid without GST: none is taken back with it, and none comes back.
        var isOwed = entry.Credit == payable;
        var takesBack = !isOwed || basis.Debit == payable;
        var gst = takesBack && paid.Of(basis, payee) is { IsRcti: false } ? GstTreatment.None : terms.Gst;
        var money = new Money(isOwed ? entry.Amount.Minor : -entry.Amount.Minor, entry.Amount.Currency);
        var line = new DraftedLine(row.BookId, row.Sequence, MerkleTree.LeafHash(row.Bytes), money.Minor, gst);
        var (days, minimum) = entry.Kind.IsCalculated()
            ? (terms.Components.Max(component => component.Terms.CoolingOffDays), terms.MinimumPayoutMinor)
            : (0, 0);
        return (
            new OpenEntry(line.Entry, payee, money, entry.EffectiveOn.AddDays(days), row.IsDisputed, minimum, gst), line, document.Withholding);
    }

    private async Task<(RuleSetDocument Document, ProductRules Terms)> RulesAsync(
        EntryDraft entry, Dictionary<string, (string Vertical, string Product)> products)
    {
        var (vertical, product) = products[entry.Deal.ToString()];
        var document = await rules.FindDocumentAsync(vertical, entry.RuleHash)
            ?? throw new InvalidOperationException($"Nobody knows the rules {entry.RuleHash} of an entry of {entry.Deal}.");
        return (document, document.Products[product]);
    }

    /// <summary>Deals whose rules pay only when the provider has paid, and for which it has not, or not in full.</summary>
    private async Task<HashSet<DealId>> UnpaidAsync(
        IEnumerable<EntryLeaf> leaves, Dictionary<string, (string Vertical, string Product)> products, CancellationToken cancellationToken)
    {
        var unpaid = new HashSet<DealId>();
        foreach (var entry in leaves.Select(leaf => leaf.Entry).Where(entry => entry.Kind.IsCalculated()))
        {
            if ((await RulesAsync(entry, products)).Terms.IsPaidWhenPaid)
                unpaid.Add(entry.Deal);
        }
        if (unpaid.Count > 0)
            unpaid.ExceptWith((await remittances.ListPaidAsync([.. unpaid.Select(deal => deal.Value)], cancellationToken)).Select(deal => DealId.From(deal)));
        return unpaid;
    }

    private SelectedPayee Select(OpenPayee payee, List<(OpenEntry Entry, DraftedLine Line, Withholding Withholding)> terms)
    {
        var tax = new ItemTax(payee.Abn, payee.IsGstRegistered, payee.RctiAgreement, payer.Value.Party.Abn, payer.Value.GstRegistered);
        var facts = new Dictionary<ContactId, PayeeFacts> { [payee.Payee] = new(payee.IsVerified, payee.Destination, payee.WhyNot) };
        var eligibility = PayoutEligibility.Decide(terms.Select(part => part.Entry), facts, Today)[0];
        if (eligibility.Outcome != EligibilityOutcome.Eligible)
            return new SelectedPayee(eligibility, payee.Destination, default, tax, []);
        var lines = terms.ToDictionary(part => part.Entry.Entry, part => part.Line);
        var withholding = terms.First(part => part.Entry.Entry == eligibility.Lines[0].Entry).Withholding;
        var amounts = TaxPapers.AmountsOf(new TaxPaperRequest(
            Today, new TaxParty("", payee.Abn, payee.IsGstRegistered), payer.Value.Party, payee.RctiAgreement, "", eligibility.Currency,
            [.. eligibility.Lines.Select(entry => new TaxLine(entry.PayableOn, "", entry.Entry, entry.Money.Minor, entry.Gst))], withholding));
        return amounts.PayMinor > 0
            ? new SelectedPayee(eligibility, payee.Destination, amounts, tax, [.. eligibility.Lines.Select(entry => lines[entry.Entry])])
            : new SelectedPayee(
                eligibility with { Outcome = EligibilityOutcome.InDebt, Reason = "Nothing is left after tax; it is carried forward.", Lines = [] },
                payee.Destination, default, tax, []);
    }
}
