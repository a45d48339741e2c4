using Commission.Api.Tests.Deals;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Testing;

namespace Commission.Api.Tests.Rules;

/// <summary>Several caps at once, milestones on accumulated volume, and trail per unit, on the live engine.</summary>
public sealed class CombinationTests(Engine engine) : IClassFixture<Engine>
{
    private const string ToReferrer = ",\"split\":[{\"party\":\"referrer\",\"weight\":1}]}";
    private const string PerQuarter = "{\"per\":\"quarter\",\"scope\":\"referrer\"";
    private const string Halves = ",\"milestones\":[{\"name\":\"sign_up\",\"percent\":\"50\"},{\"name\":\"handover\",\"percent\":\"50\"}]";
    private const string Early = ",\"clawback\":{\"kind\":\"cliffs\",\"steps\":[{\"beforeMonths\":12,\"percent\":\"100\"}]}";
    private const string Capped = "{\"name\":\"capped\",\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"10\",\"caps\":{\"period\":" + PerQuarter + ",\"amountMinor\":1500000},\"customerMinor\":1200000}" + Early + ToReferrer;
    private const string Tiered = "{\"name\":\"tiered\",\"shape\":\"tier_whole\",\"basis\":\"deal_value\",\"boundary\":\"upper\",\"accumulate\":" + PerQuarter + "},\"bands\":[{\"from\":0,\"to\":12500000,\"ratePercent\":\"5\"},{\"from\":12500000,\"ratePercent\":\"7\"}]" + Halves + Early + ToReferrer;
    private const string PerUnit = "{\"name\":\"consumption\",\"shape\":\"unit_trail\",\"basis\":\"consumption\",\"yearlyMinorPerUnit\":[\"0.1\",\"0.05\"]" + Early + ToReferrer;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cap_per_period_and_one_per_client_hold_together_in_any_order(bool laterFirst)
    {
        var volume = await LaterScenario.StartAsync(engine, Capped);
        var days = laterFirst ? new[] { 9, 3 } : [3, 9];
        var deals = new Dictionary<int, DealId>();
        foreach (var day in days)
            deals[day] = await volume.DealAsync(10_000_000, completedOn: day);

        Assert.Equal((1_000_000, 200_000), (await volume.CreditedAsync(deals[3]), await volume.CreditedAsync(deals[9])));

        (await volume.ClawbackAsync(deals[3])).Is(200);
        Assert.Equal((0, 1_000_000), (await volume.CreditedAsync(deals[3]), await volume.CreditedAsync(deals[9])));
        Assert.Equal((1_000_000, 0), await volume.StandingAsync(volume.Network.Referrer));
    }

    [Fact]
    public async Task Milestones_release_their_part_of_what_the_volume_gives()
    {
        var volume = await LaterScenario.StartAsync(engine, Tiered);
        var deal = await volume.DealAsync(9_000_000);
        Assert.Equal(0, await volume.CreditedAsync(deal));

        var reached = (await volume.MilestoneAsync(deal, "sign_up")).Is(200);
        Assert.Equal("tiered", reached["accumulators"].EnumerateArray().Single().GetString());
        Assert.Equal(225_000, await volume.CreditedAsync(deal));

        var other = await volume.DealAsync(3_500_000, completedOn: 9);
        Assert.Equal((315_000, 0), (await volume.CreditedAsync(deal), await volume.CreditedAsync(other)));

        (await volume.MilestoneAsync(deal, "handover")).Is(200);
        (await volume.MilestoneAsync(other, "handover")).Is(200);
        Assert.Equal((630_000, 122_500), (await volume.CreditedAsync(deal), await volume.CreditedAsync(other)));

        (await volume.ClawbackAsync(other)).Is(200);
        Assert.Equal((450_000, 0), (await volume.CreditedAsync(deal), await volume.CreditedAsync(other)));
        Assert.NotEmpty(await BookAudit.ReadAsync(engine.Database.OwnerConnectionString, Books.Ledger));
    }

    [Fact]
    public async Task Consumption_states_units_and_pays_by_the_year()
    {
        var energy = await LaterScenario.StartAsync(engine, PerUnit);
        var deal = await energy.DealAsync();
        LaterScenario.Accrues(await ReportAsync(energy, deal, "2025-09", 10_000, "2025-09-30"), 1_000);
        LaterScenario.Accrues(await ReportAsync(energy, deal, "2026-08", 10_000, "2026-08-31"), 500);
        Assert.Equal(1_500, await energy.CreditedAsync(deal));

        var answer = await ReportAsync(energy, deal, "2026-09", 4, "2026-09-30");
        Assert.Equal(4, answer["units"].GetInt64());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer["amountMinor"].ValueKind);
        LaterScenario.Accrues(answer);
    }

    [Theory]
    [InlineData("units", 0, "units")]
    [InlineData("units", -5, "units")]
    [InlineData("amountMinor", 5, "amountMinor")]
    public async Task A_report_of_consumption_counts_units_and_nothing_else(string member, long value, string field)
    {
        var energy = await LaterScenario.StartAsync(engine, PerUnit);
        var deal = await energy.DealAsync();
        var refused = await energy.RevenueAsync(deal, "consumption", "2025-09", on: "2025-09-30", change: body =>
        {
            body.Remove("amountMinor");
            body.Remove("currency");
            body[member] = value;
        });
        refused.IsRefused(400, "INVALID_FIELD", field);
        (await energy.RevenueAsync(deal, "invoice", change: body => body["units"] = 1)).IsRefused(400, "INVALID_FIELD", "units");
    }

    private static Task<Answer> ReportAsync(LaterScenario energy, DealId deal, string key, long units, string on) =>
        energy.RevenueAsync(deal, "consumption", key, on: on, change: body =>
        {
            body.Remove("amountMinor");
            body.Remove("currency");
            body["units"] = units;
        });
}
