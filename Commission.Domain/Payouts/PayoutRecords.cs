using System.Globalization;
using System.Text;
using Commission.Domain.Ledger;

namespace Commission.Domain.Payouts;

/// <summary>What a batch's events leave in the administration book: who made, changed, approved, submitted and ended it.</summary>
public static class PayoutRecords
{
    /// <summary>One leaf for each act, in order; items have none, for their steps are entries of the ledger.</summary>
    /// <param name="batch">The batch's id.</param>
    /// <param name="events">What happened.</param>
    public static IReadOnlyList<BookRecord> Acts(PayoutBatchId batch, IEnumerable<PayoutEvent> events) =>
        [.. events.Select(happened => Act(batch, happened)).OfType<ActDraft>()];

    private static ActDraft? Act(PayoutBatchId batch, PayoutEvent happened) => happened switch
    {
        PayoutBatchDrafted drafted => Act(batch, AdministrativeAct.PayoutDrafted, drafted.Actor, happened, payload => Contents(payload, drafted.Contents)),
        PayoutBatchEdited edited => Act(
            batch, AdministrativeAct.PayoutEdited, edited.Actor, happened,
            payload => Contents(payload, edited.Contents).Add("reasonHash", Hash.Of(Encoding.UTF8.GetBytes(edited.Reason)).ToString())),
        PayoutBatchApproved approved => Act(
            batch, AdministrativeAct.PayoutApproved, approved.Actor, happened, payload => payload.Add("hash", approved.Hash.ToString())),
        PayoutBatchSubmitted submitted => Act(
            batch, AdministrativeAct.PayoutSubmitted, submitted.Actor, happened,
            payload => payload.Add("processOn", submitted.ProcessOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))),
        PayoutBatchSettled settled => Act(batch, AdministrativeAct.PayoutSettled, settled.Actor, happened, payload => payload),
        PayoutBatchCancelled cancelled => Act(
            batch, AdministrativeAct.PayoutCancelled, cancelled.Actor, happened, payload => payload.Add("reason", cancelled.Reason)),
        PayoutReversalOrdered ordered => Act(
            batch, AdministrativeAct.PayoutReversalOrdered, ordered.Actor, happened,
            payload => payload.Add("attempt", ordered.Attempt).Add("item", ordered.Number).Add("reason", ordered.Reason)),
        _ => null,
    };

    private static ActDraft Act(
        PayoutBatchId batch, AdministrativeAct act, ContactId? actor, PayoutEvent happened, Func<CanonicalObject, CanonicalObject> add) =>
        new(act, batch.Value, add(act.Payload(actor?.ToString(), happened.At).Add("batch", batch.ToString())).ToBytes());

    private static CanonicalObject Contents(CanonicalObject payload, BatchContents contents) => payload
        .Add("hash", contents.Hash.ToString()).Add("items", contents.Items);
}
