using Commission.Api.Tests.Deals;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Testing;

namespace Commission.Api.Tests.Rules;

/// <summary>Accumulators on the live engine: what comes late re-rates what came before, by adjustments.</summary>
public sealed class VolumeTests(Engine engine) : IClassFixture<Engine>
{
    private const string PerQuarter = "\"accumulate\":{\"per\":\"quarter\",\"scope\":\"referrer\"}";
    private const string Bands = "\"boundary\":\"upper\",\"bands\":[{\"from\":0,\"to\":10000000,\"ratePercent\":\"5\"},{\"from\":10000000,\"to\":12500000,\"ratePercent\":\"6\"},{\"from\":12500000,\"ratePercent\":\"7\"}]";
    private const string Everything = ",\"clawback\":{\"kind\":\"cliffs\",\"steps\":[{\"beforeMonths\":12,\"percent\":\"100\"},{\"beforeMonths\":24,\"percent\":\"50\"}]},\"split\":[{\"party\":\"referrer\",\"weight\":1}]}";
    private const string Whole = "{\"name\":\"whole\",\"shape\":\"tier_whole\",\"basis\":\"deal_value\"," + PerQuarter + "," + Bands + Everything;
    private const string Marginal = "{\"name\":\"marginal\",\"shape\":\"tier_marginal\",\"basis\":\"deal_value\"," + PerQuarter + "," + Bands + Everything;
    private const string Accelerator = "{\"name\":\"accelerator\",\"shape\":\"accelerator\",\"basis\":\"deal_value\",\"quotaMinor\":10000000,\"ratePercent\":\"8\",\"method\":\"whole\",\"boundary\":\"upper\"," + PerQuarter
        + ",\"bands\":[{\"fromPercent\":\"0\",\"toPercent\":\"100\",\"multiplierPercent\":\"75\"},{\"fromPercent\":\"100\",\"multiplierPercent\":\"100\"}]" + Everything;
    private const string Campaign = "{\"name\":\"campaign\",\"shape\":\"campaign\",\"basis\":\"deal\",\"from\":\"2025-07-01\",\"to\":\"2025-09-30\",\"scope\":\"referrer\",\"atLeast\":2,\"amountMinor\":50000,\"pays\":\"every_deal\"" + Everything;
    private const string Payments = "{\"name\":\"payments\",\"shape\":\"recurring\",\"on\":\"premium\",\"basis\":\"annual_premium\",\"ratePercent\":\"20\",\"payments\":2,\"laterRatePercent\":\"5\"" + Everything;

