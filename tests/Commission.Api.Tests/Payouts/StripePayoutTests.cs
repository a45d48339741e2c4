using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain.Ledger;

namespace Commission.Api.Tests.Payouts;

public sealed class StripePayoutTests
{
    [Fact]
    public async Task A_batch_pays_by_Stripe_to_the_cent_from_accrual_to_bank()
    {
        await using var scenario = await StripeScenario.StartAsync();
        var (payouts, network) = (scenario.Payouts, scenario.Network);

        var batch = (await scenario.DraftAsync("draft")).Is(201);
        Assert.Equal(("stripe", "test", StripeScenario.ReferrerPay + StripeScenario.UplinePay), (
            batch.Member("rail"), batch.Member("mode"), batch["payMinor"].GetInt64()));
        Assert.Equal(batch.Text, (await scenario.DraftAsync("draft")).Is(201).Text);
        (await payouts.ApproveAsync(batch, network.Admin)).IsRefused(403, "MAKER_IS_CHECKER", "actor");
        (await scenario.SubmitAsync(batch)).IsRefused(409, "WRONG_STATE");
        (await payouts.ApproveAsync(batch)).Is(200);
        (await payouts.SubmitAsync(batch)).IsRefused(400, "INVALID_FIELD", "processOn");
        Assert.Empty(scenario.Transfers());
        (await scenario.SubmitAsync(batch, "submit")).Is(200);
        (await scenario.SubmitAsync(batch, "submit")).Is(200);

        await scenario.WhenAsync(batch, "paid", 2);
        var references = batch["items"].EnumerateArray().Select(item => (item.GetProperty("reference").GetString()!, item.GetProperty("payMinor").GetInt64(), 0L));
        Assert.Equal(references.Order(), scenario.Transfers());
        await payouts.WhenLedgerIsAsync(Accounts.Bank, -(StripeScenario.ReferrerPay + StripeScenario.UplinePay));
        Assert.Equal((0, 25_740, -30_200), (
            await payouts.LedgerAsync(Accounts.ClearingStripe), await payouts.LedgerAsync(Accounts.Gst), await payouts.LedgerAsync(Accounts.Withholding)));
        (await payouts.MoveAsync(batch, "confirm")).IsRefused(409, "WRONG_STATE");
        (await payouts.MoveAsync(batch, "settle")).Is(200);
        (await scenario.DraftAsync()).IsRefused(422, "NOTHING_TO_PAY");
        await scenario.RowsAreTheLedgerAsync();
        (await scenario.Engine.CommissionAsync("guarantees", "--run", "--full", "--as", network.Admin.ToString())).Ended(0);
        (await scenario.Engine.CommissionAsync("replay")).Ended(0);
    }

    [Fact]
    public async Task One_account_that_Stripe_refuses_stops_no_other_and_is_paid_when_it_can_be()
    {
        await using var scenario = await StripeScenario.StartAsync();
        var batch = await scenario.ApprovedAsync();
        scenario.StandIn.Webhooks.Hold();
        scenario.StandIn.Require(scenario.Accounts[scenario.Network.Upline], disable: true, "external_account");

        (await scenario.SubmitAsync(batch)).Is(200);
        var failed = await scenario.WhenAsync(batch, "failed", 1);
        await scenario.WhenAsync(batch, "paid", 1);

        var item = PayoutScenario.Item(failed, scenario.Network.Upline);
        Assert.Contains("insufficient_capabilities_for_transfer", item.GetProperty("reason").GetString(), StringComparison.Ordinal);
        await scenario.Payouts.WhenLedgerIsAsync(Accounts.Payable(scenario.Network.Upline.Id), -64_350);
        scenario.StandIn.Onboard(scenario.Accounts[scenario.Network.Upline]);
        await scenario.StandIn.Webhooks.ReleaseAsync(backwards: true);
        await scenario.WhenReceivingAsync(scenario.Network.Upline, true);
        var retry = $"items/{item.GetProperty("number").GetInt32()}/retry";
        (await scenario.Payouts.MoveAsync(batch, retry, new JsonObject { ["attempt"] = 1 })).Is(200);
        (await scenario.Payouts.MoveAsync(batch, retry, new JsonObject { ["attempt"] = 1 })).Is(200);
        await scenario.WhenAsync(batch, "paid", 2);
        Assert.Equal([$"{item.GetProperty("reference").GetString()![..^2]}/2"], scenario.Transfers().Where(transfer => transfer.Amount == StripeScenario.UplinePay)
            .Select(transfer => transfer.Group));
        await scenario.RowsAreTheLedgerAsync();
    }

