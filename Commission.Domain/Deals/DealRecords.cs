using Commission.Domain.Ledger;
using Commission.Domain.Notifications;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;

namespace Commission.Domain.Deals;

/// <summary>What a deal's events leave in the books, and what they tell accumulators and people.</summary>
public static class DealRecords
{
    /// <summary>All of it, by book: an accumulator's contributions stand under its name.</summary>
    public static IReadOnlyList<(string Book, IReadOnlyList<BookRecord> Records)> Of(DealState state, IReadOnlyList<DealEvent> events) =>
    [
        (Books.Handshakes, Handshakes(state, events)),
        (Books.Ledger, Entries(state, events)),
        (NotificationDraft.Destination, Messages.Of(state, events)),
        .. VolumeRecords.Of(events.SelectMany(ContributionsOf)),
    ];

    /// <summary>Leaves for the handshakes book, in order.</summary>
    public static IReadOnlyList<BookRecord> Handshakes(DealState state, IEnumerable<DealEvent> events) =>
    [
        .. events.OfType<HandshakeRecorded>().Select(recorded =>
            new HandshakeDraft(state.Id, recorded.Payload.Step, recorded.PayloadBytes, recorded.EnvelopeBytes)),
    ];

    /// <summary>Entries for the ledger, in declared order: receivable of the vertical to what each party is owed, or back.</summary>
    public static IReadOnlyList<BookRecord> Entries(DealState state, IEnumerable<DealEvent> events) =>
        [.. events.SelectMany(happened => Entries(state, happened))];

    private static IEnumerable<BookRecord> Entries(DealState state, DealEvent happened) => happened switch
    {
        CommissionAccrued accrued => CalculationEntries.Of(
            Cause(state, EntryKind.Accrual, accrued.EffectiveOn, accrued.Actor), accrued.Calculation, _ => Hash.Zero),
        LaterRecorded later => CalculationEntries.Of(
            Cause(state, later.Kind, later.EffectiveOn, later.Actor), later.Calculation,
            accrual => later.Kind == EntryKind.Clawback ? CorrectedBy(later.After, accrual) : Hash.Zero),
        _ => [],
    };

    private static EntryCause Cause(DealState state, EntryKind kind, DateOnly on, ContactId actor) =>
        new(kind, state.Id, state.Vertical, state.SettledValue.Currency, on, actor);

    private static Hash CorrectedBy(LaterState later, Accrual accrual) => later.Lines.First(line =>
        line.Component == accrual.Component && line.Party == accrual.Party && line.Payee == accrual.Payee).Facts;

    private static IReadOnlyList<RecordContribution> ContributionsOf(DealEvent happened) => happened switch
    {
        CommissionAccrued accrued => accrued.Contributions,
        LaterRecorded later => later.Contributions,
        _ => [],
    };
}