    public static TheoryData<string, string, long[], long[]> Plans => new()
    {
        // plan, component, deals in order of their dates, what each has in the end
        { "whole of volume: the later deal re-rates the earlier", Whole, [9_000_000, 3_500_000], [630_000, 245_000] },
        { "whole of volume, a cent below the edge", Whole, [9_000_000, 999_999], [450_000, 50_000] },
        { "marginal: each deal its own part", Marginal, [3_500_000, 9_000_000], [175_000, 475_000] },
        { "accelerator: 110 % of quota at the higher rate for everything", Accelerator, [6_000_000, 5_000_000], [480_000, 400_000] },
        { "campaign: not met by one deal", Campaign, [1], [0] },
        { "campaign: met by the second, paid for every deal", Campaign, [1, 1, 1], [50_000, 50_000, 50_000] },
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public async Task A_plan_pays_the_same_in_whatever_order_deals_arrive(string plan, string component, long[] values, long[] credited)
    {
        Assert.NotEmpty(plan);
        foreach (var order in new[] { Enumerable.Range(0, values.Length), Enumerable.Range(0, values.Length).Reverse() })
        {
            var volume = await LaterScenario.StartAsync(engine, component);
            var deals = new DealId[values.Length];
            foreach (var i in order)
            {
                deals[i] = await volume.DealAsync(values[i], completedOn: 3 + i);
                await volume.SettleDownAsync();
            }
            var totals = new List<long>();
            foreach (var deal in deals)
                totals.Add(await volume.CreditedAsync(deal));
            Assert.Equal(credited, totals);
        }
    }

    [Fact]
    public async Task A_late_deal_adjusts_the_earlier_one_and_edits_nothing()
    {
        var volume = await LaterScenario.StartAsync(engine, Marginal);
        var first = await volume.DealAsync(9_000_000, completedOn: 20);
        var before = (await volume.BookedAsync(first))["entries"].EnumerateArray().Single();

        await volume.DealAsync(3_500_000, completedOn: 5);

        var entries = (await volume.BookedAsync(first))["entries"].EnumerateArray().ToArray();
        Assert.Equal([("Accrual", 450_000L), ("Adjustment", 25_000L)], entries.Select(entry => (entry.GetProperty("kind").GetString()!, LaterScenario.Signed(entry))));
        Assert.Equal(before.GetRawText(), entries[0].GetRawText());
        Assert.Equal(before.GetProperty("factsHash").GetString(), entries[1].GetProperty("corrects").GetString());
        Assert.Equal((650_000, 0), await volume.StandingAsync(volume.Network.Referrer));
    }

    [Theory]
    [InlineData("2025-10-01", 450_000, 0)]
    [InlineData("2026-10-01", 540_000, 105_000)]
    [InlineData("2026-11-01", 540_000, 105_000)]
    public async Task A_clawback_takes_its_part_out_of_the_volume_and_re_rates_the_others(string on, long kept, long left)
    {
        var volume = await LaterScenario.StartAsync(engine, Whole);
        var (other, ended) = (await volume.DealAsync(9_000_000), await volume.DealAsync(3_500_000, completedOn: 9));
        await volume.SettleDownAsync();

        Assert.Equal("whole", (await volume.ClawbackAsync(ended, on: on)).Is(200)["accumulators"].EnumerateArray().Single().GetString());

        // Half of 35,000.00 is left at 16 months: 107,500.00 in all, at 6 %.
        Assert.Equal((kept, left), (await volume.CreditedAsync(other), await volume.CreditedAsync(ended)));
        Assert.Empty((await volume.ClawbackAsync(ended, "C-2", on: "2026-11-02")).Is(200)["accumulators"].EnumerateArray());
    }

    [Fact]
    public async Task Payments_are_counted_by_date_and_a_late_one_moves_the_others()
    {
        var volume = await LaterScenario.StartAsync(engine, Payments);
        var deal = await volume.DealAsync();
        foreach (var (key, on) in new[] { ("B", "2025-10-01"), ("C", "2025-11-01"), ("A", "2025-09-01") })
            Assert.Equal("payments", (await volume.RevenueAsync(deal, "premium", key, 100_000, on)).Is(200)["accumulators"].EnumerateArray().Single().GetString());

        // Two at 20 %, the third in order of dates at 5 %.
        Assert.Equal(45_000, await volume.CreditedAsync(deal));

        (await volume.ClawbackAsync(deal)).Is(200);
        Assert.Equal(0, await volume.CreditedAsync(deal));
    }

    [Fact]
    public async Task Every_entry_of_the_book_can_be_calculated_again()
    {
        var volume = await LaterScenario.StartAsync(engine, Whole);
        var deals = new[] { await volume.DealAsync(9_000_000), await volume.DealAsync(3_500_000, completedOn: 9) };
        (await volume.ClawbackAsync(deals[1])).Is(200);
        foreach (var deal in deals)
        {
            Assert.All((await volume.BookedAsync(deal))["calculations"].EnumerateArray(), one => Assert.Equal(
                one.GetProperty("explanationHash").GetString(),
                Hash.Of(Person.CanonicalBytes(System.Text.Json.Nodes.JsonNode.Parse(one.GetProperty("explanation").GetRawText())!)).ToString()));
        }
        Assert.NotEmpty(await BookAudit.ReadAsync(engine.Database.OwnerConnectionString, Books.Ledger));
    }

    [Fact]
    public async Task Contributions_that_nobody_brought_are_swept()
    {
        var volume = await LaterScenario.StartAsync(engine, Whole);
        var deal = await volume.DealAsync(9_000_000);
        Assert.Equal(450_000, await volume.CreditedAsync(deal));
        var key = (await engine.Database.ScalarAsync<string>($"select id from volume where id like '%{volume.Network.Vertical}/%'"))!;
        var next = Domain.Rules.Volumes.VolumeRecords.Of(
        [
            new Domain.Rules.Volumes.RecordContribution(KeyOf(key), new Domain.Rules.Volumes.VolumeContribution(
                $"{deal}", deal, new DateOnly(2025, 7, 3), 1_000_000, 1_000_000, 0, [new(Domain.Rules.Party.Referrer, volume.Network.Referrer.Id)], 1)),
        ]).Single();
        Assert.Equal(key, next.Book);
        var payload = engine.Get<Orleans.Serialization.Serializer>().SerializeToArray<BookRecord[]>([.. next.Records]);
        await engine.Database.ScalarAsync<int?>(
            $"insert into outbox (id, book, payload, created_at) values (-2, '{key}', '\\x{Convert.ToHexString(payload)}', clock_timestamp() - interval '1 minute')");

        Assert.Equal(50_000, await volume.CreditedAsync(deal));
    }

    private static Domain.Rules.Volumes.VolumeKey KeyOf(string text)
    {
        var parts = text["volume:".Length..].Split('/');
        return new Domain.Rules.Volumes.VolumeKey(new Hash(Convert.FromHexString(parts[0])), parts[1], parts[2], parts[5], parts[3], parts[4]);
    }
}