    [Fact]
    public async Task What_the_platform_has_is_paid_and_the_rest_when_it_has_more()
    {
        await using var scenario = await StripeScenario.StartAsync(funds: StripeScenario.ReferrerPay + 1);
        scenario.Options.MaxParallelRequests = 1;
        var batch = await scenario.SubmittedAsync();
        var left = await scenario.WhenAsync(batch, "failed", 1);
        await scenario.WhenAsync(batch, "paid", 1);
        var item = left["items"].EnumerateArray().Single(item => item.GetProperty("status").GetString() == "failed");
        Assert.Contains("balance_insufficient", item.GetProperty("reason").GetString(), StringComparison.Ordinal);

        scenario.StandIn.Fund(1_000_000);
        await scenario.Payouts.MoveAsync(batch, $"items/{item.GetProperty("number").GetInt32()}/retry", new JsonObject { ["attempt"] = 1 });

        await scenario.WhenAsync(batch, "paid", 2);
        Assert.Equal(2, scenario.Transfers().Count);
        await scenario.RowsAreTheLedgerAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_cannot_receive_any_more_fails_before_money_moves(bool isDeauthorized)
    {
        await using var scenario = await StripeScenario.StartAsync();
        var (batch, upline) = (await scenario.ApprovedAsync(), scenario.Network.Upline);
        if (isDeauthorized)
            await scenario.TellAsync("account.application.deauthorized", scenario.Accounts[upline]);
        else
            scenario.StandIn.Require(scenario.Accounts[upline], disable: true, "individual.verification.document");
        await scenario.WhenReceivingAsync(upline, false);

        var submitted = (await scenario.SubmitAsync(batch)).Is(200);

        var item = PayoutScenario.Item(submitted, upline);
        Assert.Equal(
            ("failed", "The payee has no account that can be paid now, or its tax details are not those of the draft."),
            (item.GetProperty("status").GetString(), item.GetProperty("reason").GetString()));
        await scenario.WhenAsync(batch, "paid", 1);
        Assert.Equal(StripeScenario.ReferrerPay, Assert.Single(scenario.Transfers()).Amount);
        (await scenario.Payouts.MoveAsync(batch, $"items/{item.GetProperty("number").GetInt32()}/retry", new JsonObject { ["attempt"] = 1 }))
            .IsRefused(409, "BATCH_CHANGED", "destination");
        (await scenario.Payouts.MoveAsync(batch, $"items/{item.GetProperty("number").GetInt32()}/release")).Is(200);
        (await scenario.DraftAsync()).IsRefused(422, "NOTHING_TO_PAY");
        await scenario.RowsAreTheLedgerAsync();
    }

    [Fact]
    public async Task Without_Stripe_there_is_no_batch_by_it()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (network, body) = (scenario.Network, new JsonObject { ["rail"] = "stripe", ["currency"] = "AUD" });

        (await network.PostAsync(PayoutScenario.Batches, body, network.Admin)).IsRefused(409, "RAIL_NOT_CONFIGURED", "rail");

        var preview = (await network.GetAsync("/api/v1/payout-eligibility?rail=stripe", network.Admin)).Is(200);
        Assert.All(preview.Json.EnumerateArray(), payee => Assert.Equal("Stripe is not configured.", payee.GetProperty("reason").GetString()));
        (await network.GetAsync("/api/v1/stripe", network.Admin)).IsRefused(409, "RAIL_NOT_CONFIGURED");
        (await network.PostAsync($"/api/v1/contacts/{network.Upline}/stripe-account", new JsonObject { ["country"] = "AU" }, network.Admin))
            .IsRefused(409, "RAIL_NOT_CONFIGURED");
    }

    [Fact]
    public async Task A_batch_of_test_mode_is_not_sent_in_live_mode()
    {
        await using var scenario = await StripeScenario.StartAsync();
        var batch = await scenario.ApprovedAsync();

        scenario.Options.ApiKey = "sk_live_0123456789abcdef";
        (await scenario.SubmitAsync(batch)).IsRefused(409, "RAIL_NOT_CONFIGURED");
        (await scenario.DraftAsync()).IsRefused(422, "NOTHING_TO_PAY");
        Assert.Empty(scenario.StandIn.ReadTransfers(isLive: true));

        scenario.Options.ApiKey = StripeScenario.ApiKey;
        (await scenario.SubmitAsync(batch)).Is(200);
        await scenario.WhenAsync(batch, "paid", 2);
        Assert.Empty(scenario.StandIn.ReadTransfers(isLive: true));
    }

