using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Aba;
using Commission.Domain.Payouts.Calendar;
using Commission.Domain.Payouts.Tax;

namespace Commission.Storage.Guarantees.SelfTest;

/// <summary>What one payee is owed in the copy.</summary>
/// <param name="Payee">Who.</param>
/// <param name="Entries">Its accruals, with their leaf hashes.</param>
internal sealed record ScratchPayee(ContactId Payee, IReadOnlyList<(EntryLeaf Leaf, Hash Hash)> Entries)
{
    public Currency Currency => Entries[0].Leaf.Entry.Amount.Currency;

    public long OwedMinor => Entries.Sum(entry => Owed(entry.Leaf.Entry));

    public long Owed(EntryDraft entry) => entry.Credit == Accounts.Payable(Payee) ? entry.Amount.Minor : -entry.Amount.Minor;
}

/// <summary>A batch of one item, made by the machines that make real ones.</summary>
internal sealed class ScratchBatch
{
    /// <summary>Where the payee is paid by Stripe.</summary>
    public const string StripeAccount = "acct_test";

    private readonly DateTimeOffset _at;
    private readonly ScratchPayee _payee;
    private readonly List<BookRecord> _entries = [];
    private readonly List<BookRecord> _acts = [];

    public ScratchBatch(Guid id, Rail rail, ScratchPayee payee, ContactId maker, ContactId approver, DateTimeOffset at, bool isPaid)
    {
        (_at, _payee, Id) = (at, payee, PayoutBatchId.From(id));
        Item = new PayoutItem
        {
            Number = 1,
            Payee = payee.Payee,
            Amounts = new PayoutAmounts(payee.OwedMinor, 0, 0),
            Lines = payee.Entries.Count,
            LinesHash = PayoutLines.HashOf(payee.Entries.Select(entry => (entry.Hash, payee.Owed(entry.Leaf.Entry)))),
            Destination = rail == Rail.Stripe ? StripeDestination.Of(payee.Payee, false, StripeAccount) : Hash.Of("a destination"u8),
            Salt = Hash.Of(id.ToByteArray()),
            Since = at,
        };
        Do(new DraftPayoutBatch(Id, rail, payee.Currency, maker, Request(1)));
        Do(new ApprovePayoutBatch(State.Contents.Hash, approver, Request(2)));
        Do(new SubmitPayoutBatch(rail == Rail.Aba ? Day : null, approver, Request(3)));
        Do(new SubmitPayoutItem(1, Item.Destination));
        if (isPaid)
            Do(new RecordPayoutOutcome(1, 1, PayoutItemStatus.Paid, null));
    }

    public PayoutBatchId Id { get; }

    public PayoutBatchState State { get; private set; } = new();

    public PayoutItem Item { get; private set; }

    public ScratchPayee Payee => _payee;

    public IReadOnlyList<BookRecord> Entries => _entries;

    public IReadOnlyList<BookRecord> Acts => _acts;

    /// <summary>The file that pays it, or other than it.</summary>
    public AbaFile File(long moreMinor)
    {
        var account = new BankAccount(new Bsb("062000"), "123456", "SELF TEST");
        var payment = new AbaPayment(account, Item.Amounts.PayMinor + moreMinor, PayoutReference.Of(Id, 1, 1));
        var (files, refusal) = AbaWriter.Write(new AbaOrder(
            AbaProfile.Generic, "SELF TEST", 1, "SELF TEST", Day, account, "SELF TEST", "SELF TEST", [payment]));
        return files?[0] ?? throw new InvalidOperationException($"The copy's file cannot be written: {refusal!.Text}");
    }

    public DateOnly Day => BusinessCalendar.OnOrAfter(Region.National, DateOnly.FromDateTime(_at.UtcDateTime))
        ?? throw new InvalidOperationException("The calendar has ended.");

    private void Do(PayoutBatchCommand command)
    {
        var facts = new PayoutBatchFacts(
            BatchHasher.Of(Id, command is DraftPayoutBatch draft ? draft.Rail : State.Rail, _payee.Currency, [Item]), DateOnly.FromDateTime(_at.UtcDateTime));
        Apply(PayoutBatchMachine.Decide(State, command, facts, _at));
    }

    private void Do(PayoutItemCommand command) => Apply(PayoutItemMachine.Decide(State, Item, command, _at));

    private void Apply(Decision<PayoutEvent> decision)
    {
        if (decision.Refusal is { } refusal)
            throw new InvalidOperationException($"The copy's batch is refused: {refusal.Text}");
        foreach (var happened in decision.Events)
        {
            _entries.AddRange(PayoutEntries.Of(State, Item, happened));
            (Item, State) = (PayoutItemMachine.Evolve(Item, happened), PayoutBatchMachine.Evolve(State, happened));
        }
        _acts.AddRange(PayoutRecords.Acts(Id, decision.Events));
    }

    private static RequestFingerprint Request(int number) => new((UInt128)number, 1);
}
