using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Testing;

namespace Commission.Api.Tests.Remittances;

/// <summary>What a provider says that it has paid, against what the ledger expects: a file and a line count once.</summary>
public sealed class RemittanceTests(Engine engine) : IClassFixture<Engine>
{
    private const string Remittances = "/api/v1/remittances";
    private const string Header = "provider,reference,amount,currency,paid_on\n";

    [Fact]
    public async Task Each_line_is_matched_short_over_unmatched_or_a_duplicate()
    {
        var network = await engine.NetworkAsync();
        var deals = await DealsAsync(network, 4);
        var expected = await ExpectedAsync(deals[0]);
        Assert.True(expected > 0);

        var taken = (await TakeAsync(network, Header
            + Line(deals[0], expected) + Line(deals[1], expected - 1) + Line(deals[2], expected + 1) + Line("unknown-to-us", 100) + Line(deals[0], expected))).Is(201);

        Assert.Equal(["matched", "short", "over", "unmatched", "duplicate"], Statuses(taken));
        Assert.Equal("no deal has this reference", taken["lines"][3].GetProperty("problem").GetString());
        Assert.Equal((expected, expected), (Minor(taken, 0, "expected"), Minor(taken, 0, "received")));
        var open = await OpenAsync(network);
        Assert.DoesNotContain(deals[0], open.Keys);
        Assert.Equal((("short", 1L), ("over", -1L), ("expected", expected)), (open[deals[1]], open[deals[2]], open[deals[3]]));
    }

