using System.Text;
using Commission.Api.Tests.Payouts;

namespace Commission.Api.Tests.Remittances;

/// <summary>A product that is paid only when the provider has paid, in full.</summary>
public sealed class PayWhenPaidTests
{
    [Fact]
    public async Task Nobody_is_paid_before_the_provider_has_paid_for_the_deal_in_full()
    {
        await using var scenario = await PayoutScenario.StartRuledAsync(async network =>
        {
            var rules = network.Rules("2015-01-01", "0.65");
            rules["products"]![Network.Product]!["payWhenPaid"] = "full";
            var drafted = (await network.PostAsync($"/api/v1/verticals/{network.Vertical}/rule-sets", rules, network.Admin)).Is(201);
            await network.ApproveAsync(drafted.Member("id")!);
        });
        var network = scenario.Network;
        var deal = (await scenario.Engine.Database.ScalarAsync<string>("select id from deal"))!;
        var expected = (long)decimal.Round(
            await scenario.Engine.Database.ScalarAsync<long>("select settled_value_minor from deal") * 0.0065m, MidpointRounding.AwayFromZero);

        (await scenario.DraftAsync()).IsRefused(422, "NOTHING_TO_PAY");
        Assert.Contains("2574.01 AUD is paid when the provider has paid", await ReasonAsync(scenario), StringComparison.Ordinal);
        await TakeAsync(network, deal, expected - 1);
        (await scenario.DraftAsync()).IsRefused(422, "NOTHING_TO_PAY");
        await TakeAsync(network, deal, 1);

        var batch = (await scenario.DraftAsync()).Is(201);
        Assert.Equal(257_401, PayoutScenario.Item(batch, network.Referrer).GetProperty("amountMinor").GetInt64());
    }

    private static async Task<string> ReasonAsync(PayoutScenario scenario) =>
        (await scenario.Network.GetAsync($"/api/v1/payout-eligibility?payee={scenario.Network.Referrer}", scenario.Network.Admin)).Is(200).Json[0]
            .GetProperty("reason").GetString()!;

    private static async Task TakeAsync(Network network, string deal, long minor) => (await network.SendAsync(new Request(
        "/api/v1/remittances", Encoding.UTF8.GetBytes($"provider,reference,amount_minor,currency,paid_on\nBank,{deal},{minor},AUD,2026-01-05\n"),
        network.Admin.ToString(), Engine.Unique("key-"), "text/csv"))).Is(201);
}