    [Fact]
    public async Task A_submitted_batch_goes_on_by_itself_when_its_orders_were_placed_and_nobody_sent_them()
    {
        await using var scenario = await StripeScenario.StartAsync();
        scenario.StandIn.Faults.Add(Commission.StripeStandIn.FaultKind.Error, "/v1/transfers", 8);
        var batch = await scenario.SubmittedAsync();
        await scenario.WhenAsync(batch, "submitted", 2);
        (await scenario.Payouts.MoveAsync(batch, "settle")).IsRefused(409, "WRONG_STATE");

        await scenario.WhenAsync(batch, "paid", 2);

        Assert.Equal(2, scenario.Transfers().Count);
        await scenario.RowsAreTheLedgerAsync();
    }

    [Fact]
    public async Task A_payee_whose_tax_facts_nobody_verified_is_not_paid_and_the_preview_says_so()
    {
        await using var scenario = await StripeScenario.StartAsync(ready: false);
        var network = scenario.Network;
        async Task<JsonElement> PreviewAsync() =>
            (await network.GetAsync($"/api/v1/payout-eligibility?rail=stripe&payee={network.Upline}", network.Admin)).Is(200).Json[0];
        Assert.Equal("not_verified", (await PreviewAsync()).GetProperty("outcome").GetString());

        var proposed = (await scenario.ProposeTaxFactsAsync(network.Upline, null, null)).Is(200)["proposed"];
        Assert.Equal("not_verified", (await PreviewAsync()).GetProperty("outcome").GetString());
        var verify = new JsonObject { ["commitment"] = proposed.GetProperty("commitment").GetString() };
        (await network.PostAsync($"/api/v1/contacts/{network.Upline}/tax-facts/verify", verify, network.Admin)).IsRefused(403, "MAKER_IS_CHECKER", "actor");
        (await scenario.ProposeTaxFactsAsync(network.Upline, PayoutScenario.GoodAbn, null)).Is(200);
        (await network.PostAsync($"/api/v1/contacts/{network.Upline}/tax-facts/verify", verify, network.Checker))
            .IsRefused(409, "BATCH_CHANGED", "commitment");
        await scenario.TaxFactsAsync(network.Upline, null, null);
        Assert.Equal(("no_destination", "The payee has no account at Stripe."), (
            (await PreviewAsync()).GetProperty("outcome").GetString(), (await PreviewAsync()).GetProperty("reason").GetString()));
        (await scenario.OpenAsync(network.Upline)).Is(200);
        Assert.Contains("external_account", (await PreviewAsync()).GetProperty("reason").GetString(), StringComparison.Ordinal);
        (await network.PostAsync($"/api/v1/contacts/{network.Upline}/tax-facts", new JsonObject { ["gstRegistered"] = true }, network.Admin))
            .IsRefused(400, "INVALID_FIELD", "abn");
        Assert.Equal(0, await scenario.Engine.Database.ScalarAsync<long>("select count(*) from payee_account where account is not null"));
    }

    [Fact]
    public async Task Tax_facts_of_one_person_do_not_carry_the_bank_account_of_another_past_its_check()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var network = scenario.Network;
        var path = $"/api/v1/contacts/{network.Upline}/tax-facts";
        (await scenario.ProposeAsync(network.Upline, "777777")).Is(200);

        (await network.PostAsync(path, new JsonObject(), network.Checker)).IsRefused(409, "WRONG_STATE");

        await scenario.AccountAsync(network.Upline, "777777", null, null);
        var changed = (await network.PostAsync(path, new JsonObject { ["abn"] = PayoutScenario.GoodAbn }, network.Admin)).Is(200)["proposed"];
        Assert.Equal("062-000 •••777", changed.GetProperty("account").GetString());
        (await network.PostAsync($"{path}/verify", new JsonObject { ["commitment"] = changed.GetProperty("commitment").GetString() }, network.Checker)).Is(200);
        var item = PayoutScenario.Item((await scenario.DraftAsync()).Is(201), network.Upline);
        Assert.Equal((0, false), (item.GetProperty("withheldMinor").GetInt64(), item.GetProperty("accountChanged").GetBoolean()));
    }
}
