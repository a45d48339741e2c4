using Commission.Domain.Deals;
using Commission.Domain.Disputes;
using Commission.Domain.Payouts;

namespace Commission.Domain.Notifications;

/// <summary>Which messages events owe. Pure; each is recorded in the transaction of its event.</summary>
public static class Messages
{
    /// <summary>The client's link, after each step that hands one out. Who attests for a client takes its steps too: it gets none.</summary>
    /// <param name="deal">The deal after the events.</param>
    /// <param name="events">What happened.</param>
    public static IReadOnlyList<NotificationDraft> Of(DealState deal, IEnumerable<DealEvent> events) =>
    [
        .. events.OfType<HandshakeRecorded>().Select(recorded => deal.Steps.First(step => step.Hash == recorded.Hash))
            .Where(step => step.AttestedBy is null && ClientLinks.LinkAfter(step.Step) != HandshakeStep.None)
            .Select(step => (step.RecordedAt, Name: ClientLinks.LinkAfter(step.Step).Name()))
            .Select(next => NotificationDraft.Of(
                NotificationKind.ClientLink, deal.Client, $"{deal.Id}/{next.Name}",
                new CanonicalObject().Add("deal", deal.Id.ToString()).Add("step", next.Name), next.RecordedAt)),
    ];

    /// <summary>A decision goes to the member; warning and breach go to who has the dispute, or to the staff's mailbox.</summary>
    /// <param name="dispute">The dispute after the events.</param>
    /// <param name="events">What happened.</param>
    public static IReadOnlyList<NotificationDraft> Of(DisputeState dispute, IEnumerable<DisputeEvent> events) =>
        [.. events.Select(happened => Of(dispute, happened)).OfType<NotificationDraft>()];

    /// <summary>A payout that failed or came back.</summary>
    /// <param name="kind">Failed or returned.</param>
    /// <param name="payee">Whom it was for.</param>
    /// <param name="payout">Batch, item and attempt.</param>
    /// <param name="facts">Amount, currency and reason.</param>
    /// <param name="at">When.</param>
    public static NotificationDraft Of(
        NotificationKind kind, ContactId payee, (PayoutBatchId Batch, int Item, int Attempt) payout, CanonicalObject facts, DateTimeOffset at) =>
        NotificationDraft.Of(
            kind, payee, PayoutReference.KeyOf(payout.Batch, payout.Item, payout.Attempt),
            facts.Add("batch", payout.Batch.ToString()).Add("item", payout.Item), at);

    private static NotificationDraft? Of(DisputeState dispute, DisputeEvent happened)
    {
        var facts = new CanonicalObject().Add("dispute", dispute.Id.ToString());
        return happened switch
        {
            DisputeWasDecided decided => NotificationDraft.Of(
                NotificationKind.DisputeDecided, dispute.Member, dispute.Id.ToString(),
                facts.Add("outcome", decided.Decision.Outcome.ToString().ToLowerInvariant()), decided.At),
            DisputeClockWarned warned => NotificationDraft.Of(
                NotificationKind.DisputeWarned, dispute.Assignee, $"{dispute.Id}/{warned.At:O}", facts.Add("since", Time(warned.At)), warned.At),
            DisputeClockBreached breached => NotificationDraft.Of(
                NotificationKind.DisputeBreached, dispute.Assignee, $"{dispute.Id}/{breached.At:O}", facts.Add("since", Time(breached.At)), breached.At),
            _ => null,
        };
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
}
