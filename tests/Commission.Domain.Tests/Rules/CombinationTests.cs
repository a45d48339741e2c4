using System.Text.Json;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Simulation;
using Commission.Domain.Rules.Volumes;
using Commission.Domain.Tests.Deals;
using CsCheck;

namespace Commission.Domain.Tests.Rules;

/// <summary>Several caps at once, and milestones on what accumulates. Amounts are in cents.</summary>
public sealed class CombinationTests
{
    private const string TenPercent = "\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"10\"";
    private const string PerQuarter = "{\"per\":\"quarter\",\"scope\":\"referrer\"";
    private const string Halves = ",\"milestones\":[{\"name\":\"sign_up\",\"percent\":\"50\"},{\"name\":\"settled\",\"percent\":\"50\"}]";
    private const string Whole = "\"shape\":\"tier_whole\",\"basis\":\"deal_value\",\"boundary\":\"upper\",\"accumulate\":" + PerQuarter + "},\"bands\":[{\"from\":0,\"to\":12500000,\"ratePercent\":\"5\"},{\"from\":12500000,\"ratePercent\":\"7\"}]";

    private static readonly string[] Milestones = ["sign_up", "settled"];

    private static string Capped(string caps) => $"{TenPercent},\"caps\":{{{caps}}}";

    private static string Period(long minor) => $"\"period\":{PerQuarter},\"amountMinor\":{minor}}}";

    /// <summary>A deal: its client, its value and the milestones it has reached.</summary>
    public sealed record Row(int Client, long Value, params string[] Reached);

