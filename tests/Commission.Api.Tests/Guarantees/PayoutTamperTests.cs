using Commission.Api.Tests.Payouts;
using Commission.Domain;
using Commission.Domain.Disputes;
using Commission.Domain.Guarantees;
using Commission.Domain.Payouts;
using Commission.Storage.GroupCommit;
using Orleans.Serialization;

namespace Commission.Api.Tests.Guarantees;

/// <summary>
/// G6 over payouts and disputes of a live engine, against a superuser who takes triggers and indexes off. Each change is judged inside its
/// own transaction, which is then rolled back.
/// </summary>
public sealed class PayoutTamperTests(PaidEngine paid) : IClassFixture<PaidEngine>
{
    [Fact]
    public async Task Nothing_is_found_where_nothing_was_changed()
    {
        foreach (var guarantee in GuaranteeNames.All.Except([Guarantee.Immutable]))
        {
            var outcome = await paid.JudgeAsync("select 1", guarantee);
            Assert.True(outcome.Verdict == Verdict.Holds, string.Join("\n", outcome.Violations));
        }
        var evidence = (await paid.JudgeAsync("select 1")).Evidence;
        Assert.Equal((2, 4, 5, 4), (evidence["payout batches"], evidence["payout items"], evidence["payout lines"], evidence["rail records"]));
        Assert.Equal((3, 1, 2, 2), (evidence["disputes"], evidence["open disputes"], evidence["payout files"], evidence["payee accounts"]));
    }

    public static TheoryData<string, string> Columns => [.. TamperedPayoutColumns.All.Keys];

