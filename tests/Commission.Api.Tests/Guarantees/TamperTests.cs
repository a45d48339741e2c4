using System.Data;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Guarantees;
using Commission.Storage.GroupCommit;
using Commission.Storage.Guarantees;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Api.Tests.Guarantees;

/// <summary>Books of a real engine, for tests that change nothing for good.</summary>
public sealed class TradedEngine : IAsyncLifetime
{
    public Engine Engine { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Engine.InitializeAsync();
        await GuaranteeScenario.TradeAsync(Engine);
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}

/// <summary>
/// The tamper matrix of docs/guarantees.md: a superuser takes the triggers off and changes the books of a live engine. Each
/// change is judged inside its own transaction, which is then rolled back.
/// </summary>
public sealed class TamperTests(TradedEngine traded) : IClassFixture<TradedEngine>
{
    private const string Ledger = "(select id from book_head where book = 'ledger')";
    private const string Handshakes = "(select id from book_head where book = 'handshakes')";

    [Fact]
    public async Task Nothing_is_found_where_nothing_was_changed()
    {
        var found = await JudgeAsync("select 1");
        Assert.All(found.Outcomes, outcome => Assert.True(outcome.Verdict == Verdict.Holds, $"{outcome.Guarantee}: {string.Join("; ", outcome.Violations)}"));
    }

    public static TheoryData<string, string> Columns => [.. TamperedColumns.All.Keys];

    public static TheoryData<string> HandshakeColumns => [.. TamperedColumns.HandshakeRow.Keys];

