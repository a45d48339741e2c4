using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Aba;
using Npgsql;

namespace Commission.Api.Tests.Payouts;

public sealed class PayoutTests
{
    [Fact]
    public async Task A_batch_pays_to_the_cent_from_accrual_to_bank_and_what_came_back_is_paid_by_the_next()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var network = scenario.Network;
        var (referrer, upline) = (Accounts.Payable(network.Referrer.Id), Accounts.Payable(network.Upline.Id));
        var (earned, other) = (-await scenario.LedgerAsync(referrer), -await scenario.LedgerAsync(upline));
        Assert.Equal((257_401, 64_350), (earned, other));

        var batch = (await scenario.DraftAsync()).Is(201);
        var (first, second) = (PayoutScenario.Item(batch, network.Referrer), PayoutScenario.Item(batch, network.Upline));
        Assert.Equal((257_401, 25_740, 0, 283_141), Amounts(first));
        Assert.Equal((64_350, 0, 30_200, 34_150), Amounts(second));
        Assert.Equal(283_141 + 34_150, batch["payMinor"].GetInt64());
        (await scenario.ApproveAsync(batch, network.Admin)).IsRefused(403, "MAKER_IS_CHECKER", "actor");
        (await scenario.ApproveAsync(batch)).Is(200);
        var submitted = (await scenario.SubmitAsync(batch)).Is(200);
        Assert.Equal("submitted", submitted.Member("status"));
        await scenario.WhenLedgerIsAsync(Accounts.ClearingAba, -(283_141 + 34_150));
        Assert.Equal((0, 0), (await scenario.LedgerAsync(referrer), await scenario.LedgerAsync(upline)));
        Assert.Equal((25_740, -30_200), (await scenario.LedgerAsync(Accounts.Gst), await scenario.LedgerAsync(Accounts.Withholding)));

        var file = await scenario.FileAsync(batch);
        var document = PayoutScenario.Read(file);
        Assert.Equal(batch["payMinor"].GetInt64(), document.Totals.CreditMinor);
        Assert.Equal(submitted["files"][0].GetProperty("hash").GetString(), Hash.Of(file).ToString());
        Assert.Equal(file, await scenario.FileAsync(batch));

        var returns = PayoutScenario.ReturnOf(file, second.GetProperty("reference").GetString()!, '3');
        var came = await network.SendAsync(new Request(
            $"{PayoutScenario.Batches}/{batch.Member("id")}/returns", returns, network.Admin.ToString(), Engine.Unique("key-"), "text/plain"));
        Assert.Equal("Account closed", came.Is(200)["returned"][0].GetProperty("reason").GetString());
        var confirmed = (await scenario.MoveAsync(batch, "confirm")).Is(200);
        Assert.Equal((1, 1), (Items(confirmed, "paid"), Items(confirmed, "returned")));
        await scenario.WhenLedgerIsAsync(Accounts.Bank, -283_141);
        await scenario.WhenLedgerIsAsync(Accounts.ClearingAba, 0);
        await scenario.WhenLedgerIsAsync(upline, -64_350);
        Assert.Equal(0, await scenario.LedgerAsync(Accounts.Withholding));

