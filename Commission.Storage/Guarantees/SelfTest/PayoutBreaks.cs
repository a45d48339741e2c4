using Commission.Domain.Amounts;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;

namespace Commission.Storage.Guarantees.SelfTest;

/// <summary>Breaks of payouts and disputes, all of which G6 must see.</summary>
internal static class PayoutBreaks
{
    public static IEnumerable<Break> All =>
    [
        .. Aba().Select(one => one with { IsPossible = payouts => payouts.Aba is not null }),
        .. Stripe().Select(one => one with { IsPossible = payouts => payouts.Stripe is not null }),
        .. Disputes().Select(one => one with { IsPossible = payouts => payouts.Dispute is not null }),
    ];

    private static IEnumerable<Break> Aba() =>
    [
        Break("an accrual is paid by a second payout", async (subject, cancellationToken) =>
            await subject.RewriteAsync(await subject.Payouts.PayAgainAsync(subject.Books, cancellationToken), cancellationToken)),
        Break("a paid item lets its entries go", "update payout_line set holds = false"),
        Break("an item pays one cent more than was approved", "update payout_item set amount_minor = amount_minor + 1"),
        Break("an item pays somebody else", "update payout_item set payee = gen_random_uuid()"),
        Break("a payout moves one cent more than its item pays", Change(EntryKind.Payout, entry => entry with
        {
            Amount = new Money(entry.Amount.Minor + 1, entry.Amount.Currency),
        })),
        Break("a payout is not entered", Change(EntryKind.Payout, _ => null)),
        Break("a payout that was confirmed is not entered", Change(EntryKind.PayoutSettlement, _ => null)),
        Break("a payout is entered twice", subject => subject.Books with
        {
            Ledger = [.. subject.Books.Ledger, subject.Books.Ledger.First(record => record.Record is EntryDraft { Kind: EntryKind.Payout })],
        }),
        Break("who approved a payout had made it", (subject, cancellationToken) => subject.Payouts.ChangeAsync(
            subject.Payouts.Aba!, state => state with { Approver = state.Makers[0] }, cancellationToken)),
        Break("no approval of a payout is recorded", subject => subject.Books with
        {
            Administration = [.. subject.Books.Administration.Where(record => record.Record is not ActDraft { Act: AdministrativeAct.PayoutApproved })],
        }),
        Break("the file pays one cent more than the item", (subject, cancellationToken) => subject.Payouts.ChangeFileAsync(1, cancellationToken)),
        Break("the file is lost", "delete from payout_file"),
        Break("a payout is not settled in time", (subject, cancellationToken) => subject.Payouts.ChangeAsync(
            subject.Payouts.Aba!, state => state with { SubmittedAt = state.SubmittedAt - subject.Payouts.Limits.PayoutWithin }, cancellationToken)),
    ];

    private static IEnumerable<Break> Stripe() =>
    [
        Break("a transfer pays one cent more than the item", "update stripe_request set amount = amount + 1"),
        Break("a transfer pays another account", "update stripe_request set subject = 'acct_other'"),
        Break("a transfer is asked for in the other mode", "update stripe_request set live = not live"),
        Break("a transfer is lost", "delete from stripe_request"),
        Break("a transfer is asked for in the name of another attempt", "update stripe_request set key = key || '9'"),
    ];

    private static IEnumerable<Break> Disputes() =>
    [
        Break("what a dispute held is not entered", Change(EntryKind.Hold, _ => null)),
        Break("what a dispute held stays held", Change(EntryKind.HoldRelease, _ => null)),
        Break("an undecided dispute lets its entry go", "update dispute_entry set pending = false where pending"),
        Break("what was said when a dispute was opened is changed", "update dispute_message set body = 'Nothing is missing.'"),
        Break("a dispute's clock has run out", (subject, cancellationToken) => subject.Payouts.ChangeAsync(
            subject.Payouts.Dispute!, state => state with { BreachedAt = subject.Payouts.Limits.Now }, cancellationToken)),
    ];

    private static Break Break(string name, Func<Subject, CancellationToken, Task> apply) => new(name, Guarantee.PaidOnce, apply);

    private static Break Break(string name, Func<Subject, CopiedBooks> change) =>
        Break(name, (subject, cancellationToken) => subject.RewriteAsync(change(subject), cancellationToken));

    private static Break Break(string name, string sql) => Breaks.Sql(name, Guarantee.PaidOnce, sql);

    /// <summary>The books with the first entry of a kind otherwise; null leaves it out.</summary>
    private static Func<Subject, CopiedBooks> Change(EntryKind kind, Func<EntryDraft, EntryDraft?> change) => subject =>
    {
        var ledger = subject.Books.Ledger.ToList();
        var place = ledger.FindIndex(record => record.Record is EntryDraft entry && entry.Kind == kind);
        var changed = change((EntryDraft)ledger[place].Record);
        if (changed is null)
            ledger.RemoveAt(place);
        else
            ledger[place] = ledger[place] with { Record = changed };
        return subject.Books with { Ledger = ledger };
    };
}
