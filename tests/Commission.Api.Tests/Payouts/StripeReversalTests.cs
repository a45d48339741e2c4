using System.Globalization;
using System.Text.Json.Nodes;
using Commission.Domain.Ledger;
using Commission.Testing;

namespace Commission.Api.Tests.Payouts;

public sealed class StripeReversalTests
{
    [Fact]
    public async Task Finance_takes_a_payment_back_once_and_not_who_made_the_batch()
    {
        await using var scenario = await StripeScenario.StartAsync();
        var batch = await scenario.SubmittedAsync();
        var item = PayoutScenario.Item(await scenario.WhenAsync(batch, "paid", 2), scenario.Network.Upline).GetProperty("number").GetInt32();

        (await scenario.ReverseAsync(batch, item, by: scenario.Network.Admin)).IsRefused(403, "MAKER_IS_CHECKER", "actor");
        (await scenario.ReverseAsync(batch, item, by: scenario.Network.Upline)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await scenario.ReverseAsync(batch, item, attempt: 2)).IsRefused(409, "WRONG_STATE", "item");
        (await scenario.ReverseAsync(batch, 9)).IsRefused(404, "UNKNOWN_ITEM", "item");
        (await scenario.Network.PostAsync(
            $"{PayoutScenario.Batches}/{batch.Member("id")}/items/{item}/reverse", new JsonObject { ["attempt"] = 1, ["reason"] = " " }, scenario.Network.Checker))
            .IsRefused(400, "INVALID_FIELD", "reason");
        (await scenario.ReverseAsync(batch, item, key: "back")).Is(200);
        Assert.True((await scenario.ReverseAsync(batch, item, key: "back")).Is(200).Replayed);
        (await scenario.ReverseAsync(batch, item)).IsRefused(409, "WRONG_STATE", "item");

        var returned = await scenario.WhenAsync(batch, "returned", 1);
        Assert.Equal(
            "The transfer was reversed at Stripe. Paid to the wrong member",
            PayoutScenario.Item(returned, scenario.Network.Upline).GetProperty("reason").GetString());
        Assert.Equal([0, StripeScenario.UplinePay], scenario.Transfers().Select(transfer => transfer.Reversed).Order());
        await scenario.Payouts.WhenLedgerIsAsync(Accounts.Bank, -StripeScenario.ReferrerPay);
        await scenario.Payouts.WhenLedgerIsAsync(Accounts.Payable(scenario.Network.Upline.Id), -64_350);
        await scenario.RowsAreTheLedgerAsync();
        (await scenario.Payouts.MoveAsync(batch, $"items/{item}/release")).Is(200);
        Assert.Equal(1, (await scenario.DraftAsync()).Is(201)["itemCount"].GetInt32());
        Assert.Equal(1, await scenario.Engine.Database.ScalarAsync<long>(
            "select count(*) from book_entry where position('payout-reversal-ordered'::bytea in bytes) > 0"));
    }

    [Fact]
    public async Task What_was_returned_can_be_paid_again_by_a_new_attempt()
    {
        await using var scenario = await StripeScenario.StartAsync();
        var batch = await scenario.SubmittedAsync();
        var item = PayoutScenario.Item(await scenario.WhenAsync(batch, "paid", 2), scenario.Network.Upline).GetProperty("number").GetInt32();
        (await scenario.ReverseAsync(batch, item)).Is(200);
        await scenario.WhenAsync(batch, "returned", 1);

        (await scenario.Payouts.MoveAsync(batch, $"items/{item}/retry", new JsonObject { ["attempt"] = 1 })).Is(200);
        await scenario.WhenAsync(batch, "paid", 2);

        Assert.Equal(3, scenario.Transfers().Count);
        (await scenario.ReverseAsync(batch, item, attempt: 1)).IsRefused(409, "WRONG_STATE", "item");
        await scenario.RowsAreTheLedgerAsync();
        (await scenario.Engine.CommissionAsync("guarantees", "--run", "--full", "--as", scenario.Network.Admin.ToString())).Ended(0);
    }

    [Fact]
    public async Task A_payee_who_has_spent_the_money_keeps_it_and_the_item_says_so()
    {
        await using var scenario = await StripeScenario.StartAsync();
        var (batch, account) = (await scenario.SubmittedAsync(), scenario.Accounts[scenario.Network.Upline]);
        var item = PayoutScenario.Item(await scenario.WhenAsync(batch, "paid", 2), scenario.Network.Upline).GetProperty("number").GetInt32();
        await scenario.AtStripeAsync(
            "/v1/payouts", account, ("amount", StripeScenario.UplinePay.ToString(CultureInfo.InvariantCulture)), ("currency", "aud"));

        (await scenario.ReverseAsync(batch, item)).Is(200);
        await Eventually.BecomesTrueAsync(
            async () => PayoutScenario.Item(await scenario.GetAsync(batch), scenario.Network.Upline).GetProperty("reason").GetString()
                is { } reason && reason.Contains("balance_insufficient", StringComparison.Ordinal), "the item says why");
        Assert.Equal(2, StripeScenario.Items(await scenario.GetAsync(batch), "paid"));

        await scenario.AtStripeAsync("/v1/charges", account, ("amount", "100000"), ("currency", "aud"), ("source", "tok_bypassPending"));
        (await scenario.ReverseAsync(batch, item)).Is(200);
        await scenario.WhenAsync(batch, "returned", 1);
        Assert.Equal(StripeScenario.UplinePay, scenario.Transfers().Sum(transfer => transfer.Reversed));
        await scenario.RowsAreTheLedgerAsync();
    }

    [Fact]
    public async Task The_tool_states_tax_facts_and_takes_a_payment_back()
    {
        await using var scenario = await StripeScenario.StartAsync();
        var (engine, admin, checker) = (scenario.Engine, scenario.Network.Admin.ToString(), scenario.Network.Checker.ToString());
        var upline = scenario.Network.Upline.ToString();
        var stated = (await engine.CommissionAsync(
            "payouts", "payee", "tax-facts", upline, "--abn", PayoutScenario.GoodAbn, "--gst-registered", "--as", admin)).Ended(0);
        Assert.Contains("tax facts without a bank account", stated.Output, StringComparison.Ordinal);
        var commitment = stated.Output.Split(' ', '\n').First(word => word.Length == 64);
        (await engine.CommissionAsync("payouts", "payee", "verify", upline, "--commitment", commitment, "--as", checker)).Ended(0);

        var batch = await scenario.SubmittedAsync();
        var item = PayoutScenario.Item(await scenario.WhenAsync(batch, "paid", 2), scenario.Network.Upline);
        Assert.Equal(0, item.GetProperty("withheldMinor").GetInt64());
        string[] reverse = ["payouts", "reverse", batch.Member("id")!, $"{item.GetProperty("number").GetInt32()}", "--reason", "twice", "--as"];
        (await engine.CommissionAsync([.. reverse, admin])).Ended(1);
        (await engine.CommissionAsync([.. reverse, checker])).Ended(0);
        await scenario.WhenAsync(batch, "returned", 1);
    }

    [Fact]
    public async Task A_bank_takes_nothing_back_by_order()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var batch = await scenario.SubmittedAsync();

        (await scenario.MoveAsync(batch, "items/1/reverse", new JsonObject { ["attempt"] = 1, ["reason"] = "wrong" }, scenario.Network.Checker))
            .IsRefused(409, "WRONG_STATE", "item");
    }
}