        (await scenario.DraftAsync()).IsRefused(422, "NOTHING_TO_PAY");
        (await scenario.MoveAsync(batch, "settle")).Is(200);
        var next = (await scenario.DraftAsync()).Is(201);
        Assert.Equal(network.Upline.ToString(), Assert.Single(next["items"].EnumerateArray()).GetProperty("payee").GetString());
        await BalancesAsync(scenario, earned, other);
    }

    [Fact]
    public async Task What_payouts_book_leaves_the_guarantees_and_the_replay_in_order()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        await scenario.SubmittedAsync();
        await scenario.WhenLedgerIsAsync(Accounts.ClearingAba, -(283_141 + 34_150));

        (await scenario.Engine.CommissionAsync("guarantees", "--run", "--full", "--as", scenario.Network.Admin.ToString())).Ended(0);
        (await scenario.Engine.CommissionAsync("replay")).Ended(0);
    }

    [Fact]
    public async Task Of_many_batches_at_once_one_gets_each_accrual()
    {
        await using var scenario = await PayoutScenario.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => scenario.DraftAsync()));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.IsRefused(422, "NOTHING_TO_PAY"));
        Assert.Equal(2, await scenario.Engine.Database.ScalarAsync<long>("select count(*) from payout_line where holds"));
    }

    [Fact]
    public async Task The_database_refuses_an_entry_in_two_payouts_and_a_change_of_what_is_paid()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        (await scenario.DraftAsync()).Is(201);

        await RefusedAsync(
            scenario, "23505", "insert into payout_line select batch, item, place + 1, book_id, sequence, entry, amount_minor, true from payout_line");
        await RefusedAsync(scenario, "42501", "update payout_line set amount_minor = amount_minor + 1");
        await RefusedAsync(scenario, "42501", "update payout_item set destination = lines_hash");
        await RefusedAsync(scenario, "42501", "delete from payout_line");
        await RefusedAsync(scenario, "23514", "update payout_batch set approver = makers::uuid");
        await RefusedAsync(scenario, "23514", "update payee_account set verified_by = verified_maker");
    }

    [Fact]
    public async Task A_request_that_is_repeated_makes_one_batch()
    {
        await using var scenario = await PayoutScenario.StartAsync();

        var first = (await scenario.DraftAsync("same")).Is(201);
        var again = (await scenario.DraftAsync("same")).Is(201);

        Assert.True(again.Replayed);
        Assert.Equal(first.Text, again.Text);
    }

    [Fact]
    public async Task An_account_that_changed_after_the_draft_is_not_paid()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var batch = (await scenario.DraftAsync()).Is(201);
        (await scenario.ApproveAsync(batch)).Is(200);
        await scenario.AccountAsync(scenario.Network.Upline, "999999", null, null);

        var submitted = (await scenario.SubmitAsync(batch)).Is(200);

        Assert.Equal((1, 1), (Items(submitted, "submitted"), Items(submitted, "failed")));
        Assert.Equal(1, PayoutScenario.Read(await scenario.FileAsync(batch)).Details.Count(record => record.Code != AbaDetail.Debit));
        await scenario.WhenLedgerIsAsync(Accounts.ClearingAba, -283_141);
        Assert.Equal(-64_350, await scenario.LedgerAsync(Accounts.Payable(scenario.Network.Upline.Id)));
        var number = PayoutScenario.Item(batch, scenario.Network.Upline).GetProperty("number").GetInt32();
        (await scenario.MoveAsync(batch, $"items/{number}/retry", new JsonObject { ["attempt"] = 1 })).IsRefused(409, "BATCH_CHANGED", "destination");
        (await scenario.MoveAsync(batch, $"items/{number}/release")).Is(200);
        Assert.Equal(64_350, (await scenario.DraftAsync()).Is(201)["items"][0].GetProperty("amountMinor").GetInt64());
    }

    [Fact]
    public async Task What_was_taken_out_voids_the_approval_and_is_open_again()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var batch = (await scenario.DraftAsync()).Is(201);
        (await scenario.ApproveAsync(batch)).Is(200);

        var edited = (await scenario.MoveAsync(batch, "items/1/remove", new JsonObject { ["reason"] = "wrong" })).Is(200);

        Assert.Equal(("draft", 1), (edited.Member("status"), edited["itemCount"].GetInt32()));
        (await scenario.SubmitAsync(batch)).IsRefused(409, "WRONG_STATE");
        (await scenario.ApproveAsync(batch)).IsRefused(409, "BATCH_CHANGED", "hash");
        (await scenario.DraftAsync()).Is(201);
        (await scenario.MoveAsync(edited, "cancel", new JsonObject { ["reason"] = "all wrong" })).Is(200);
        Assert.Equal(1, await scenario.Engine.Database.ScalarAsync<long>("select count(*) from payout_line where holds"));
    }

    [Fact]
    public async Task A_file_is_for_a_business_day()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var batch = (await scenario.DraftAsync()).Is(201);
        (await scenario.ApproveAsync(batch)).Is(200);
        var sunday = scenario.Today.AddDays(7 - (int)scenario.Today.DayOfWeek);

        (await scenario.SubmitAsync(batch, sunday)).IsRefused(422, "INVALID_DATE", "processOn");
        (await scenario.SubmitAsync(batch, new DateOnly(scenario.Today.Year + 1, 1, 26))).IsRefused(422, "INVALID_DATE", "processOn");

        Assert.Equal(0, await scenario.LedgerAsync(Accounts.ClearingAba));
    }

    [Fact]
    public async Task What_cools_off_is_not_paid()
    {
        await using var scenario = await PayoutScenario.StartAsync(coolOff: false);

        (await scenario.DraftAsync()).IsRefused(422, "NOTHING_TO_PAY");

        Assert.Equal(257_401, (await scenario.BalanceAsync(scenario.Network.Referrer)).GetProperty("coolingOffMinor").GetInt64());
    }

    [Fact]
    public async Task An_account_is_masked_encrypted_and_verified_by_another()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (payee, network) = (scenario.Network.Receiver, scenario.Network);

        var proposed = (await scenario.ProposeAsync(payee, "778899")).Is(200)["proposed"];

        var commitment = proposed.GetProperty("commitment").GetString()!;
        Assert.Equal("062-000 •••899", proposed.GetProperty("account").GetString());
        (await scenario.VerifyAsync(payee, commitment, network.Admin)).IsRefused(403, "MAKER_IS_CHECKER", "actor");
        (await scenario.VerifyAsync(payee, Hash.Zero.ToString(), network.Checker)).IsRefused(409, "BATCH_CHANGED", "commitment");
        (await scenario.VerifyAsync(payee, commitment, network.Checker)).Is(200);
        Assert.Equal(0, await scenario.Engine.Database.ScalarAsync<long>("select count(*) from payee_account where position('778899'::bytea in payload) > 0"));
    }

    private static (long, long, long, long) Amounts(JsonElement item) => (
        item.GetProperty("amountMinor").GetInt64(), item.GetProperty("gstMinor").GetInt64(), item.GetProperty("withheldMinor").GetInt64(),
        item.GetProperty("payMinor").GetInt64());

    private static int Items(Answer batch, string status) => batch["tally"].GetProperty(status).GetProperty("items").GetInt32();

    private static async Task BalancesAsync(PayoutScenario scenario, long earned, long other)
    {
        var (paid, drafted) = (await scenario.BalanceAsync(scenario.Network.Referrer), await scenario.BalanceAsync(scenario.Network.Upline));
        Assert.Equal((0, earned, 0), (Minor(paid, "owed"), Minor(paid, "paid"), Minor(paid, "available")));
        Assert.Equal((other, other, 0), (Minor(drafted, "owed"), Minor(drafted, "drafted"), Minor(drafted, "available")));
    }

    private static long Minor(JsonElement balance, string name) => balance.GetProperty($"{name}Minor").GetInt64();

    private static async Task RefusedAsync(PayoutScenario scenario, string state, string sql)
    {
        await using var connection = new NpgsqlConnection(scenario.Engine.Database.OwnerConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        var error = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        Assert.Equal(state, error.SqlState);
    }
}
