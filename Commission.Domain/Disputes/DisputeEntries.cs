using Commission.Domain.Amounts;
using Commission.Domain.Ledger;

namespace Commission.Domain.Disputes;

/// <summary>
/// The transfers of a dispute: contested amounts are held when it is opened and freed when it ends, the very same; what a decision
/// changes is an adjustment of its own, against the vertical's receivable. Source: docs/formats/dispute.md.
/// </summary>
public static class DisputeEntries
{
    /// <summary>The entries of one event, in order; none for events that move no money.</summary>
    /// <param name="state">The dispute, before or after the event; for the opening the state after it.</param>
    /// <param name="happened">The event.</param>
    public static IReadOnlyList<BookRecord> Of(DisputeState state, DisputeEvent happened) => happened switch
    {
        DisputeOpened opened => [.. Held(state).Select(entry => Hold(state, entry, opened.By, opened.At))],
        DisputeWithdrawn withdrawn => [.. Held(state).Select(entry => Release(state, entry, withdrawn.By, withdrawn.At))],
        DisputeWasDecided decided => [.. Decided(state, decided.Decision)],
        _ => [],
    };

    /// <summary>All entries that a dispute in this state has left, in order.</summary>
    public static IEnumerable<EntryDraft> AllOf(DisputeState state) =>
    [
        .. Held(state).Select(entry => Hold(state, entry, state.OpenedBy, state.OpenedAt)),
        .. state.Decision is { } decision ? Decided(state, decision) : [],
        .. state is { Status: DisputeStatus.Withdrawn, EndedAt: { } at } ? Held(state).Select(entry => Release(state, entry, state.Member, at)) : [],
    ];

    /// <summary>The facts of a step for one contested entry, canonical JSON: the ledger has their hash.</summary>
    public static byte[] FactsOf(DisputeId dispute, ContestedEntry entry, string step, long amountMinor) => new CanonicalObject()
        .Add("amountMinor", amountMinor)
        .Add("dispute", dispute.ToString())
        .Add("entry", entry.Entry.ToString())
        .Add("step", step)
        .Add("version", 1)
        .ToBytes();

    /// <summary>What the later entries of a dispute about an entry correct: the facts of contesting it.</summary>
    public static Hash Opening(DisputeId dispute, ContestedEntry entry) => Hash.Of(FactsOf(dispute, entry, "opened", entry.Amount.Minor));

    private static IEnumerable<ContestedEntry> Held(DisputeState state) => state.Contested.Where(entry => entry.IsHeld);

    private static IEnumerable<EntryDraft> Decided(DisputeState state, DisputeDecision decision) =>
    [
        .. Held(state).Select(entry => Release(state, entry, decision.By, decision.At)),
        .. state.Contested.SelectMany(entry => Adjustment(state, entry, decision)),
    ];

    private static EntryDraft Hold(DisputeState state, ContestedEntry entry, ContactId by, DateTimeOffset at) => Entry(
        state, EntryKind.Hold, entry, Accounts.Payable(state.Member), Accounts.Disputed(state.Member), entry.Amount.Minor, Opening(state.Id, entry),
        Hash.Zero, by, at);

    private static EntryDraft Release(DisputeState state, ContestedEntry entry, ContactId by, DateTimeOffset at) => Entry(
        state, EntryKind.HoldRelease, entry, Accounts.Disputed(state.Member), Accounts.Payable(state.Member), entry.Amount.Minor,
        Hash.Of(FactsOf(state.Id, entry, "released", entry.Amount.Minor)), Opening(state.Id, entry), by, at);

    /// <summary>What the entry should have been less what it was: owed more, or owed less.</summary>
    private static IEnumerable<EntryDraft> Adjustment(DisputeState state, ContestedEntry entry, DisputeDecision decision)
    {
        foreach (var decided in decision.Amounts.Where(amount => amount.Entry == entry.Entry && amount.AmountMinor != entry.Amount.Minor))
        {
            yield return Entry(
                state, EntryKind.DisputeAdjustment, entry, Accounts.Receivable(entry.Vertical), Accounts.Payable(state.Member),
                checked(decided.AmountMinor - entry.Amount.Minor), Hash.Of(FactsOf(state.Id, entry, "decided", decided.AmountMinor)), Opening(state.Id, entry),
                decision.By, decision.At);
        }
    }

    private static EntryDraft Entry(
        DisputeState state, EntryKind kind, ContestedEntry entry, string debit, string credit, long amountMinor, Hash facts, Hash corrects, ContactId by,
        DateTimeOffset at)
    {
        var (from, to) = amountMinor > 0 ? (debit, credit) : (credit, debit);
        return new EntryDraft(
            kind, DealId.From(state.Id.Value), from, to, new Money(Math.Abs(amountMinor), entry.Amount.Currency), DateOnly.FromDateTime(at.UtcDateTime),
            Hash.Zero, facts, Hash.Zero, by, 0, corrects);
    }
}
