namespace Commission.Api.Tests.Deals;

/// <summary><c>commission trail</c> against the real engine.</summary>
public sealed class TrailCommandTests(Engine engine) : IClassFixture<Engine>
{
    private const string Trail = """
        {"name":"trail","shape":"trail","basis":"trail_balance","yearlyPercents":["0.15"],"split":[{"party":"referrer","weight":80},{"party":"upline","weight":20}]}
        """;

    [Fact]
    public async Task It_pays_a_month_once_and_says_what_it_did()
    {
        var later = await LaterScenario.StartAsync(engine, Trail);
        var deal = await later.DealAsync();
        (await later.RevenueAsync(deal, "balance", "B-1", 48_000_000, on: "2025-09-30", month: "2025-09")).Is(200);

        var first = (await TrailAsync(later, "2025-09")).Ended(0);
        var second = (await TrailAsync(later, "2025-09")).Ended(0);

        Assert.Equal("2025-09: 1 paid, 0 already paid, 0 with nothing due, 0 refused\n", first.Output);
        Assert.Equal("2025-09: 0 paid, 1 already paid, 0 with nothing due, 0 refused\n", second.Output);
        // 0.15 % a year of 480,000.00, one month of twelve.
        Assert.Equal(6_000, await later.CreditedAsync(deal));
    }

    [Fact]
    public async Task What_the_engine_refuses_ends_it_with_the_reason_and_pays_nothing()
    {
        var later = await LaterScenario.StartAsync(engine, Trail);
        var deal = await later.DealAsync();
        (await later.RevenueAsync(deal, "balance", "B-1", 48_000_000, on: "2025-09-30", month: "2025-09")).Is(200);

        var noMonth = (await TrailAsync(later, "2025-13")).Ended(1);
        var future = (await TrailAsync(later, "2099-01")).Ended(1);
        var stranger = (await TrailAsync(later, "2025-09", later.Network.Referrer)).Ended(1);

        Assert.Contains("month must be a month yyyy-MM", noMonth.Errors, StringComparison.Ordinal);
        Assert.Contains("month lies in the future", future.Errors, StringComparison.Ordinal);
        Assert.Contains("WRONG_ACTOR", stranger.Errors, StringComparison.Ordinal);
        Assert.All([noMonth, future, stranger], ran => Assert.Empty(ran.Output));
        Assert.Equal(0, await later.CreditedAsync(deal));
        (await engine.CommissionAsync("trail", "--month", "2025-09")).Ended(2);
    }

    private Task<Ran> TrailAsync(LaterScenario later, string month, Person? actor = null) =>
        engine.CommissionAsync("trail", "--month", month, "--vertical", later.Network.Vertical, "--as", (actor ?? later.Network.Admin).ToString());
}