    [Fact]
    public async Task No_column_is_left_out()
    {
        var tables = TamperedColumns.All.Keys.Select(key => key.Table).Distinct();
        var columns = (await traded.Engine.Database.ScalarAsync<string[]>($"""
            select array_agg(table_name || '.' || column_name order by table_name, column_name) from information_schema.columns
            where table_schema = 'public' and table_name in ({string.Join(", ", tables.Select(table => $"'{table}'"))})
            """))!;
        Assert.Equal(columns.Order(StringComparer.Ordinal), TamperedColumns.All.Keys.Select(key => $"{key.Table}.{key.Column}").Order(StringComparer.Ordinal));
        Assert.Equal(
            columns.Where(column => column.StartsWith("book_entry.", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            TamperedColumns.HandshakeRow.Keys.Select(column => $"book_entry.{column}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public Task A_changed_column_is_found_or_known_to_say_nothing(string table, string column) => AssertFoundAsync(TamperedColumns.All[(table, column)]);

    [Theory]
    [MemberData(nameof(HandshakeColumns))]
    public Task A_changed_column_of_a_handshake_is_found(string column) => AssertFoundAsync(TamperedColumns.HandshakeRow[column]);

    [Theory]
    [InlineData("contact", Guarantee.Authority)]
    [InlineData("vertical", Guarantee.RightRule)]
    public async Task A_state_that_cannot_be_read_is_found(string table, Guarantee by) =>
        await AssertFoundAsync($"update {table} set payload = substring(payload for length(payload) / 2)", by, "its stored state cannot be read");

    public static TheoryData<string> Forgeries => [.. Forged.Keys];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_state_that_reads_well_and_is_not_what_was_signed_is_found(string message)
    {
        var (engine, serializer) = (traded.Engine, traded.Engine.Get<Serializer>());
        var id = await engine.Database.ScalarAsync<string>("select min(id) from deal where status = 5");
        var stored = await engine.Database.ScalarAsync<byte[]>($"select payload from deal where id = '{id}'");
        var journaled = serializer.Deserialize<Journaled<DealState>>(stored!)!;
        journaled.State = Forged[message](journaled.State);
        var payload = Convert.ToHexString(serializer.SerializeToArray(journaled));
        await AssertFoundAsync($"update deal set payload = '\\x{payload}' where id = '{id}'", Guarantee.Attribution, message);
    }

    private static readonly Dictionary<string, Func<DealState, DealState>> Forged = new()
    {
        ["its row holds the state of"] = deal => deal with { Id = new DealId(Guid.NewGuid()) },
        ["its state has 4 steps, 5 were signed"] = deal => deal with { Steps = deal.Steps[..4] },
        ["step 3 of its state is not the H3"] = deal => deal with { Steps = [.. deal.Steps[..2], deal.Steps[2] with { Hash = Hash.Of("x"u8) }, .. deal.Steps[3..]] },
        ["step 2 of its state is not by whom"] = deal => deal with { Steps = [deal.Steps[0], deal.Steps[1] with { Actor = deal.Receiver }, .. deal.Steps[2..]] },
        ["its state names other parties"] = deal => deal with { Receiver = deal.Referrer },
        ["its state is of another vertical, product or referral date"] = deal => deal with { Product = "OTHER" },
        ["its state names other uplines"] = deal => deal with { Upline = deal.Receiver },
        ["its state settles"] = deal => deal with { SettledValue = new Money(deal.SettledValue.Minor + 1, deal.SettledValue.Currency) },
        ["its state has other bases"] = deal => deal with { Bases = [new BasisValue("margin", 5)] },
        ["its state pins another rule set"] = deal => deal with { RuleHash = Hash.Of("x"u8) },
        ["its state says Settled"] = deal => deal with { Status = DealStatus.Settled },
    };

    [Fact]
    public async Task Facts_that_are_others_are_found() => await AssertFoundAsync(
        $"update book_entry set facts = facts || '\\x20'::bytea where book_id = {Ledger} and facts is not null", Guarantee.RightRule,
        "stored facts are not those");

    [Theory]
    [InlineData("delete from book_tile", "tile")]
    [InlineData("insert into book_tile select book_id, level, index + 5, hashes, root from book_tile", "tile")]
    [InlineData("update book_checkpoint set note = 'nothing'", "cannot be read")]
    [InlineData("delete from book_incarnation", "no such incarnation")]
    [InlineData("delete from log_key", "no key that ever signed")]
    public async Task Missing_and_added_rows_are_found(string sql, string message) => await AssertFoundAsync(sql, Guarantee.Immutable, message);

    [Theory]
    [InlineData("ledger", "0")]
    [InlineData("ledger", "size / 2")]
    [InlineData("ledger", "size - 1")]
    [InlineData("handshakes", "0")]
    [InlineData("handshakes", "size / 2")]
    [InlineData("handshakes", "size - 1")]
    public async Task A_deleted_leaf_is_found(string book, string place) => await AssertFoundAsync(
        $"delete from book_entry e using book_head h where h.id = e.book_id and h.book = '{book}' and e.sequence = {place}", Guarantee.Immutable,
        "its head says");

    [Fact]
    public async Task Two_swapped_leaves_are_found() => await AssertFoundAsync(
        $"update book_entry e set bytes = o.bytes from book_entry o where e.book_id = {Handshakes} and o.book_id = e.book_id "
        + "and ((e.sequence = 10 and o.sequence = 11) or (e.sequence = 11 and o.sequence = 10))", Guarantee.Immutable, "says it is number");

    [Fact]
    public async Task A_cut_tail_is_found_by_what_was_signed_even_when_the_head_goes_back_with_it() => await AssertFoundAsync(
        $"""
        delete from book_entry where book_id = {Handshakes} and sequence > 0;
        update book_head h set size = 1, last_leaf = sha256('\x00'::bytea || e.bytes), frontier = sha256('\x00'::bytea || e.bytes)
        from book_entry e where h.book = 'handshakes' and e.book_id = h.id and e.sequence = 0;
        delete from book_tile where book_id = {Handshakes}
        """,
        Guarantee.Immutable, "it was signed over");

    [Fact]
    public async Task A_restored_backup_is_found_by_the_signer_alone() => await AssertFoundAsync(
        $"""
        delete from book_checkpoint where book_id = {Handshakes};
        delete from book_entry where book_id = {Handshakes} and sequence > 0;
        update book_head h set size = 1, last_leaf = sha256('\x00'::bytea || e.bytes), frontier = sha256('\x00'::bytea || e.bytes)
        from book_entry e where h.book = 'handshakes' and e.book_id = h.id and e.sequence = 0;
        delete from book_tile where book_id = {Handshakes}
        """,
        Guarantee.Immutable, "an older state was restored");

    [Fact]
    public async Task An_inserted_leaf_is_found() => await AssertFoundAsync(
        $"""
        insert into book_entry (book_id, sequence, bytes, deal, kind, posted_at)
        select book_id, (select size from book_head where id = book_id), bytes, deal, kind, posted_at from book_entry where book_id = {Handshakes} and sequence = 0
        """,
        Guarantee.Immutable, "its head says");

    [Fact]
    public async Task An_entry_in_another_book_is_found() => await AssertFoundAsync(
        $"update book_entry set book_id = {Handshakes}, sequence = 1000000 where book_id = {Ledger} and sequence = 5", Guarantee.Immutable,
        "belongs to book|its head says");

    [Fact]
    public async Task Checkpoints_that_are_deleted_while_later_ones_stay_are_not_missed() => Assert.All(
        (await JudgeAsync("delete from book_checkpoint c where c.size < (select max(x.size) from book_checkpoint x where x.book_id = c.book_id)")).Outcomes,
        outcome => Assert.Equal(Verdict.Holds, outcome.Verdict));

    private async Task AssertFoundAsync(TamperedColumn change)
    {
        if (change.By is { } by)
            await AssertFoundAsync(change.Sql, by, string.Join('|', change.Message));
        else
            Assert.All((await JudgeAsync(change.Sql)).Outcomes, outcome => Assert.True(outcome.Verdict == Verdict.Holds, string.Join("; ", outcome.Violations)));
    }

    private async Task AssertFoundAsync(string sql, Guarantee by, string messages)
    {
        var outcome = (await JudgeAsync(sql))[by];

        Assert.Equal(Verdict.Broken, outcome.Verdict);
        Assert.True(
            messages.Split('|').Any(message => outcome.Violations.Any(found => found.ToString().Contains(message, StringComparison.Ordinal))),
            string.Join("\n", outcome.Violations));
    }

    /// <summary>What the checks say of the books after a change that nobody will ever see.</summary>
    private async Task<CheckedBooks> JudgeAsync(string sql)
    {
        await using var connection = await Superuser.ConnectAsync(traded.Engine);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand(Superuser.Unprotected + sql, connection))
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        return await Superuser.JudgeAsync(traded.Engine, connection, await Superuser.MemoryAsync(traded.Engine));
    }
}
