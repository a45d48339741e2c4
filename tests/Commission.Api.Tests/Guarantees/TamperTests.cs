using System.Data;
using Commission.Domain.Guarantees;
using Commission.Storage.Guarantees;
using Commission.Storage.Ledger.Log;
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

    [Theory]
    [InlineData("book_id", "book_id = 77", Guarantee.Immutable, "is not there|does not follow|says it is number")]
    [InlineData("sequence", "sequence = 100000", Guarantee.ExactMoney, "column sequence")]
    [InlineData("bytes", "bytes = set_bit(bytes, 300, 1 - get_bit(bytes, 300))", Guarantee.Immutable, "does not follow|chained")]
    [InlineData("deal", "deal = gen_random_uuid()", Guarantee.ExactMoney, "column deal")]
    [InlineData("kind", "kind = 3", Guarantee.ExactMoney, "column kind")]
    [InlineData("posted_at", "posted_at = posted_at + interval '1 second'", Guarantee.ExactMoney, "column posted_at")]
    [InlineData("debit", "debit = credit", Guarantee.ExactMoney, "column debit")]
    [InlineData("debit_sequence", "debit_sequence = 9999", Guarantee.ExactMoney, "column debit_sequence")]
    [InlineData("credit", "credit = debit", Guarantee.ExactMoney, "column credit")]
    [InlineData("credit_sequence", "credit_sequence = 9999", Guarantee.ExactMoney, "column credit_sequence")]
    [InlineData("amount", "amount = amount + 1", Guarantee.ExactMoney, "column amount")]
    [InlineData("effective_on", "effective_on = effective_on - 1", Guarantee.ExactMoney, "column effective_on")]
    [InlineData("facts", "facts = null", Guarantee.RightRule, "no facts are stored")]
    public async Task A_changed_column_of_an_entry_is_found(string column, string change, Guarantee by, string message)
    {
        Assert.StartsWith(column, change, StringComparison.Ordinal);
        await AssertFoundAsync($"update book_entry set {change} where book_id = {Ledger} and sequence = 3", by, message);
    }

    [Fact]
    public async Task Facts_that_are_others_are_found() => await AssertFoundAsync(
        $"update book_entry set facts = facts || '\\x20'::bytea where book_id = {Ledger} and facts is not null", Guarantee.RightRule, "stored facts are not those");

    [Theory]
    [InlineData("book = 'ledger2'", Guarantee.Immutable, "belongs to book")]
    [InlineData("size = size - 1", Guarantee.Immutable, "its head says")]
    [InlineData("last_leaf = sha256(last_leaf)", Guarantee.Immutable, "names another last leaf")]
    [InlineData("frontier = sha256(frontier)", Guarantee.Immutable, "frontier")]
    public async Task A_changed_head_is_found(string change, Guarantee by, string message) =>
        await AssertFoundAsync($"update book_head set {change} where book = 'ledger'", by, message);

    [Fact]
    public async Task A_head_with_another_number_is_found() => await AssertFoundAsync(
        "alter table book_head alter column id drop identity; update book_head set id = 77 where book = 'ledger'", Guarantee.Immutable, "its head says|no such book");

    [Theory]
    [InlineData("book_id = 77", "column debit")]
    [InlineData("id = 7777", "column debit|column credit|is not stored")]
    [InlineData("name = name || 'x'", "has no entry|column")]
    [InlineData("currency = 'NZD'", "column|differ by")]
    [InlineData("sequence = sequence + 1", "it is stored with")]
    [InlineData("balance = balance + 1", "its balance is stored as")]
    [InlineData("last_leaf = sha256(last_leaf)", "its last entry is stored as another")]
    public async Task A_changed_column_of_an_account_is_found(string change, string message) =>
        await AssertFoundAsync($"update book_account set {change} where book_id = {Ledger} and id = 1", Guarantee.ExactMoney, message);

    [Theory]
    [InlineData("update book_tile set book_id = 77 where book_id = (select id from book_head where book = 'ledger')")]
    [InlineData("update book_tile set level = 3")]
    [InlineData("update book_tile set index = 9")]
    [InlineData("update book_tile set hashes = set_bit(hashes, 5, 1 - get_bit(hashes, 5))")]
    [InlineData("update book_tile set root = sha256(root)")]
    [InlineData("delete from book_tile")]
    [InlineData("insert into book_tile select book_id, level, index + 5, hashes, root from book_tile")]
    public async Task A_changed_tile_is_found(string sql) => await AssertFoundAsync(sql, Guarantee.Immutable, "tile");

    [Theory]
    [InlineData("book_id = 77", "no such book|signed over")]
    [InlineData("incarnation = 9", "its note is of")]
    [InlineData("size = size + 100000", "signed over")]
    [InlineData("root = sha256(root)", "not those that are there")]
    [InlineData("note = replace(note, 'ledger', 'ledgex')", "its note is of|no key")]
    [InlineData("note = 'nothing'", "cannot be read")]
    [InlineData("signed_at = signed_at - interval '1 day'", "before a smaller one")]
    public async Task A_changed_column_of_a_checkpoint_is_found(string change, string message) => await AssertFoundAsync(
        $"update book_checkpoint c set {change} where c.book_id = {Ledger} and c.size = (select max(size) from book_checkpoint x where x.book_id = c.book_id)",
        Guarantee.Immutable, message);

    [Theory]
    [InlineData("ledger", "0")]
    [InlineData("ledger", "size / 2")]
    [InlineData("ledger", "size - 1")]
    [InlineData("handshakes", "0")]
    [InlineData("handshakes", "size / 2")]
    [InlineData("handshakes", "size - 1")]
    public async Task A_deleted_leaf_is_found(string book, string place) => await AssertFoundAsync(
        $"delete from book_entry e using book_head h where h.id = e.book_id and h.book = '{book}' and e.sequence = {place}", Guarantee.Immutable, "its head says");

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
        $"update book_entry set book_id = {Handshakes}, sequence = 1000000 where book_id = {Ledger} and sequence = 5", Guarantee.Immutable, "belongs to book|its head says");

    [Fact]
    public async Task A_checkpoint_that_a_stranger_signed_is_found() => await AssertFoundAsync(
        "delete from log_key", Guarantee.Immutable, "no key that ever signed");

    [Theory]
    [InlineData("update book_head set epoch = epoch + 5")]
    [InlineData("delete from book_checkpoint c where c.size < (select max(x.size) from book_checkpoint x where x.book_id = c.book_id)")]
    public async Task What_nothing_outside_the_database_knows_of_is_not_found(string sql) =>
        Assert.All((await JudgeAsync(sql)).Outcomes, outcome => Assert.Equal(Verdict.Holds, outcome.Verdict));

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
        var engine = traded.Engine;
        var memory = await MemoryAsync(engine);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(engine.Database.OwnerConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand(Unprotected + sql, connection))
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return await new GuaranteeCheck(connection, engine.Get<Serializer>(), "localhost", memory)
            .RunAsync(new Dictionary<string, VerifiedBook>(), TestContext.Current.CancellationToken);
    }

    /// <summary>A superuser takes off triggers, and with them foreign keys, and what else stands in the way.</summary>
    private const string Unprotected = """
        alter table book_entry disable trigger all; alter table book_head disable trigger all; alter table book_account disable trigger all;
        alter table book_tile disable trigger all; alter table book_checkpoint disable trigger all; alter table log_key disable trigger all;
        alter table book_cosignature disable trigger all; alter table book_incarnation disable trigger all;

        """;

    private static async Task<SignerMemory> MemoryAsync(Engine engine)
    {
        var (signer, names, last) = (engine.Get<ICheckpointSigner>(), engine.Get<LogNames>(), new Dictionary<string, SignedHead>(StringComparer.Ordinal));
        foreach (var book in new[] { "ledger", "handshakes", "administration" })
            last[book] = (await signer.ReadLastAsync(await names.MemoryAsync(book), TestContext.Current.CancellationToken))!;
        var name = await names.NameAsync();
        return new SignerMemory(
            await signer.ListKeysAsync(TestContext.Current.CancellationToken), last, (book, incarnation) => $"{name}/{book}/{incarnation}");
    }
}
