using System.Text.Json.Nodes;
using Commission.Api.Tests.Payouts;

namespace Commission.Api.Tests.Guarantees;

/// <summary>G6 on a clock, and while money moves.</summary>
public sealed class PayoutGuaranteeTests
{
    [Fact]
    public async Task A_batch_that_nobody_settles_in_time_breaks_G6_until_it_is_settled_and_is_no_reason_to_read_everything_again()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var batch = await scenario.SubmittedAsync();
        (await scenario.MoveAsync(batch, "confirm")).Is(200);
        Assert.Equal(("holds", "full"), await RunAsync(scenario, new JsonObject { ["full"] = true }));

        scenario.Advance(TimeSpan.FromDays(11));
        var late = await GuaranteeScenario.RunAsync(scenario.Network, "runs");

        var once = late.GetProperty("outcome").GetProperty("guarantees")[5];
        Assert.Equal(("broken", 1, 1), (once.GetProperty("verdict").GetString(), once.GetProperty("violationCount").GetInt32(), once.GetProperty("lateCount").GetInt32()));
        Assert.Contains("is not settled", once.GetProperty("violations")[0].GetProperty("what").GetString(), StringComparison.Ordinal);
        Assert.Equal(("broken", "incremental"), await RunAsync(scenario));
        (await scenario.MoveAsync(batch, "settle")).Is(200);
        Assert.Equal(("holds", "incremental"), await RunAsync(scenario));
    }

    [Fact]
    public async Task G6_holds_at_every_moment_of_a_batch()
    {
        await using var scenario = await PayoutScenario.StartAsync();

        var runs = Task.Run(async () =>
        {
            var verdicts = new List<string>();
            for (var i = 0; i < 8; i++)
                verdicts.Add((await RunAsync(scenario)).Verdict);
            return verdicts;
        }, TestContext.Current.CancellationToken);
        var batch = await scenario.SubmittedAsync();
        (await scenario.MoveAsync(batch, "confirm")).Is(200);
        (await scenario.MoveAsync(batch, "settle")).Is(200);

        Assert.All(await runs, verdict => Assert.Equal("holds", verdict));
        Assert.Equal("holds", (await RunAsync(scenario)).Verdict);
    }

    [Fact]
    public async Task The_self_test_breaks_payouts_and_disputes_and_sees_it()
    {
        await using var scenario = await PayoutScenario.StartAsync();

        var test = await GuaranteeScenario.RunAsync(scenario.Network, "self-test", []);

        Assert.True(test.GetProperty("held").GetBoolean(), test.GetProperty("outcome").ToString());
        var names = test.GetProperty("outcome").GetProperty("breaks").EnumerateArray()
            .Where(one => one.GetProperty("code").GetString() == "G6").Select(one => one.GetProperty("name").GetString()).ToList();
        Assert.Equal(28, names.Count);
        Assert.Superset(
            new HashSet<string?> { "an accrual is paid by a second payout", "the file pays one cent more than the item", "a transfer is lost", "a dispute's clock has run out" },
            names.ToHashSet());
    }

    private static async Task<(string Verdict, string Extent)> RunAsync(PayoutScenario scenario, JsonObject? body = null)
    {
        var run = await GuaranteeScenario.RunAsync(scenario.Network, "runs", body);
        var verdict = GuaranteeScenario.Verdicts(run)["G6"];
        return (verdict, run.GetProperty("outcome").GetProperty("extent").GetString()!);
    }
}
