using System.Text.Json;
using Commission.Api.Tests.Deals;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Testing;

namespace Commission.Api.Tests.Ledger;

public sealed class LedgerTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task A_balance_is_the_sum_of_its_entries_now_and_at_a_date()
    {
        var network = await GivenAsync(deals: 3);
        var account = $"/api/v1/accounts/payable:{network.Referrer}";

        Assert.Equal((-3 * 257_401L, 3), await BalanceAsync(account));
        Assert.Equal((0, 0), await BalanceAsync($"{account}?on=2025-07-02"));
        Assert.Equal((-3 * 257_401L, 3), await BalanceAsync($"{account}?on=2025-07-03"));
        Assert.Equal((3 * 325_001L, 9), await BalanceAsync($"/api/v1/accounts/receivable:{network.Vertical}"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    public async Task A_statement_runs_page_by_page_without_a_gap(int limit)
    {
        var network = await GivenAsync(deals: 3);
        var (lines, next) = (new List<JsonElement>(), "");
        do
        {
            var page = (await engine.GetAsync($"/api/v1/accounts/receivable:{network.Vertical}/statement?limit={limit}{next}")).Is(200);
            lines.AddRange(page.Items);
            next = page.Member("next") is { } cursor ? $"&cursor={cursor}" : null;
        }
        while (next is not null);

        Assert.Equal(Enumerable.Range(1, 9).Select(i => (long)i), lines.Select(line => line.GetProperty("accountSequence").GetInt64()));
        var balance = 0L;
        Assert.All(lines, line => Assert.Equal(
            balance += line.GetProperty("debitMinor").GetInt64() - line.GetProperty("creditMinor").GetInt64(), line.GetProperty("balanceMinor").GetInt64()));
    }

    [Fact]
    public async Task The_book_is_a_gapless_chain_that_ends_at_its_head()
    {
        await GivenAsync(deals: 2);

        var leaves = await WalkAsync("/api/v1/books/ledger/entries", limit: 4);

        Assert.Equal(Enumerable.Range(0, leaves.Count).Select(i => (long)i), leaves.Select(leaf => leaf.GetProperty("sequence").GetInt64()));
        Assert.All(leaves, leaf =>
        {
            Assert.True(Base64Url.TryDecode(leaf.GetProperty("bytes").GetString(), 10_000, out var bytes));
            Assert.Equal(MerkleTree.LeafHash(bytes).ToString(), leaf.GetProperty("hash").GetString());
        });
        var head = (await engine.GetAsync("/api/v1/books/ledger/head")).Is(200);
        Assert.Equal((leaves.Count, leaves[^1].GetProperty("hash").GetString()), (head["size"].GetInt32(), head["lastLeaf"].GetString()));
    }

    [Fact]
    public async Task Each_attested_handshake_is_a_leaf_of_its_book()
    {
        await GivenAsync(deals: 1);

        await Eventually.BecomesTrueAsync(
            async () => (await WalkAsync("/api/v1/books/handshakes/entries", limit: 100)).Count % 5 == 0
                && (await engine.GetAsync("/api/v1/books/handshakes")).Is(200)["size"].GetInt64() > 0,
            "all five handshakes of every deal are in the book");

        var leaf = (await WalkAsync("/api/v1/books/handshakes/entries", limit: 100))[0];
        Assert.Equal("H1", leaf.GetProperty("handshake").GetProperty("handshake").GetString());
        Assert.Equal(JsonValueKind.Null, leaf.GetProperty("entry").ValueKind);
    }

    [Fact]
    public async Task Accounts_are_listed_by_prefix_page_by_page_and_sum_to_nothing()
    {
        await GivenAsync(deals: 1);
        var (accounts, next) = (new List<JsonElement>(), "");
        do
        {
            var page = (await engine.GetAsync($"/api/v1/accounts?limit=2{next}")).Is(200);
            accounts.AddRange(page.Items);
            next = page.Member("next") is { } cursor ? $"&cursor={cursor}" : null;
        }
        while (next is not null);

        var names = accounts.ConvertAll(account => account.GetProperty("account").GetString()!);
        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
        Assert.Equal(0, accounts.Sum(account => account.GetProperty("balanceMinor").GetInt64()));
        Assert.Equal(names.Where(name => name.StartsWith("payable:", StringComparison.Ordinal)),
            (await engine.GetAsync("/api/v1/accounts?prefix=payable:&limit=200")).Items.Select(account => account.GetProperty("account").GetString()));
    }

    [Theory]
    [InlineData("/api/v1/books/nothing", 404, "NOT_FOUND", null)]
    [InlineData("/api/v1/books/nothing/entries", 404, "NOT_FOUND", null)]
    [InlineData("/api/v1/books/ledger/entries?from=-1", 400, "INVALID_FIELD", "from")]
    [InlineData("/api/v1/books/ledger/entries?from=first", 400, "INVALID_FIELD", "from")]
    [InlineData("/api/v1/books/ledger/entries?limit=1001", 400, "INVALID_FIELD", "limit")]
    [InlineData("/api/v1/accounts/payable:nobody", 404, "NOT_FOUND", null)]
    [InlineData("/api/v1/accounts/payable:nobody/statement", 404, "NOT_FOUND", null)]
    [InlineData("/api/v1/accounts/income:platform-fee?on=today", 400, "INVALID_FIELD", "on")]
    [InlineData("/api/v1/accounts/income:platform-fee/statement?cursor=x", 400, "INVALID_FIELD", "cursor")]
    [InlineData("/api/v1/accounts?prefix=%00", 400, "INVALID_FIELD", "prefix")]
    [InlineData("/api/v1/accounts?cursor=AAoA", 400, "INVALID_FIELD", "cursor")]
    [InlineData("/api/v1/accounts?limit=0", 400, "INVALID_FIELD", "limit")]
    public async Task What_is_not_there_or_not_a_place_is_refused(string path, int status, string code, string? field)
    {
        await GivenAsync(deals: 1);

        (await engine.GetAsync(path)).IsRefused(status, code, field);
    }

    /// <summary>Complete deals of 2025, booked.</summary>
    private async Task<Network> GivenAsync(int deals)
    {
        var network = await Network.CreateAsync(engine);
        var service = await network.ServiceAsync(network.Referrer, network.Receiver);
        var bulk = new BulkRequest(network, service);
        (await bulk.SendAsync([.. Enumerable.Range(0, deals).Select(i => bulk.Line($"crm-{i}", "complete"))])).Is(200);
        await Eventually.BecomesTrueAsync(
            async () => await engine.Database.ScalarAsync<long>("select count(*) from outbox") == 0, "the books hold everything");
        return network;
    }

    private async Task<(long Balance, long Entries)> BalanceAsync(string path)
    {
        var balance = Assert.Single((await engine.GetAsync(path)).Is(200)["balances"].EnumerateArray());
        return (balance.GetProperty("balanceMinor").GetInt64(), balance.GetProperty("entries").GetInt64());
    }

    private async Task<List<JsonElement>> WalkAsync(string path, int limit)
    {
        var (leaves, next) = (new List<JsonElement>(), (string?)"0");
        while (next is not null)
        {
            var page = (await engine.GetAsync($"{path}?limit={limit}&from={next}")).Is(200);
            leaves.AddRange(page.Items);
            next = page.Member("next");
        }
        return leaves;
    }
}
