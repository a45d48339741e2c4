using Commission.Domain.Ledger;
using Commission.StripeStandIn;
using Commission.Testing;

namespace Commission.Api.Tests.Payouts;

/// <summary>Whatever goes wrong between us and Stripe, an item is one transfer and one set of entries.</summary>
public sealed class StripeFaultTests
{
    [Theory]
    [InlineData(FaultKind.TimeoutBefore)]
    [InlineData(FaultKind.TimeoutAfter)]
    [InlineData(FaultKind.CutAfter)]
    [InlineData(FaultKind.Conflict)]
    [InlineData(FaultKind.RateLimit)]
    [InlineData(FaultKind.Error)]
    [InlineData(FaultKind.ErrorAfter)]
    [InlineData(FaultKind.Slow)]
    [InlineData(FaultKind.Garbage)]
    public async Task Every_item_is_paid_once_whatever_a_request_runs_into(FaultKind kind)
    {
        await using var scenario = await StripeScenario.StartAsync();
        scenario.StandIn.Faults.Add(kind, "/v1/transfers", 3);

        var batch = await scenario.SubmittedAsync();
        await scenario.WhenAsync(batch, "paid", 2);

        Assert.Equal([StripeScenario.UplinePay, StripeScenario.ReferrerPay], scenario.Transfers().Select(transfer => transfer.Amount).Order());
        await scenario.RowsAreTheLedgerAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Webhooks_may_come_late_repeated_and_backwards(bool backwards)
    {
        await using var scenario = await StripeScenario.StartAsync();
        scenario.StandIn.Webhooks.Hold();
        scenario.StandIn.Webhooks.Copies = 3;
        var batch = await scenario.SubmittedAsync();
        var paid = await scenario.WhenAsync(batch, "paid", 2);
        var item = PayoutScenario.Item(paid, scenario.Network.Upline).GetProperty("number").GetInt32();
        (await scenario.ReverseAsync(batch, item)).Is(200);
        await scenario.WhenAsync(batch, "returned", 1);

        await scenario.StandIn.Webhooks.ReleaseAsync(backwards);

        Assert.True(scenario.StandIn.Webhooks.Deliveries.Count >= 9);
        Assert.Equal(0, (await scenario.Network.GetAsync("/api/v1/stripe", scenario.Network.Admin)).Is(200)["contradictions"].GetInt64());
        await Eventually.BecomesTrueAsync(
            async () => await scenario.Engine.Database.ScalarAsync<long>("select count(*) from stripe_request where revision > told") == 0, "all is told");
        var now = await scenario.GetAsync(batch);
        Assert.Equal((1, 1), (StripeScenario.Items(now, "paid"), StripeScenario.Items(now, "returned")));
        await scenario.RowsAreTheLedgerAsync();
    }

    [Fact]
    public async Task An_early_webhook_tells_what_the_lost_answer_did_not()
    {
        await using var scenario = await StripeScenario.StartAsync();
        scenario.Options.MaxTries = 1;
        scenario.StandIn.Faults.Add(FaultKind.TimeoutAfter, "/v1/transfers", 2);

        var batch = await scenario.SubmittedAsync();
        await scenario.WhenAsync(batch, "paid", 2);

        Assert.Equal(2, scenario.Transfers().Count);
        await scenario.RowsAreTheLedgerAsync();
    }

    [Fact]
    public async Task A_webhook_of_an_unknown_transfer_is_kept_seen_and_harms_nothing()
    {
        await using var scenario = await StripeScenario.StartAsync();
        var account = scenario.Accounts[scenario.Network.Upline];
        await scenario.AtStripeAsync("/v1/transfers", null, ("amount", "77"), ("currency", "aud"), ("destination", account));
        await scenario.AtStripeAsync(
            "/v1/transfers", null, ("amount", "78"), ("currency", "aud"), ("destination", account), ("transfer_group", "payout_01h455vb4pex5vsknk084sn02q/1/1"));
        await Eventually.BecomesTrueAsync(
            async () => (await scenario.Network.GetAsync("/api/v1/stripe", scenario.Network.Admin)).Is(200)["keptEvents"].GetInt64() == 2, "both are kept");

        var events = (await scenario.Network.GetAsync("/api/v1/stripe/events", scenario.Network.Admin)).Is(200);
        Assert.Equal([77, 78], events.Json.EnumerateArray().Select(kept => kept.GetProperty("amountMinor").GetInt64()).Order());
        Assert.All(events.Json.EnumerateArray(), kept => Assert.Equal("kept", kept.GetProperty("effect").GetString()));
        var batch = await scenario.SubmittedAsync();
        await scenario.WhenAsync(batch, "paid", 2);
        Assert.Equal(4, scenario.StandIn.ReadTransfers().Count);
        await scenario.RowsAreTheLedgerAsync();
    }

    [Fact]
    public async Task The_figures_of_the_rail_are_metrics()
    {
        await using var scenario = await StripeScenario.StartAsync();
        scenario.StandIn.Faults.Add(FaultKind.RateLimit, "/v1/transfers", 1);
        var batch = await scenario.SubmittedAsync();
        await scenario.WhenAsync(batch, "paid", 2);
        using var http = new HttpClient();

        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var metrics = (await http.GetStringAsync(new Uri($"{scenario.Engine.Address}/metrics"), TestContext.Current.CancellationToken)).Split('\n');
                string[][] expected =
                [
                    ["commission_stripe_requests", "kind=\"transfer\"", "outcome=\"done\""], ["commission_stripe_requests", "outcome=\"unknown\""],
                    ["commission_stripe_webhooks", "type=\"account.updated\"", "outcome=\"Applied\""], ["commission_stripe_news", "outcome=\"accepted\""],
                    ["commission_stripe_open"], ["commission_stripe_open_age"],
                ];
                return expected.All(words => Array.Exists(
                    metrics, line => !line.StartsWith('#') && words.All(word => line.Contains(word, StringComparison.Ordinal))));
            }, "requests, webhooks and open orders are measured");
    }

    [Fact]
    public async Task A_part_that_went_back_by_hand_leaves_the_item_paid()
    {
        await using var scenario = await StripeScenario.StartAsync();
        var batch = await scenario.SubmittedAsync();
        await scenario.WhenAsync(batch, "paid", 2);
        var transfer = scenario.StandIn.ReadTransfers().Single(transfer => (long)transfer["amount"]! == StripeScenario.UplinePay);

        await scenario.AtStripeAsync($"/v1/transfers/{transfer["id"]}/reversals", null, ("amount", "100"));
        await Eventually.BecomesTrueAsync(
            async () => await scenario.Engine.Database.ScalarAsync<long>("select count(*) from stripe_request where reversed_minor = 100 and told = revision") == 1,
            "the part is known and told");
        Assert.Equal(2, StripeScenario.Items(await scenario.GetAsync(batch), "paid"));

        await scenario.AtStripeAsync($"/v1/transfers/{transfer["id"]}/reversals", null);
        var returned = await scenario.WhenAsync(batch, "returned", 1);
        Assert.Equal(
            "The transfer was reversed at Stripe.", PayoutScenario.Item(returned, scenario.Network.Upline).GetProperty("reason").GetString());
        await scenario.Payouts.WhenLedgerIsAsync(Accounts.Payable(scenario.Network.Upline.Id), -64_350);
        await scenario.RowsAreTheLedgerAsync();
    }
}
