using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;

namespace Commission.Domain.Deals;

/// <summary>What a deal's events leave in the books.</summary>
public static class DealRecords
{
    /// <summary>Leaves for the handshakes book, in order.</summary>
    public static IReadOnlyList<BookRecord> Handshakes(DealState state, IEnumerable<DealEvent> events) =>
    [
        .. events.OfType<HandshakeRecorded>().Select(recorded =>
            new HandshakeDraft(state.Id, recorded.Payload.Step, recorded.PayloadBytes, recorded.EnvelopeBytes)),
    ];

    /// <summary>Entries for the ledger, in declared order: receivable of the vertical to what each party is owed.</summary>
    public static IReadOnlyList<BookRecord> Entries(DealState state, IEnumerable<DealEvent> events) =>
        [.. events.OfType<CommissionAccrued>().SelectMany(accrued => Entries(state, accrued))];

    private static IEnumerable<EntryDraft> Entries(DealState state, CommissionAccrued accrued) =>
        accrued.Calculation.Accruals.Select((accrual, ordinal) => new EntryDraft(
            EntryKind.Accrual, state.Id, Accounts.Receivable(state.Vertical), CreditOf(accrual),
            new Money(accrual.AmountMinor, state.SettledValue.Currency), accrued.EffectiveOn, accrued.Calculation.RuleHash,
            accrued.Calculation.FactsHash, accrued.Calculation.ExplanationHash, accrued.Actor, ordinal));

    private static string CreditOf(Accrual accrual) =>
        accrual.Party == Party.Platform ? Accounts.PlatformFee : Accounts.Payable(accrual.Payee!.Value);
}
