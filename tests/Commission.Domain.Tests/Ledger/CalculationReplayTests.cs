using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Ledger;

public sealed class CalculationReplayTests
{
    private static readonly EntryDraft[] Entries = Of(new DealScenario().Given(HandshakeStep.Outcome));

    private static EntryDraft[] Of(DealScenario deal) => [.. DealRecords.Entries(deal.State, deal.Events).Cast<EntryDraft>()];

    private static EntryLeaf Leaf(EntryDraft entry) => new("ledger", 0, Hash.Zero, DateTimeOffset.UnixEpoch, entry, default, default);

    private static string? Replay(IEnumerable<EntryDraft> entries)
    {
        var replay = new CalculationReplay();
        foreach (var entry in entries)
        {
            if (replay.Next(Leaf(entry), entry.Facts, DealScenario.RuleSet) is { } fault)
                return fault;
        }
        return replay.End();
    }

    [Fact]
    public void The_entries_of_a_deal_are_those_that_rules_and_facts_give()
    {
        Assert.Equal(3, Entries.Length);
        Assert.NotNull(Entries[0].Facts);
        Assert.All(Entries.Skip(1), entry => Assert.Null(entry.Facts));
        Assert.Null(Replay(Entries));
    }

    public static TheoryData<string, Func<EntryDraft[], EntryDraft[]>> Changes => new()
    {
        { "a cent more", entries => [entries[0], entries[1] with { Amount = entries[1].Amount with { Minor = entries[1].Amount.Minor + 1 } }, entries[2]] },
        { "another payee", entries => [entries[0], entries[1] with { Credit = Accounts.Payable(People.Stranger.Id) }, entries[2]] },
        { "the other way round", entries => [entries[0], entries[1] with { Debit = entries[1].Credit, Credit = entries[1].Debit }, entries[2]] },
        { "another explanation", entries => [entries[0] with { ExplanationHash = Hash.Zero }, entries[1], entries[2]] },
        { "another rule set", entries => [entries[0] with { RuleHash = Hash.Zero }, entries[1], entries[2]] },
        { "other facts", entries => [entries[0] with { Facts = [.. "{}"u8] }, entries[1], entries[2]] },
        { "no facts", entries => [entries[0] with { Facts = null }, entries[1], entries[2]] },
        { "one missing", entries => [entries[0], entries[2]] },
        { "the last missing", entries => [entries[0], entries[1]] },
        { "one more", entries => [.. entries, entries[2]] },
        { "an adjustment among accruals", entries => [entries[0], entries[1] with { Kind = EntryKind.Adjustment }, entries[2]] },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Any_change_is_found(string what, Func<EntryDraft[], EntryDraft[]> change) => Assert.True(Replay(change(Entries)) is not null, what);

    [Fact]
    public void Facts_that_are_not_those_of_the_hash_are_not_appended()
    {
        EntryDraft entry = Entries[0] with { Facts = [.. "{}"u8] };
        Assert.Throws<InvalidOperationException>(() => BookMachine.Append(
            "ledger", default, TreeEdge.Empty, new Dictionary<AccountKey, AccountHead>(), [entry], DateTimeOffset.UnixEpoch));
    }
}
