using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Payouts;
using Commission.Grains.Payouts.Stripe;
using Commission.Storage.Payouts.Stripe;

namespace Commission.Grains.Payouts;

/// <summary>
/// Items of batches on the rail to Stripe: what is decided goes out as orders in the transaction that decides it, and the courier sends
/// them; no grain waits for Stripe.
/// </summary>
internal sealed class StripeItems(StripeOptions options, StripeRequests requests, StripeWakeUp wakeUp, TimeProvider time)
{
    /// <summary>Why nothing can be paid by Stripe here, or null.</summary>
    public Refusal? Unconfigured => options.IsConfigured
        ? null
        : new Refusal(RefusalCodes.RailNotConfigured, "Stripe is not configured: Commission:Stripe:ApiKey is missing.", "rail");

    /// <summary>Why this engine must leave a batch alone: it has no key, or one of the other mode.</summary>
    public Refusal? Unfit(PayoutBatchState batch) => Unconfigured ?? PayoutBatchMachine.OtherModeRefusal(batch, options.IsLive);

    /// <summary>Lets the next items go, some hundred; whether more wait is returned.</summary>
    public async Task<bool> SubmitPageAsync(StoredBatch batch)
    {
        if (Unfit(batch.State) is not null || batch.State.Pending.Items == 0)
            return false;
        var rows = await batch.PageAsync(PayoutItemStatus.Pending);
        var accounts = rows.ToDictionary(row => row.Item.Number, row => row.StripeAccount);
        await batch.MoveAsync(rows, row => [new SubmitPayoutItem(row.Item.Number, row.DestinationNow)], (transaction, items) => transaction.WriteOrdersAsync(
            batch.State.IsLive, [.. items.Where(item => item.Status == PayoutItemStatus.Submitted).Select(item => StripeOrder.Transfer(
                PayoutReference.KeyOf(batch.Id, item.Number, item.Attempt), accounts[item.Number]!,
                new Money(item.Amounts.PayMinor, batch.State.Currency)))], time.GetUtcNow(), CancellationToken.None));
        wakeUp.Ring();
        return batch.State.Pending.Items > 0;
    }

    /// <summary>Orders that a payment be taken back, or says why not.</summary>
    public async Task<Refusal?> ReverseAsync(StoredBatch batch, int item, int attempt, string reason, ContactId actor, RequestFingerprint fingerprint)
    {
        if (batch.State.Rail == Rail.Stripe && Unfit(batch.State) is { } refusal)
            return refusal;
        var transfer = await requests.FindAsync(PayoutReference.KeyOf(batch.Id, item, attempt), batch.State.IsLive, CancellationToken.None);
        var orders = transfer?.ObjectId is { } made ? await requests.ListReversalsAsync(made, batch.State.IsLive, CancellationToken.None) : [];
        var isUnderWay = orders.Exists(order => order.Outcome != StripeOutcome.Refused);
        var unmoved = await batch.MoveAsync(
            item, _ => new ReversePayoutItem(item, attempt, isUnderWay, reason, actor, fingerprint), transaction => transaction.WriteOrdersAsync(
                batch.State.IsLive, [StripeOrder.Reversal(
                    PayoutReference.ReversalKeyOf(batch.Id, item, attempt, orders.Count + 1), transfer!.ObjectId!, Left(transfer, batch.State.Currency))],
                time.GetUtcNow(), CancellationToken.None));
        wakeUp.Ring();
        return unmoved;
    }

    /// <summary>What somebody took back of it at Stripe by hand is back already.</summary>
    private static Money Left(StripeRequest transfer, Currency currency) => new(transfer.Order.AmountMinor!.Value - transfer.ReversedMinor, currency);
}
