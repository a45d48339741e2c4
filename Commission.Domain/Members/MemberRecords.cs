using Commission.Domain.Ledger;

namespace Commission.Domain.Members;

/// <summary>What a contact's events leave in the administration book: who shares in whose commission, and no personal data.</summary>
public static class MemberRecords
{
    /// <summary>One leaf for each act, in order.</summary>
    public static IReadOnlyList<BookRecord> Acts(ContactId contact, IEnumerable<MemberEvent> events) =>
        [.. events.OfType<UplineChanged>().Select(changed => Act(contact, changed))];

    private static ActDraft Act(ContactId contact, UplineChanged changed) => new(
        AdministrativeAct.UplineChanged, contact.Value, AdministrativeAct.UplineChanged.Payload(changed.Actor?.ToString(), changed.At)
            .Add("contact", contact.ToString())
            .Add("upline", changed.Upline?.ToString())
            .ToBytes());
}
