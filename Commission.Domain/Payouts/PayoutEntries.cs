using Commission.Domain.Amounts;
using Commission.Domain.Ledger;

namespace Commission.Domain.Payouts;

/// <summary>
/// The transfers of an item: payable to clearing when it is submitted, clearing to bank when the rail confirms it, and all the way back
/// when it fails or comes back. GST and withholding move with the payment. Source: docs/formats/payout.md.
/// </summary>
public static class PayoutEntries
{
    /// <summary>The entries of one event, in order; none for events that move no money.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="item">The item, before or after the event.</param>
    /// <param name="happened">The event.</param>
    public static IReadOnlyList<BookRecord> Of(PayoutBatchState batch, PayoutItem item, PayoutEvent happened) => happened is PayoutItemMoved moved
        ? Transfers(batch, item, moved) is { Count: > 0 } transfers ? Entries(batch, item, moved, transfers) : []
        : [];

    /// <summary>The facts hash by which the ledger knows the submission of the item's attempt.</summary>
    public static Hash SubmissionOf(PayoutBatchState batch, PayoutItem item) => Hash.Of(FactsOf(batch.Id, item, item.Attempt, PayoutItemStatus.Submitted));

    /// <summary>The facts of an item's step, canonical JSON: the entries carry their hash, the rows can give them again.</summary>
    public static byte[] FactsOf(PayoutBatchId batch, PayoutItem item, int attempt, PayoutItemStatus step) => new CanonicalObject()
        .Add("attempt", attempt)
        .Add("batch", batch.ToString())
        .Add("item", item.Number)
        .Add("itemHash", Hash.Of(item.ToCanonical()).ToString())
        .Add("step", step.ToString().ToLowerInvariant())
        .Add("version", 1)
        .ToBytes();

    /// <summary>Where the rail's money is between submission and confirmation.</summary>
    public static string ClearingOf(Rail rail) => rail == Rail.Stripe ? Accounts.ClearingStripe : Accounts.ClearingAba;

    private readonly record struct Transfer(EntryKind Kind, string Debit, string Credit, long AmountMinor)
    {
        /// <summary>An amount below zero is the same transfer the other way round.</summary>
        public Transfer Positive() => AmountMinor >= 0 ? this : new Transfer(Kind, Credit, Debit, -AmountMinor);

        public Transfer Back() => new(EntryKind.PayoutReversal, Credit, Debit, AmountMinor);
    }

    private static List<Transfer> Transfers(PayoutBatchState batch, PayoutItem item, PayoutItemMoved moved)
    {
        var (clearing, pay) = (ClearingOf(batch.Rail), item.Amounts.PayMinor);
        var settlement = new Transfer(EntryKind.PayoutSettlement, clearing, Accounts.Bank, pay);
        return (moved.From, moved.To) switch
        {
            (PayoutItemStatus.Pending, PayoutItemStatus.Submitted) => Submission(item, clearing),
            (PayoutItemStatus.Submitted, PayoutItemStatus.Paid) => [settlement],
            (PayoutItemStatus.Submitted, PayoutItemStatus.Failed or PayoutItemStatus.Returned) => Reversal(item, clearing),
            (PayoutItemStatus.Paid, PayoutItemStatus.Returned) => [settlement.Back(), .. Reversal(item, clearing)],
            _ => [],
        };
    }

    private static List<Transfer> Submission(PayoutItem item, string clearing)
    {
        var payable = Accounts.Payable(item.Payee);
        Transfer[] all =
        [
            new Transfer(EntryKind.Payout, Accounts.Gst, payable, item.Amounts.GstMinor),
            new Transfer(EntryKind.Payout, payable, Accounts.Withholding, item.Amounts.WithheldMinor),
            new Transfer(EntryKind.Payout, payable, clearing, item.Amounts.PayMinor),
        ];
        return [.. all.Where(transfer => transfer.AmountMinor != 0).Select(transfer => transfer.Positive())];
    }

    private static List<Transfer> Reversal(PayoutItem item, string clearing) =>
        [.. Submission(item, clearing).AsEnumerable().Reverse().Select(transfer => transfer.Back())];

    private static List<BookRecord> Entries(PayoutBatchState batch, PayoutItem item, PayoutItemMoved moved, List<Transfer> transfers)
    {
        var facts = Hash.Of(FactsOf(batch.Id, item, moved.Attempt, moved.To));
        var on = DateOnly.FromDateTime(moved.At.UtcDateTime);
        return
        [
            .. transfers.Select((transfer, ordinal) => new EntryDraft(
                transfer.Kind, DealId.From(batch.Id.Value), transfer.Debit, transfer.Credit, new Money(transfer.AmountMinor, batch.Currency), on, Hash.Zero,
                facts, Hash.Zero, batch.Submitter ?? item.Payee, ordinal, transfer.Kind == EntryKind.PayoutReversal ? moved.Submission : Hash.Zero)),
        ];
    }
}
