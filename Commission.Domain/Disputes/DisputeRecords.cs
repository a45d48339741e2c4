using Commission.Domain.Ledger;

namespace Commission.Domain.Disputes;

/// <summary>What a dispute's events leave in the administration book: who opened, decided and ended it, and hashes of what was said.</summary>
public static class DisputeRecords
{
    /// <summary>One leaf for each act, in order.</summary>
    /// <param name="dispute">The dispute's id.</param>
    /// <param name="events">What happened.</param>
    public static IReadOnlyList<BookRecord> Acts(DisputeId dispute, IEnumerable<DisputeEvent> events) =>
        [.. events.Select(happened => Act(dispute, happened)).OfType<ActDraft>()];

    private static ActDraft? Act(DisputeId dispute, DisputeEvent happened) => happened switch
    {
        DisputeOpened opened => Act(dispute, AdministrativeAct.DisputeOpened, opened.By, happened, payload => payload
            .Add("entries", [.. opened.Details.Contested.Select(entry => entry.Entry.ToString())])
            .Add("member", opened.Details.Member.ToString()).Add("reason", opened.Details.Reason.ToString())
            .Add("textHash", opened.Details.TextHash.ToString())),
        DisputeWasDecided decided => Act(dispute, AdministrativeAct.DisputeDecided, decided.Decision.By, happened, payload => payload
            .Add("outcome", decided.Decision.Outcome.ToString()).Add("textHash", decided.Decision.TextHash.ToString())),
        DisputeClosed closed => Act(dispute, AdministrativeAct.DisputeClosed, closed.By, happened, payload => payload.Add("how", "closed")),
        DisputeWithdrawn withdrawn => Act(dispute, AdministrativeAct.DisputeClosed, withdrawn.By, happened, payload => payload.Add("how", "withdrawn")),
        _ => null,
    };

    private static ActDraft Act(
        DisputeId dispute, AdministrativeAct act, ContactId by, DisputeEvent happened, Func<CanonicalObject, CanonicalObject> add) =>
        new(act, dispute.Value, add(act.Payload(by.ToString(), happened.At).Add("dispute", dispute.ToString())).ToBytes());
}
