using Commission.Domain.Amounts;
using Commission.Domain.Disputes;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Calendar;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Disputes;

/// <summary>One dispute over three entries: an accrual, a clawback, and one that was paid out; and a clock that the test sets.</summary>
internal sealed class DisputeScenario
{
    /// <summary>A Monday, 10:00 in Sydney.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 23, 0, 0, TimeSpan.Zero);
    public static readonly ContactId Member = People.Referrer.Id;
    public static readonly ContactId Staff = People.Importer.Id;
    public static readonly ContactId Above = People.Intruder.Id;
    public static readonly Hash Text = Hash.Of("text"u8);
    public static readonly ContestedEntry Accrual = Entry("accrual", 100_000, isHeld: true);
    public static readonly ContestedEntry Clawback = Entry("clawback", -30_000, isHeld: true);
    public static readonly ContestedEntry PaidOut = Entry("paid out", 5_000, isHeld: false);

    private int _requests;

    public DisputeState State { get; private set; } = new();

    public DateTimeOffset Now { get; set; } = Start;

    public List<DisputeEvent> Events { get; } = [];

    public List<EntryDraft> Entries { get; } = [];

    public static BusinessHours Hours { get; } = new(Region.Nsw, TimeZoneInfo.FindSystemTimeZoneById(Region.Nsw.ZoneId()));

    public static DisputeFacts Facts(ContactId? actor) => new(actor == Staff || actor == Above, Hours, DisputePolicy.Default);

    public DisputeClockReading Clock => DisputeClock.Read(State, Facts(Staff), Now);

    private static ContestedEntry Entry(string name, long amountMinor, bool isHeld) => new(
        Hash.Of(System.Text.Encoding.UTF8.GetBytes(name)), DealId.Derive(Staff, name), "MORTGAGE", new Money(amountMinor, Currency.Aud), isHeld);

    public RequestFingerprint Request() => new((UInt128)(++_requests), 1);

    public OpenDispute Open() => new(
        DisputeId.Derive(Member, "dispute"), Member, DisputeReason.WrongAmount, Text, [Accrual, Clawback, PaidOut], Region.Nsw, Member, Request());

    /// <summary>A command by a word: what, and who gives it where that is not the usual.</summary>
    public DisputeCommand Command(string word)
    {
        var parts = word.Split('@');
        ContactId? by = parts.Length > 1 ? Who(parts[1]) : null;
        return parts[0] switch
        {
            "open" => Open() with { Actor = by ?? Member },
            "assign" => new AssignDispute(Staff, by ?? Staff, Request()),
            "assign-above" => new AssignDispute(Above, by ?? Staff, Request()),
            "review" => new ReviewDispute(by ?? Staff, Request()),
            "ask" => new AskMember(Text, by ?? Staff, Request()),
            "say" => new PostDisputeMessage(Text, by ?? Member, Request()),
            "escalate" => new EscalateDispute(Text, by ?? Member, Request()),
            "reject" => new DecideDispute(DisputeOutcome.Rejected, [], Text, by ?? Staff, Request()),
            "uphold" => new DecideDispute(DisputeOutcome.Upheld, [new DecidedAmount(Accrual.Entry, 120_000)], Text, by ?? Staff, Request()),
            "close" => new CloseDispute(by ?? Staff, Request()),
            "withdraw" => new WithdrawDispute(by ?? Member, Request()),
            "check" => new CheckDisputeClock(),
            _ => throw new NotSupportedException(word),
        };
    }

    private static ContactId Who(string name) => name switch
    {
        "member" => Member,
        "staff" => Staff,
        "above" => Above,
        _ => People.Stranger.Id,
    };

    public Decision<DisputeEvent> Decide(DisputeCommand command) => DisputeMachine.Decide(State, command, Facts(command.Actor), Now);

    public DisputeScenario When(string words) =>
        words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(this, (self, word) => self.When(Command(word)));

    public DisputeScenario When(DisputeCommand command)
    {
        foreach (var happened in Decide(command).Accepted())
        {
            State = DisputeMachine.Evolve(State, happened);
            Entries.AddRange(DisputeEntries.Of(State, happened).Cast<EntryDraft>());
            Events.Add(happened);
        }
        return this;
    }

    public DisputeScenario At(string local)
    {
        Now = DateTimeOffset.Parse(local, System.Globalization.CultureInfo.InvariantCulture);
        return this;
    }

    public long Balance(string account) => Entries.Sum(entry =>
        (entry.Debit == account ? entry.Amount.Minor : 0) - (entry.Credit == account ? entry.Amount.Minor : 0));
}
