using System.Diagnostics;
using System.Globalization;
using Commission.Api.Tests.Deals;
using Commission.Domain;
using Commission.Verifier;

namespace Commission.Api.Tests.Ledger;

/// <summary>Packs of a live engine hold offline, in all three verifiers.</summary>
public sealed class EvidenceTests(Engine engine) : IClassFixture<Engine>
{
    private const string WithClawback =
        """{"name":"upfront","shape":"percent","basis":"deal_value","ratePercent":"0.65","clawback":{"kind":"cliffs","steps":[{"beforeMonths":12,"percent":"100"}]},"split":[{"party":"referrer","weight":80},{"party":"upline","weight":20}]}""";

    private const string WithRevenue = """{"name":"invoices","shape":"recurring","on":"invoice","basis":"invoice_amount_ex_gst","ratePercent":"10","split":[{"party":"referrer","weight":1}]}""";

    private const string Accumulating =
        """{"name":"whole","shape":"tier_whole","basis":"deal_value","accumulate":{"per":"quarter","scope":"referrer"},"boundary":"upper","bands":[{"from":0,"to":10000000,"ratePercent":"5"},{"from":10000000,"ratePercent":"6"}],"split":[{"party":"referrer","weight":1}]}""";

    [Fact]
    public async Task An_accrual_of_a_signed_deal_is_proven_by_less_than_100_kB_in_less_than_100_ms()
    {
        var deal = await (await engine.NetworkAsync()).DealAsync(handshakes: 5);
        var entry = (await deal.WhenBookedAsync(entries: 3))["entries"][1].GetProperty("sequence").GetInt64();

        var pack = await PackFile.WhenCoveredAsync(engine, $"books/ledger/entries/{entry}/evidence");

        var (failure, output) = await pack.VerifyByAllAsync();
        Assert.True(failure == Failure.None, output);
        Assert.Contains($"{deal.Id}: 5 handshakes in order", output, StringComparison.Ordinal);
        Assert.Contains("settled for 500001.23 AUD.", output, StringComparison.Ordinal);
        Assert.Contains($"entry {entry} of the ledger.", output, StringComparison.Ordinal);
        Assert.Contains("no witness was named", output, StringComparison.Ordinal);
        Assert.InRange(pack.Bytes.Length, 1, 100_000);

        // The best of some: other tests have the cores too.
        var milliseconds = double.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var clock = Stopwatch.StartNew();
            Assert.Equal(Failure.None, pack.Verify().Failure);
            milliseconds = Math.Min(milliseconds, clock.Elapsed.TotalMilliseconds);
        }
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pack of one accrual: {pack.Bytes.Length} bytes, verified in {milliseconds:0.0} ms"));
        Assert.True(milliseconds < 100, $"{milliseconds} ms");
    }

    [Fact]
    public async Task The_same_evidence_is_the_same_file()
    {
        var deal = await (await engine.NetworkAsync()).DealAsync(handshakes: 5);
        await deal.WhenBookedAsync(entries: 3);
        var pack = await PackFile.WhenCoveredAsync(engine, $"deals/{deal.Id}/evidence");

        await (await (await engine.NetworkAsync()).DealAsync(handshakes: 5)).WhenBookedAsync(entries: 3);

        Assert.Equal(pack.Bytes, (await engine.GetAsync($"/api/v1/deals/{deal.Id}/evidence")).Is(200).Bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_deal_that_is_under_way_is_proven_as_far_as_it_has_come(int handshakes)
    {
        var deal = await (await engine.NetworkAsync()).DealAsync(handshakes);
        await deal.WhenBookedAsync(entries: 0);

        var (failure, output) = await (await PackFile.WhenCoveredAsync(engine, $"deals/{deal.Id}/evidence")).VerifyByAllAsync();

        Assert.True(failure == Failure.None, output);
        Assert.Contains($"{handshakes} handshakes in order", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passkeys_and_a_key_that_the_clients_browser_made_are_verified()
    {
        var network = await engine.NetworkAsync();
        var deal = network.NewDeal();
        (await PasskeyTests.SendAsync(network, deal, "H1", network.Referrer, "/api/v1/referrals", deal.Key)).Is(201);
        (await deal.SignAsync("H2")).Is(200);
        (await PasskeyTests.SendAsync(network, deal, "H3", network.Receiver, $"/api/v1/deals/{deal.Id}/intake")).Is(200);
        await deal.WhenBookedAsync(entries: 0);
        var pack = await PackFile.WhenCoveredAsync(engine, $"deals/{deal.Id}/evidence");

        Assert.Equal(Failure.None, (await pack.VerifyByAllAsync()).Failure);
        Assert.Equal(Failure.HandshakeSignature, (await pack.Bent(json => json["relyingParty"] = "evil.example").VerifyByAllAsync()).Failure);
        Assert.Equal(Failure.HandshakeSignature, (await pack.Bent(json => json.Remove("relyingParty")).VerifyByAllAsync()).Failure);

        var linked = network.NewDeal();
        var browser = network.Client.WithNewKey();
        (await linked.SignAsync("H1")).Is(201);
        (await linked.SignByLinkAsync("H2", browser, linked.Link)).Is(200);
        await linked.WhenBookedAsync(entries: 0);
        Assert.Equal(Failure.None, (await (await PackFile.WhenCoveredAsync(engine, $"deals/{linked.Id}/evidence")).VerifyByAllAsync()).Failure);
    }

    [Fact]
    public async Task An_attested_deal_with_a_clawback_says_who_attested_it_and_what_it_corrects()
    {
        var scenario = await LaterScenario.StartAsync(engine, WithClawback, platformFeePercent: "1");
        var deal = await scenario.DealAsync();
        (await scenario.ClawbackAsync(deal)).Is(200);
        var entries = (await scenario.BookedAsync(deal))["entries"];
        Assert.Equal(6, entries.GetArrayLength());

        foreach (var path in Paths(deal, entries))
        {
            var (failure, output) = await (await PackFile.WhenCoveredAsync(engine, path)).VerifyByAllAsync();
            Assert.True(failure == Failure.None, output);
            Assert.Contains($"attested by {scenario.Service}", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Revenue_is_proven_and_said_to_be_the_engines_word()
    {
        var scenario = await LaterScenario.StartAsync(engine, WithRevenue);
        var deal = await scenario.DealAsync();
        (await scenario.RevenueAsync(deal)).Is(200);
        var entries = (await scenario.BookedAsync(deal))["entries"];

        foreach (var path in Paths(deal, entries))
        {
            var (failure, output) = await (await PackFile.WhenCoveredAsync(engine, path)).VerifyByAllAsync();
            Assert.True(failure == Failure.None, output);
            Assert.Contains("the engine recorded it, and no handshake signs it", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_adjustment_brings_the_calculation_that_it_adjusts()
    {
        var scenario = await LaterScenario.StartAsync(engine, Accumulating);
        var deal = await scenario.DealAsync(9_000_000, completedOn: 3);
        await scenario.SettleDownAsync();
        await scenario.DealAsync(3_500_000, completedOn: 5);
        var entries = (await scenario.BookedAsync(deal))["entries"];
        Assert.Equal(["Accrual", "Adjustment"], entries.EnumerateArray().Select(entry => entry.GetProperty("kind").GetString()));

        foreach (var path in Paths(deal, entries))
        {
            var pack = await PackFile.WhenCoveredAsync(engine, path);
            var (failure, output) = await pack.VerifyByAllAsync();
            Assert.True(failure == Failure.None, output);
        }
        var adjustment = entries[1].GetProperty("sequence").GetInt64();
        var whole = await PackFile.WhenCoveredAsync(engine, $"books/ledger/entries/{adjustment}/evidence");
        Assert.Equal(2, whole.Json()["calculations"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_period_of_an_account_is_complete_between_its_neighbours()
    {
        var network = await Network.CreateAsync(engine);
        for (var i = 0; i < 3; i++)
            await (await network.DealAsync(handshakes: 5)).WhenBookedAsync(entries: 3);
        var (account, today) = ($"payable:{network.Referrer}", Network.Today);

        var pack = await PackFile.WhenCoveredAsync(engine, $"accounts/{account}/evidence?from={Network.Text(today.AddDays(-1))}&to={Network.Text(today.AddDays(1))}");
        var (failure, output) = await pack.VerifyByAllAsync();

        Assert.True(failure == Failure.None, output);
        Assert.Contains("3 entries", output, StringComparison.Ordinal);
        Assert.Contains("0.00 AUD owed to", output, StringComparison.Ordinal);
        Assert.Contains("7722.03 AUD owed to", output, StringComparison.Ordinal);
        Assert.Contains("that the account has no entry after its number 3", output, StringComparison.Ordinal);
        var earlier = await PackFile.WhenCoveredAsync(engine, $"accounts/{account}/evidence?from=2020-01-01&to=2020-12-31&currency=AUD");
        Assert.Contains("0 entries", (await earlier.VerifyByAllAsync()).Output, StringComparison.Ordinal);
        var later = await PackFile.WhenCoveredAsync(engine, $"accounts/{account}/evidence?from=2999-01-01&to=2999-12-31");
        Assert.Contains("7722.03 AUD owed to", (await later.VerifyByAllAsync()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_asked_for_is_refused_by_name()
    {
        (await engine.GetAsync("/api/v1/books/handshakes/entries/0/evidence")).IsRefused(400, "INVALID_FIELD", "book");
        (await engine.GetAsync("/api/v1/books/ledger/entries/99999999/evidence")).IsRefused(404, "NOT_FOUND");
        (await engine.GetAsync($"/api/v1/deals/{DealId.Derive(default, "nobody")}/evidence")).IsRefused(404, "NOT_FOUND");
        (await engine.GetAsync("/api/v1/accounts/payable:nobody/evidence?from=2026-01-01&to=2026-12-31")).IsRefused(404, "NOT_FOUND");
        (await engine.GetAsync("/api/v1/accounts/payable:nobody/evidence?from=2026-01-01")).IsRefused(400, "INVALID_FIELD", "to");
        (await engine.GetAsync("/api/v1/accounts/payable:nobody/evidence?from=2026-01-02&to=2026-01-01")).IsRefused(400, "INVALID_FIELD", "to");
    }

    private static IEnumerable<string> Paths(DealId deal, System.Text.Json.JsonElement entries) => entries.EnumerateArray()
        .Select(entry => $"books/ledger/entries/{entry.GetProperty("sequence").GetInt64()}/evidence").Append($"deals/{deal}/evidence");
}
