using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Disputes;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Calendar;

namespace Commission.Storage.Guarantees.SelfTest;

/// <summary>A dispute about one entry, made by the machine that makes real ones.</summary>
internal sealed class ScratchDispute
{
    public const string Text = "A tranche is missing.";
    private readonly List<BookRecord> _acts = [];

    public ScratchDispute(Guid id, ScratchPayee member, bool isHeld, bool isWithdrawn, ServiceLimits limits, DateTimeOffset at)
    {
        var (leaf, hash) = member.Entries[0];
        var facts = new DisputeFacts(false, limits.HoursOf(Region.National), limits.Disputes);
        var contested = new ContestedEntry(
            hash, leaf.Entry.Deal, CalculationReplay.VerticalOf(leaf.Entry) ?? "", new Money(member.Owed(leaf.Entry), leaf.Entry.Amount.Currency), isHeld);
        Entry = leaf;
        Apply(DisputeMachine.Decide(
            State, new OpenDispute(DisputeId.From(id), member.Payee, DisputeReason.WrongAmount, DisputeTexts.HashOf(Text), [contested], Region.National,
                member.Payee, new RequestFingerprint(1, 1)), facts, at));
        if (isWithdrawn)
            Apply(DisputeMachine.Decide(State, new WithdrawDispute(member.Payee, new RequestFingerprint(2, 1)), facts, at));
    }

    public DisputeState State { get; private set; } = new();

    public EntryLeaf Entry { get; }

    public IEnumerable<BookRecord> Entries => DisputeEntries.AllOf(State);

    public IReadOnlyList<BookRecord> Acts => _acts;

    private void Apply(Decision<DisputeEvent> decision)
    {
        if (decision.Refusal is { } refusal)
            throw new InvalidOperationException($"The copy's dispute is refused: {refusal.Text}");
        State = decision.Events.Aggregate(State, DisputeMachine.Evolve);
        _acts.AddRange(DisputeRecords.Acts(State.Id, decision.Events));
    }
}
