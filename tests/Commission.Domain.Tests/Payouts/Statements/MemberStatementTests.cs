using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Statements;

namespace Commission.Domain.Tests.Payouts.Statements;

public sealed class MemberStatementTests
{
    private static readonly ContactId Member = ContactId.From(Guid.Parse("0192f000-0000-7000-8000-000000000001"));
    private static readonly string Payable = Accounts.Payable(Member);
    private static readonly string Disputed = Accounts.Disputed(Member);
    private static readonly TimeZoneInfo Sydney = TimeZoneInfo.FindSystemTimeZoneById("Australia/Sydney");
    private readonly List<(EntryLeaf, Hash)> _entries = [];
    private readonly Dictionary<string, long> _balances = [];

    private MemberStatementTests Entry(EntryKind kind, string debit, string credit, long minor, string postedAt = "2026-11-10T01:00:00Z")
    {
        _balances[debit] = _balances.GetValueOrDefault(debit) + minor;
        _balances[credit] = _balances.GetValueOrDefault(credit) - minor;
        var draft = new EntryDraft(
            kind, DealId.From(Guid.Parse("0192f000-0000-7000-8000-000000000002")), debit, credit, new Money(minor, Currency.Aud), new DateOnly(2026, 11, 1),
            Hash.Zero, Hash.Zero, Hash.Zero, Member, 0);
        _entries.Add((
            new EntryLeaf(
                Books.Ledger, _entries.Count, Hash.Zero, DateTimeOffset.Parse(postedAt, System.Globalization.CultureInfo.InvariantCulture), draft,
                new EntrySide(debit, 1, Hash.Zero, _balances[debit]), new EntrySide(credit, 1, Hash.Zero, _balances[credit])), Hash.Zero));
        return this;
    }

    private MemberStatement Statement(StatementBalance opening = default) => MemberStatement.Of(
        Member, Currency.Aud, (new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30)), Sydney, opening, _entries);

    [Fact]
    public void Every_kind_of_entry_stands_where_it_belongs_and_all_add_up_to_the_closing_balance()
    {
        var statement = Entry(EntryKind.Accrual, "receivable:M", Payable, 100_000)
            .Entry(EntryKind.Clawback, Payable, "receivable:M", 5_000)
            .Entry(EntryKind.Adjustment, "receivable:M", Payable, 700)
            .Entry(EntryKind.Hold, Payable, Disputed, 20_000)
            .Entry(EntryKind.HoldRelease, Disputed, Payable, 15_000)
            .Entry(EntryKind.DisputeAdjustment, Payable, "receivable:M", 300)
            .Entry(EntryKind.Payout, Accounts.Gst, Payable, 9_040)
            .Entry(EntryKind.Payout, Payable, Accounts.Withholding, 40)
            .Entry(EntryKind.Payout, Payable, Accounts.ClearingAba, 99_400).Statement();

        (StatementKind, long)[] sums =
        [
            (StatementKind.Accrual, 100_000), (StatementKind.Clawback, -5_000), (StatementKind.Adjustment, 400), (StatementKind.Hold, -5_000),
            (StatementKind.Gst, 9_040), (StatementKind.Withholding, -40), (StatementKind.Payout, -99_400),
        ];
        Assert.All(sums, sum => Assert.Equal(sum.Item2, statement.SumOf(sum.Item1)));
        Assert.Equal(new StatementBalance(0, 5_000), statement.Closing);
        Assert.Equal(statement.Closing.OwedMinor, statement.Opening.OwedMinor + sums.Sum(sum => sum.Item2));
    }

    [Fact]
    public void A_payout_that_came_back_takes_back_each_of_its_parts()
    {
        var statement = Entry(EntryKind.Accrual, "receivable:M", Payable, 1_000)
            .Entry(EntryKind.Payout, Accounts.Gst, Payable, 100).Entry(EntryKind.Payout, Payable, Accounts.ClearingAba, 1_100)
            .Entry(EntryKind.PayoutReversal, Accounts.ClearingAba, Payable, 1_100).Entry(EntryKind.PayoutReversal, Payable, Accounts.Gst, 100).Statement();

        Assert.Equal((0, 0, 1_000), (statement.SumOf(StatementKind.Payout), statement.SumOf(StatementKind.Gst), statement.Closing.OwedMinor));
    }

    [Fact]
    public void Days_are_those_of_Sydney() =>
        Assert.Equal(new DateOnly(2026, 11, 11), Entry(EntryKind.Accrual, "receivable:M", Payable, 1, "2026-11-10T13:00:00Z").Statement().Lines[0].On);

    [Fact]
    public void A_balance_that_is_not_what_the_ledger_says_is_no_statement() =>
        Assert.Throws<InvalidDataException>(() => Entry(EntryKind.Accrual, "receivable:M", Payable, 100).Statement(new StatementBalance(1, 0)));
}
