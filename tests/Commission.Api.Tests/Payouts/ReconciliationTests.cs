using System.Text.Json;
using Commission.Domain.Ledger;

namespace Commission.Api.Tests.Payouts;

/// <summary>Batch total, ledger movement and rail total: equal, or the difference is named.</summary>
public sealed class ReconciliationTests
{
    [Fact]
    public async Task A_batch_is_followed_to_the_cent_from_its_approval_to_what_came_back()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (network, day) = (scenario.Network, Network.Text(DateOnly.FromDateTime(scenario.Engine.Get<TimeProvider>().GetUtcNow().UtcDateTime)));
        var batch = await scenario.SubmittedAsync();
        await scenario.WhenLedgerIsAsync(Accounts.ClearingAba, -(283_141 + 34_150));

        var sent = await ReconcileAsync(scenario, batch);

        Assert.Equal((317_291, 0, 317_291, 317_291), Figures(sent));
        Assert.True(sent["inOrder"].GetBoolean(), sent.Text);
        Assert.Empty(sent["differences"].EnumerateArray());
        var reference = PayoutScenario.Item(batch, network.Upline).GetProperty("reference").GetString()!;
        var returns = PayoutScenario.ReturnOf(await scenario.FileAsync(batch), reference, '3');
        (await network.SendAsync(new Request(
            $"{PayoutScenario.Batches}/{batch.Member("id")}/returns", returns, network.Admin.ToString(), Engine.Unique("key-"), "text/plain"))).Is(200);
        (await scenario.MoveAsync(batch, "confirm")).Is(200);
        await scenario.WhenLedgerIsAsync(Accounts.Bank, -283_141);
        await scenario.WhenLedgerIsAsync(Accounts.ClearingAba, 0);

        Assert.Equal((317_291, 34_150, 283_141, 283_141), Figures(await ReconcileAsync(scenario, batch)));
        var period = (await network.GetAsync($"/api/v1/reconciliation?from={day}&to={day}", network.Admin)).Is(200);
        var only = Assert.Single(period["days"].EnumerateArray());
        Assert.Equal(
            (317_291, 283_141, 34_150, 317_291, 0),
            (Minor(only, "sent"), Minor(only, "confirmed"), Minor(only, "back"), Minor(only, "rail"), Minor(only, "difference")));
        Assert.True(period["inOrder"].GetBoolean());
        var ran = (await scenario.Engine.CommissionAsync("reconcile", "--from", day, "--to", day, "--as", network.Admin.ToString())).Ended(0);
        Assert.Contains("Everything agrees", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_differs_is_named_and_ends_the_command_with_1()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var batch = await scenario.SubmittedAsync();
        await scenario.WhenLedgerIsAsync(Accounts.ClearingAba, -(283_141 + 34_150));
        await scenario.Engine.Database.ScalarAsync<int?>("alter table payout_file disable trigger all; delete from payout_file");

        scenario.Advance(TimeSpan.FromMinutes(10));
        var found = await ReconcileAsync(scenario, batch);

        Assert.Equal((317_291, 0, 317_291, 0), Figures(found));
        Assert.False(found["inOrder"].GetBoolean());
        var differences = found["differences"].EnumerateArray().ToList();
        Assert.Equal(3, differences.Count);
        Assert.All(differences.Take(2), one => Assert.Equal("the rail has nothing of it", one.GetProperty("why").GetString()));
        Assert.Equal(317_291, differences[2].GetProperty("differenceMinor").GetInt64());
        var csv = Path.GetTempFileName();
        var ran = (await scenario.Engine.CommissionAsync("reconcile", "--csv", csv, "--as", scenario.Network.Admin.ToString())).Ended(1);
        Assert.Contains("DIFFERS", ran.Output, StringComparison.Ordinal);
        Assert.Contains($"{batch.Member("id")},aba,AUD,submitted,317291,0,317291,0,no\n", await File.ReadAllTextAsync(csv, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        File.Delete(csv);
    }

    [Fact]
    public async Task What_a_moment_passes_is_explained_and_who_may_not_look_is_refused()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (network, batch) = (scenario.Network, await scenario.SubmittedAsync());
        await scenario.Engine.Database.ScalarAsync<int?>("alter table payout_file disable trigger all; delete from payout_file");

        var young = await ReconcileAsync(scenario, batch);

        Assert.True(young["inOrder"].GetBoolean(), young.Text);
        Assert.Contains("it is about to be given to the rail", young.Text, StringComparison.Ordinal);
        (await network.GetAsync("/api/v1/reconciliation", network.Referrer)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await network.GetAsync("/api/v1/reconciliation?from=2026-13-01", network.Admin)).IsRefused(400, "INVALID_FIELD", "from");
        (await network.GetAsync("/api/v1/reconciliation?from=2026-02-01&to=2026-01-01", network.Admin)).IsRefused(400, "INVALID_FIELD", "to");
        (await network.GetAsync($"{PayoutScenario.Batches}/{new Domain.Payouts.PayoutBatchId(Guid.NewGuid())}/reconciliation", network.Admin))
            .IsRefused(404, "UNKNOWN_PAYOUT", "id");
    }

    [Fact]
    public async Task What_was_taken_back_at_Stripe_by_hand_is_named_until_somebody_sees_to_it()
    {
        await using var stripe = await StripeScenario.StartAsync();
        var scenario = stripe.Payouts;
        var batch = await stripe.SubmittedAsync();
        await stripe.WhenAsync(batch, "paid", 2);
        await stripe.RowsAreTheLedgerAsync();

        var all = await ReconcileAsync(scenario, batch);
        Assert.Equal((317_291, 0, 317_291, 317_291), Figures(all));
        Assert.True(all["inOrder"].GetBoolean(), all.Text);
        var transfer = (string)stripe.StandIn.ReadTransfers().Single(transfer => (long)transfer["amount"]! == StripeScenario.ReferrerPay)["id"]!;
        await stripe.AtStripeAsync($"/v1/transfers/{transfer}/reversals", null, ("amount", "1000"));
        await Testing.Eventually.BecomesTrueAsync(
            async () => !(await ReconcileAsync(scenario, batch))["inOrder"].GetBoolean(), "a part that went back is seen");

        var parted = await ReconcileAsync(scenario, batch);

        Assert.Equal((317_291, 0, 317_291, 316_291), Figures(parted));
        Assert.Contains("Stripe has taken it back, or a part of it", parted.Text, StringComparison.Ordinal);
        var ran = (await scenario.Engine.CommissionAsync("reconcile", "--as", scenario.Network.Admin.ToString())).Ended(1);
        Assert.Contains("DIFFERS", ran.Output, StringComparison.Ordinal);
    }

    private static async Task<Answer> ReconcileAsync(PayoutScenario scenario, Answer batch) =>
        (await scenario.Network.GetAsync($"{PayoutScenario.Batches}/{batch.Member("id")}/reconciliation", scenario.Network.Admin)).Is(200);

    private static (long, long, long, long) Figures(Answer batch) =>
        (Minor(batch.Json, "total"), Minor(batch.Json, "notOut"), Minor(batch.Json, "ledger"), Minor(batch.Json, "rail"));

    private static long Minor(JsonElement node, string name) => node.GetProperty($"{name}Minor").GetInt64();
}