    public static TheoryData<string, string, Row[], long[]> Plans => new()
    {
        { "period and client: the period cuts first, then the client's cap", Capped(Period(1_500_000) + ",\"customerMinor\":1200000"),
            [new(0, 10_000_000), new(0, 10_000_000), new(1, 10_000_000)], [1_000_000, 200_000, 0] },
        { "period and client: both are reached exactly", Capped(Period(2_000_000) + ",\"customerMinor\":1000000"),
            [new(0, 10_000_000), new(1, 10_000_000)], [1_000_000, 1_000_000] },
        { "period and client: a cent beyond either is paid to nobody", Capped(Period(2_000_000) + ",\"customerMinor\":1000000"),
            [new(0, 10_000_010), new(1, 9_999_990), new(2, 10)], [1_000_000, 999_999, 0] },
        { "what the client's cap cuts off stays used in the period", Capped(Period(1_000_000) + ",\"customerMinor\":1"),
            [new(0, 10_000_000), new(1, 10)], [1, 0] },
        { "a cap of nothing pays nothing", Capped(Period(0) + ",\"customerMinor\":1000000"), [new(0, 10_000_000)], [0] },
        { "deal, period and client at once", Capped("\"dealMinor\":900000," + Period(1_500_000) + ",\"customerMinor\":1000000"),
            [new(0, 10_000_000), new(0, 10_000_000), new(1, 1_000_000)], [900_000, 100_000, 0] },
        { "deal and party", Capped("\"dealMinor\":900000,\"partyMinor\":{\"referrer\":800000}," + Period(1_500_000)),
            [new(0, 10_000_000), new(1, 10_000_000)], [800_000, 600_000] },
        { "a correction gives back under both caps", Capped(Period(1_500_000) + ",\"customerMinor\":1200000"),
            [new(0, 10_000_000), new(0, -2_000_000), new(0, 10_000_000)], [1_000_000, -200_000, 400_000] },
        { "accumulated bands per quarter, capped per year and client", Whole + ",\"caps\":{\"period\":{\"per\":\"year\",\"scope\":\"network\",\"amountMinor\":800000},\"customerMinor\":700000}",
            [new(0, 9_000_000), new(0, 3_500_000)], [630_000, 70_000] },
        { "milestones on accumulated bands: nothing is reached", Whole + Halves, [new(0, 9_000_000), new(1, 3_500_000)], [0, 0] },
        { "milestones on accumulated bands: half of what the whole volume gives", Whole + Halves,
            [new(0, 9_000_000, "sign_up"), new(1, 3_500_000)], [315_000, 0] },
        { "milestones on accumulated bands: all is reached", Whole + Halves,
            [new(0, 9_000_000, "sign_up", "settled"), new(1, 3_500_000, "settled", "sign_up")], [630_000, 245_000] },
        { "milestones: a cent that does not divide goes to the first", Capped(Period(1)) + Halves, [new(0, 10, "sign_up"), new(1, 10, "sign_up")], [1, 0] },
        { "milestones: the second half of one cent is nothing", Capped(Period(1)) + Halves, [new(0, 10, "settled")], [0] },
        { "milestones under a cap per period and client", Capped(Period(1_500_000) + ",\"customerMinor\":1200000") + Halves,
            [new(0, 10_000_000, "sign_up"), new(0, 10_000_000, "sign_up", "settled")], [500_000, 200_000] },
        { "milestones and a party's cap of the whole deal", Capped("\"partyMinor\":{\"referrer\":300001}," + Period(9_000_000)) + Halves,
            [new(0, 10_000_000, "sign_up"), new(1, 10_000_000, "sign_up", "settled")], [150_001, 300_001] },
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_plan_pays_the_same_in_any_order_and_is_replayed(string plan, string rule, Row[] deals, long[] credited)
    {
        Assert.NotEmpty(plan);
        var rules = RuleTable.Of("0", RuleTable.All(rule));
        foreach (var order in new[] { Enumerable.Range(0, deals.Length), Enumerable.Range(0, deals.Length).Reverse() })
        {
            var network = new AccumulatorNetwork(rules);
            foreach (var i in order)
                network.Record(i, deals[i].Value, deals[i].Client, deals[i].Reached).SettleDown();
            Assert.Equal(credited, deals.Select((_, i) => network.CreditedTo(i)));
            Assert.All(network.Accrued, accrued =>
                Assert.Equal(accrued.Calculation.Explanation, Calculator.Replay(rules, accrued.Facts.ToCanonical()).Calculation!.Explanation));
        }
    }

    [Fact]
    public void Neither_order_nor_batches_nor_corrections_on_the_way_change_what_each_party_gets() =>
        Gen.Select(Gen.Int[0, Plans.Count - 1], Gen.Select(Gen.Long[1, 12_000_000], Gen.Int[0, 2], Gen.Int[0, 3]).Array[1, 7], Gen.Int[0, int.MaxValue])
            .Sample((plan, deals, seed) =>
        {
            var rules = RuleTable.Of("1", RuleTable.Split(Plans.ElementAt(plan).Data.Item2));
            string[] Reached(int mask) => [.. Milestones.Where((_, i) => (mask & (1 << i)) != 0)];
            var (straight, other) = (new AccumulatorNetwork(rules), new AccumulatorNetwork(rules, seed));
            for (var i = 0; i < deals.Length; i++)
                straight.Record(i, deals[i].Item1, deals[i].Item2, Reached(deals[i].Item3), 2).SettleDown();
            var order = Enumerable.Range(0, deals.Length).ToArray();
            new Random(seed).Shuffle(order);
            foreach (var i in order)
            {
                other.Record(i, (deals[i].Item1 / 2) + 1, deals[i].Item2).Record(i, deals[i].Item1, deals[i].Item2, Reached(deals[i].Item3), 2);
                other.Record(i, deals[i].Item1, deals[i].Item2, [], 1);
                if (i % 2 == 0)
                    other.SettleDown();
            }
            Assert.Equal(straight.Final, other.SettleDown().Final);
        });

    [Fact]
    public void An_explanation_shows_what_each_cap_does()
    {
        var rules = RuleTable.Of("0", RuleTable.All(Capped("\"dealMinor\":900000,\"partyMinor\":{\"referrer\":50000}," + Period(1_500_000) + ",\"customerMinor\":1000000") + Halves));
        var network = new AccumulatorNetwork(rules).Record(0, 10_000_000).Record(1, 10_000_000, reached: ["sign_up"]).SettleDown();
        var second = network.Accrued.Last(accrued => accrued.Contribution.Deal == DealId.Derive(People.Importer.Id, "1"));
        using var explanation = JsonDocument.Parse(second.Calculation.Explanation);
        var step = explanation.RootElement.GetProperty("steps")[0];
        Assert.Equal(
            [("dealCapMinor", 1_000_000, 900_000), ("periodCapMinor", 900_000, 600_000), ("customerCapMinor", 600_000, 100_000), ("milestones", 100_000, 50_000)],
            step.GetProperty("limitSteps").EnumerateArray().Select(limit => (limit.GetProperty("limit").GetString()!, Of(limit, "beforeMinor"), Of(limit, "afterMinor"))));
        var share = step.GetProperty("split").EnumerateArray().Single(part => part.GetProperty("party").GetString() == "referrer");
        Assert.Equal((25_000, 25_000), (Of(share, "amountMinor"), Of(share, "capMinor")));
    }

    private static long Of(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    [Fact]
    public void A_party_s_cap_is_of_the_whole_deal_whatever_milestones_release()
    {
        var rules = RuleTable.Of("0", RuleTable.All($"{TenPercent},\"caps\":{{\"partyMinor\":{{\"referrer\":300001}}}}{Halves}"));
        var released = Milestones.Select(name => RuleTable.Total(rules, RuleTable.Facts(10_000_000) with { Event = new MilestoneReached(name) }));
        Assert.Equal([150_001, 150_000], released);
    }

    [Fact]
    public void A_what_if_goes_through_every_accumulator()
    {
        var rules = RuleTable.Of("0", RuleTable.All(Capped(Period(1_500_000) + ",\"customerMinor\":1200000")));
        var run = new WhatIf(_ => rules, WhatIfLimits.None);
        foreach (var (number, client) in new[] { (2, People.Stranger), (1, People.Client), (0, People.Client) })
        {
            var subject = new VolumeSubject(DealId.Derive(People.Importer.Id, $"{number}"), client.Id, new DateOnly(2026, 2, 1).AddDays(number));
            run.Add(new WhatIfDeal("X1", subject, RuleTable.Facts(10_000_000)));
        }
        Assert.Equal(1_200_000, run.Complete().CommissionMinor);
    }

    [Fact]
    public void Facts_that_lack_the_place_in_a_further_accumulator_are_refused()
    {
        var rules = RuleTable.Of("0", RuleTable.All(Capped(Period(1_500_000) + ",\"customerMinor\":1200000")));
        var facts = RuleTable.Facts(1) with { Event = new VolumePosition("it", "deal", 0, 0, 0, 0, 0, []) };
        Assert.Equal("$.event.further", Calculator.Replay(rules, facts.ToCanonical()).Refusal!.Field);
    }

    [Fact]
    public void Each_accumulator_of_a_component_has_a_name_of_its_own()
    {
        var rules = RuleTable.Of("0", RuleTable.All(Capped(Period(1_500_000) + ",\"customerMinor\":1200000")));
        var subject = new VolumeSubject(DealId.Derive(People.Importer.Id, "1"), People.Client.Id, new DateOnly(2026, 2, 1));
        var stated = Assert.Single(VolumeContributions.Of(rules, subject, RuleTable.Facts(1)));
        Assert.EndsWith($"/{People.Referrer.Id}/2026-Q1/it", stated.Key.ToString(), StringComparison.Ordinal);
        Assert.EndsWith($"/{People.Client.Id}/always;1/it", Assert.Single(stated.Contribution.Onward).ToString(), StringComparison.Ordinal);
    }
}