    [Fact]
    public async Task The_same_file_is_the_same_remittance_and_the_same_line_in_another_counts_once()
    {
        var network = await engine.NetworkAsync();
        var deal = (await DealsAsync(network, 1))[0];
        var expected = await ExpectedAsync(deal);
        var file = Header + Line(deal, expected - 500);

        var first = (await TakeAsync(network, file)).Is(201);
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TakeAsync(network, file)));
        Assert.All(answers, answer => Assert.Equal((first.Text, true), (answer.Is(201).Text, answer.Replayed)));
        var second = (await TakeAsync(network, file + Line(deal, 500))).Is(201);

        Assert.Equal(["duplicate", "matched"], Statuses(second));
        Assert.Equal(["matched"], Statuses((await network.GetAsync($"{Remittances}/{first.Member("id")}", network.Admin)).Is(200)));
        Assert.Equal(expected, Minor(second, 1, "received"));
    }

    [Fact]
    public async Task A_line_whose_reference_nobody_knows_is_matched_by_a_person_with_a_reason_once()
    {
        var network = await engine.NetworkAsync();
        var deals = await DealsAsync(network, 2);
        var expected = await ExpectedAsync(deals[0]);
        var taken = (await TakeAsync(network, Header + Line(Engine.Unique("loan "), expected))).Is(201);
        var path = $"{Remittances}/{taken.Member("id")}/lines/1/match";

        (await network.PostAsync(path, Body(deals[0], "Their loan number."), network.Referrer)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await network.PostAsync(path, Body(deals[0], " "), network.Admin)).IsRefused(400, "INVALID_FIELD", "reason");
        var matched = (await network.PostAsync(path, Body(deals[0], "Their loan number."), network.Admin)).Is(200);
        Assert.Equal(("matched", network.Admin.ToString(), "Their loan number."), (
            matched["lines"][0].GetProperty("status").GetString(), matched["lines"][0].GetProperty("matchedBy").GetString(),
            matched["lines"][0].GetProperty("reason").GetString()));
        (await network.PostAsync(path, Body(deals[0], "Again."), network.Admin)).Is(200);
        (await network.PostAsync(path, Body(deals[1], "Another."), network.Admin)).IsRefused(409, "WRONG_STATE", "line");
        (await network.PostAsync(path.Replace("lines/1", "lines/7", StringComparison.Ordinal), Body(deals[0], "x"), network.Admin)).IsRefused(404, "UNKNOWN_ITEM", "line");
        foreach (var act in new[] { "remittance-taken", "remittance-matched" })
        {
            await Eventually.BecomesTrueAsync(async () => await engine.Database.ScalarAsync<long>($"""
                select count(*) from book_entry where book_id = (select id from book_head where book = 'administration')
                    and position('{act}'::bytea in bytes) > 0 and position('{taken.Member("id")}'::bytea in bytes) > 0
                """) == 1, $"{act} is a leaf, once");
        }
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => engine.Database.ScalarAsync<int?>($"update remittance_line set amount_minor = 1 where remittance = '{taken.Member("id")}'"));
        Assert.Equal("42501", refused.SqlState);
    }

    [Theory]
    [InlineData("", "file")]
    [InlineData(Header, "file")]
    [InlineData("provider,reference,amount,currency\nA,b,1.00,AUD\n", "line 1")]
    [InlineData(Header + "A,b,1.00,AUD,2026-01-05\nA,c,1.0O,AUD,2026-01-05\n", "line 3, column 3, amount")]
    [InlineData(Header + "A,b,1.001,AUD,2026-01-05\n", "line 2, column 3, amount")]
    [InlineData(Header + "A,b,0.00,AUD,2026-01-05\n", "line 2, column 3, amount")]
    [InlineData(Header + "A,b,\"1,000.00\",AUD,2026-01-05\n", "line 2, column 3, amount")]
    [InlineData(Header + "A,b,1.00,XXX,2026-01-05\n", "line 2, column 4, currency")]
    [InlineData(Header + "A,b,1.00,AUD,5/1/2026\n", "line 2, column 5, paid_on")]
    [InlineData(Header + "A,,1.00,AUD,2026-01-05\n", "line 2, column 2, reference")]
    [InlineData(Header + "A,b,1.00,AUD\n", "line 2")]
    public async Task A_mistake_is_told_with_its_line_and_column_and_nothing_is_taken(string file, string field)
    {
        var network = await engine.NetworkAsync();
        var before = await engine.Database.ScalarAsync<long>("select count(*) from remittance_line");

        (await TakeAsync(network, file)).IsRefused(400, "INVALID_FIELD", field);

        Assert.Equal(before, await engine.Database.ScalarAsync<long>("select count(*) from remittance_line"));
    }

    [Fact]
    public async Task The_tool_takes_a_file_shows_it_and_lists_what_is_open()
    {
        var network = await engine.NetworkAsync();
        var deals = await DealsAsync(network, 2);
        var (file, admin) = (Path.GetTempFileName(), network.Admin.ToString());
        await File.WriteAllTextAsync(
            file, $"amount_minor,reference,provider,paid_on,currency\n{await ExpectedAsync(deals[0])},{deals[0]},Bank,2026-01-05,AUD\n", TestContext.Current.CancellationToken);

        var imported = (await engine.CommissionAsync("remittance", "import", file, "--as", admin)).Ended(0);
        Assert.Contains("matched         1 lines", imported.Output, StringComparison.Ordinal);
        var id = imported.Output.Split('\n')[0].Trim();
        Assert.Contains(id, (await engine.CommissionAsync("remittance", "show", id, "--as", admin)).Ended(0).Output, StringComparison.Ordinal);
        Assert.Contains(deals[1], (await engine.CommissionAsync("remittance", "expected", "--as", admin)).Ended(0).Output, StringComparison.Ordinal);
        File.Delete(file);
    }

    private static JsonObject Body(string deal, string reason) => new() { ["deal"] = deal, ["reason"] = reason };

    private static string Line(string reference, long minor) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"First Bank,{reference},{minor / 100}.{minor % 100:00},AUD,2026-01-05\n");

    private static async Task<string[]> DealsAsync(Network network, int count)
    {
        var deals = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var deal = await network.DealAsync(5);
            await deal.WhenBookedAsync(3);
            deals.Add(deal.Id.ToString()!);
        }
        return [.. deals];
    }

    /// <summary>0.65 % of what was settled: the pool that the provider pays, before anybody's share.</summary>
    private async Task<long> ExpectedAsync(string deal)
    {
        var settled = await engine.Database.ScalarAsync<long>($"select settled_value_minor from deal where id = '{deal}'");
        return (long)decimal.Round(settled * 0.0065m, MidpointRounding.AwayFromZero);
    }

    private static Task<Answer> TakeAsync(Network network, string file) =>
        network.SendAsync(new Request(Remittances, Encoding.UTF8.GetBytes(file), network.Admin.ToString(), Engine.Unique("key-"), "text/csv"));

    private static string?[] Statuses(Answer remittance) =>
        [.. remittance["lines"].EnumerateArray().Select(line => line.GetProperty("status").GetString())];

    private static long Minor(Answer remittance, int line, string name) => remittance["lines"][line].GetProperty($"{name}Minor").GetInt64();

    private static async Task<Dictionary<string, (string, long)>> OpenAsync(Network network)
    {
        var open = new Dictionary<string, (string, long)>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var page = (await network.GetAsync($"{Remittances}/expected?limit=200{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", network.Admin)).Is(200);
            foreach (var row in page["items"].EnumerateArray())
                open[row.GetProperty("deal").GetString()!] = (row.GetProperty("status").GetString()!, row.GetProperty("openMinor").GetInt64());
            cursor = page.Json.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
        }
        while (cursor is not null);
        return open;
    }
}
