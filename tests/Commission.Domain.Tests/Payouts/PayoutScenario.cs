using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Tax;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Payouts;

/// <summary>One batch with its rows, a small ledger, and a clock that the test sets.</summary>
internal sealed class PayoutScenario
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 1, 0, 0, TimeSpan.Zero);
    public static readonly ContactId Maker = People.Importer.Id;
    public static readonly ContactId Checker = People.Intruder.Id;

    private int _requests;

    public PayoutScenario(Rail rail = Rail.Aba, params PayoutAmounts[] amounts)
    {
        Rail = rail;
        PayoutAmounts[] usual = [new(100_000, 10_000, 0), new(20_000, 0, 9_400), new(500, -50, 0)];
        Items = [.. (amounts.Length == 0 ? usual : amounts).Select((amount, index) => Item(index + 1, amount))];
    }

    public PayoutBatchId Id { get; } = PayoutBatchId.Derive(Maker, "batch");

    public Rail Rail { get; }

    public PayoutBatchState State { get; private set; } = new();

    public List<PayoutItem> Items { get; }

    public DateTimeOffset Now { get; set; } = Start;

    public List<EntryDraft> Entries { get; } = [];

    public List<PayoutEvent> Events { get; } = [];

    public BatchContents Contents => BatchHasher.Of(Id, Rail, Currency.Aud, Items);

    public PayoutBatchFacts Facts => new(Contents, new DateOnly(2026, 11, 23));

    public static Hash DestinationOf(int number) => Hash.Of([(byte)number]);

    public static PayoutItem Item(int number, PayoutAmounts amounts) => new()
    {
        Number = number,
        Payee = People.All[number % 4].Id,
        Amounts = amounts,
        Lines = 1,
        LinesHash = PayoutLines.HashOf([(Hash.Of([(byte)number]), amounts.AmountMinor)]),
        Destination = DestinationOf(number),
        Salt = Hash.Of([(byte)number, 0]),
    };

    public RequestFingerprint Request() => new((UInt128)(++_requests), 1);

    public DraftPayoutBatch Draft() => new(Id, Rail, Currency.Aud, Maker, Request());

    public ApprovePayoutBatch Approve(ContactId? by = null) => new(Contents.Hash, by ?? Checker, Request());

    public SubmitPayoutBatch Submit() => new(Rail == Rail.Aba ? new DateOnly(2026, 11, 24) : null, Maker, Request());

    public RemovePayoutItem Remove(int number, ContactId? by)
    {
        var rest = Items.Select(item => item.Number == number ? item with { Status = PayoutItemStatus.Released } : item);
        return new RemovePayoutItem(number, BatchHasher.Of(Id, Rail, Currency.Aud, rest), "disputed", by, Request());
    }

    public Decision<PayoutEvent> Decide(PayoutBatchCommand command) => PayoutBatchMachine.Decide(State, command, Facts, Now);

    public Decision<PayoutEvent> Decide(PayoutItemCommand command) =>
        PayoutItemMachine.Decide(State, Items.FirstOrDefault(item => item.Number == command.Item), command, Now);

    public PayoutScenario When(PayoutBatchCommand command) => Apply(Decide(command));

    public PayoutScenario When(PayoutItemCommand command) => Apply(Decide(command));

    public PayoutScenario Drafted() => When(Draft());

    public PayoutScenario Approved() => Drafted().When(Approve());

    /// <summary>The batch and all its items are on their way.</summary>
    public PayoutScenario Sent()
    {
        Approved().When(Submit());
        foreach (var number in Items.Select(item => item.Number).ToList())
            When(new SubmitPayoutItem(number, DestinationOf(number)));
        return this;
    }

    public PayoutScenario Told(int number, PayoutItemStatus outcome, int attempt = 1) => When(Tell(number, outcome, attempt));

    public static RecordPayoutOutcome Tell(int number, PayoutItemStatus outcome, int attempt = 1) =>
        new(number, attempt, outcome, outcome == PayoutItemStatus.Paid ? null : "Account closed");

    /// <summary>Debits minus credits of an account in what the batch left in the ledger.</summary>
    public long Balance(string account) => Entries.Sum(entry =>
        (entry.Debit == account ? entry.Amount.Minor : 0) - (entry.Credit == account ? entry.Amount.Minor : 0));

    private PayoutScenario Apply(Decision<PayoutEvent> decision)
    {
        foreach (var happened in decision.Accepted())
        {
            for (var i = 0; i < Items.Count; i++)
            {
                if (happened is PayoutItemMoved moved && moved.Number == Items[i].Number)
                {
                    Entries.AddRange(PayoutEntries.Of(State, Items[i], happened).Cast<EntryDraft>());
                    Items[i] = PayoutItemMachine.Evolve(Items[i], happened);
                }
            }
            State = PayoutBatchMachine.Evolve(State, happened);
            Events.Add(happened);
        }
        return this;
    }
}