    [Fact]
    public async Task No_column_is_left_out()
    {
        var tables = TamperedPayoutColumns.All.Keys.Select(key => $"'{key.Table}'").Distinct();
        var columns = (await paid.Engine.Database.ScalarAsync<string[]>($"""
            select array_agg(table_name || '.' || column_name order by table_name, column_name) from information_schema.columns
            where table_schema = 'public' and table_name in ({string.Join(", ", tables)})
            """))!;
        Assert.Equal(
            columns.Order(StringComparer.Ordinal),
            TamperedPayoutColumns.All.Keys.Select(key => $"{key.Table}.{key.Column}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public Task A_changed_column_is_found_or_known_to_say_nothing(string table, string column)
    {
        var (sql, found) = TamperedPayoutColumns.All[(table, column)];
        return AssertFoundAsync(sql, found);
    }

    [Theory]
    [InlineData("""
        drop index payout_line_entry_once;
        insert into payout_line select (select uuid from payout_batch where status = 3), 1, 9, book_id, sequence, entry, amount_minor, true
        from payout_line where batch = (select uuid from payout_batch where status = 4)
            and item = (select min(item) from payout_line where batch = (select uuid from payout_batch where status = 4))
        """, "2 payouts hold it")]
    [InlineData("delete from payout_file where batch = (select uuid from payout_batch where status = 4)", "the rail has nothing of attempt 1")]
    [InlineData("delete from payout_item where status = 3", "its rows hold")]
    [InlineData("delete from payout_batch where status = 4", "there is no such batch")]
    [InlineData("delete from dispute where status = 1", "there is no such dispute")]
    [InlineData("delete from dispute_entry where pending", "0 are stored")]
    [InlineData("update book_account set balance = balance + 5 where name = 'clearing:aba'", "payouts and disputes give")]
    [InlineData("update book_account set balance = balance + 5 where name = 'bank'", "payouts and disputes give")]
    [InlineData("update book_account set balance = balance + 5 where name like 'disputed:%'", "payouts and disputes give")]
    public Task Missing_and_added_rows_are_found(string sql, string message) => AssertFoundAsync(sql, message);

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public async Task An_entry_that_its_kind_does_not_make_breaks_exact_money(int kind)
    {
        var accrual = (await paid.Engine.Database.ScalarAsync<byte[]>(
            "select bytes from book_entry where kind = 1 and book_id = (select id from book_head where book = 'ledger') limit 1"))!;
        var leaf = (Domain.Ledger.EntryLeaf)Domain.Ledger.LeafEncoding.Decode(accrual);
        Assert.Contains($"an entry of kind {kind} does not move", EntryShape.Fault(leaf.Entry with { Kind = (Domain.Ledger.EntryKind)kind })!, StringComparison.Ordinal);
    }

    public static TheoryData<string> Batches => [.. ForgedBatches.Keys];

    [Theory]
    [MemberData(nameof(Batches))]
    public Task A_batch_that_reads_well_and_is_not_what_happened_is_found(string message) =>
        ForgeAsync<PayoutBatchState>("payout_batch", "status = 3", ForgedBatches[message], message);

    public static TheoryData<string> Disputes => [.. ForgedDisputes.Keys];

    [Theory]
    [MemberData(nameof(Disputes))]
    public Task A_dispute_that_reads_well_and_is_not_what_happened_is_found(string message) =>
        ForgeAsync<DisputeState>("dispute", "status = 1", ForgedDisputes[message], message);

    private static readonly Dictionary<string, Func<PayoutBatchState, PayoutBatchState>> ForgedBatches = new()
    {
        ["approved it and had a hand in it"] = batch => batch with { Makers = [.. batch.Makers, batch.Approver!.Value] },
        ["its state names other makers"] = batch => batch with { Makers = [] },
        ["the administration book has another approval"] = batch => batch with { Approver = ContactId.From(Guid.NewGuid()) },
        ["what was approved is not what its rows hold"] = batch => batch with { ApprovedHash = Hash.Of("x"u8) },
        ["the administration book has other contents"] = batch => batch with { Contents = batch.Contents with { Hash = Hash.Of("x"u8) } },
        ["it counts 0 items that are submitted"] = batch => batch with { Submitted = default },
        ["the administration book has another submission"] = batch => batch with { Submitter = ContactId.From(Guid.NewGuid()) },
        ["the rail has nothing of attempt 1"] = batch => batch with { Rail = Rail.Stripe },
        ["it is Settled, and the administration book has another end"] = batch => batch with { Status = PayoutBatchStatus.Settled },
    };

    private static readonly Dictionary<string, Func<DisputeState, DisputeState>> ForgedDisputes = new()
    {
        ["and has no transfer of"] = dispute => dispute with { Contested = [dispute.Contested[0] with { IsHeld = false }] },
        ["the administration book has another opening"] = dispute => dispute with { OpenedBy = ContactId.From(Guid.NewGuid()) },
        ["and its entry 1 is still kept from payouts"] = dispute => dispute with { Status = DisputeStatus.Withdrawn, EndedAt = dispute.OpenedAt },
        ["the administration book has another decision"] = dispute => dispute with
        {
            Decision = new DisputeDecision(DisputeOutcome.Rejected, [], Hash.Zero, dispute.Member, dispute.OpenedAt),
            Status = DisputeStatus.UnderReview,
        },
        ["its clock ran out at"] = dispute => dispute with { BreachedAt = dispute.OpenedAt.AddDays(14) },
    };

    private async Task ForgeAsync<T>(string table, string where, Func<T, T> change, string message) where T : new()
    {
        var serializer = paid.Engine.Get<Serializer>();
        var stored = serializer.Deserialize<Journaled<T>>((await paid.Engine.Database.ScalarAsync<byte[]>($"select payload from {table} where {where}"))!)!;
        stored.State = change(stored.State);
        await AssertFoundAsync($"update {table} set payload = '\\x{Convert.ToHexString(serializer.SerializeToArray(stored))}' where {where}", message);
    }

    private async Task AssertFoundAsync(string sql, string? message)
    {
        var outcome = await paid.JudgeAsync(sql);
        if (message is null)
        {
            Assert.True(outcome.Verdict == Verdict.Holds, string.Join("\n", outcome.Violations));
            return;
        }
        Assert.Equal(Verdict.Broken, outcome.Verdict);
        Assert.True(
            outcome.Violations.Any(found => found.ToString().Contains(message, StringComparison.Ordinal)), string.Join("\n", outcome.Violations));
    }
}
