using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;
using Commission.Domain.Tests.Deals;
using CsCheck;

namespace Commission.Domain.Tests.Rules;

public sealed class VolumeTests
{
    private const string PerQuarter = "\"accumulate\":{\"per\":\"quarter\",\"scope\":\"referrer\"}";
    private const string Bands = "\"boundary\":\"upper\",\"bands\":[{\"from\":0,\"to\":10000000,\"ratePercent\":\"5\"},{\"from\":10000000,\"to\":12500000,\"ratePercent\":\"6\"},{\"from\":12500000,\"ratePercent\":\"7\"}]";
    private const string Marginal = "\"shape\":\"tier_marginal\",\"basis\":\"deal_value\"," + PerQuarter + "," + Bands;
    private const string Whole = "\"shape\":\"tier_whole\",\"basis\":\"deal_value\"," + PerQuarter + "," + Bands;

    // Salesforce Trailhead, "Explore Marginal Commission Rates": quota 447,920; 10 % to 60 %, 15 % to 100 %, 18.75 % above.
    private const string Trailhead = "\"shape\":\"accelerator\",\"basis\":\"deal_value\",\"quotaMinor\":44792000,\"ratePercent\":\"10\",\"method\":\"marginal\",\"boundary\":\"upper\"," + PerQuarter
        + ",\"bands\":[{\"fromPercent\":\"0\",\"toPercent\":\"60\",\"multiplierPercent\":\"100\"},{\"fromPercent\":\"60\",\"toPercent\":\"100\",\"multiplierPercent\":\"150\"},{\"fromPercent\":\"100\",\"multiplierPercent\":\"187.5\"}]";

    // Sales Cookie, "cumulative and non-cumulative tiers": 6 % under quota, 8 % to 150 %, 10 % above; here whole.
    private const string SalesCookie = "\"shape\":\"accelerator\",\"basis\":\"deal_value\",\"quotaMinor\":10000000,\"ratePercent\":\"8\",\"method\":\"whole\",\"boundary\":\"upper\"," + PerQuarter
        + ",\"bands\":[{\"fromPercent\":\"0\",\"toPercent\":\"100\",\"multiplierPercent\":\"75\"},{\"fromPercent\":\"100\",\"multiplierPercent\":\"100\"}]";

    private static string Campaign(string pays) => "\"shape\":\"campaign\",\"basis\":\"deal\",\"from\":\"2026-01-01\",\"to\":\"2026-03-31\",\"scope\":\"referrer\",\"atLeast\":2,\"amountMinor\":50000,\"pays\":\"" + pays + "\"";

    private const string Capped = "\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"10\",\"caps\":{\"period\":{\"per\":\"quarter\",\"scope\":\"referrer\",\"amountMinor\":1500000}}";
    private const string PerClient = "\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"10\",\"caps\":{\"customerMinor\":1500000}";
    private const string Reached = "\"shape\":\"band_amount\",\"basis\":\"deal_value\",\"boundary\":\"lower\"," + PerQuarter + ",\"bands\":[{\"from\":0,\"to\":10000000,\"amountMinor\":0},{\"from\":10000000,\"amountMinor\":250000}]";

    public static TheoryData<string, string, long[], long[]> Plans => new()
    {
        // source, rule, deals in order of their dates, what each is credited in the end
        { "excelforum 861932: $150,000 is 5,000 + 1,500 + 1,750", Marginal, [10_000_000, 5_000_000], [500_000, 325_000] },
        { "whole of volume: the later deal re-rates the earlier", Whole, [9_000_000, 3_500_000], [630_000, 245_000] },
        { "whole of volume, a cent below the edge", Whole, [9_000_000, 999_999], [450_000, 50_000] },
        { "Salesforce Trailhead: the quota itself", Trailhead, [26_875_200, 17_916_800], [2_687_520, 2_687_520] },
        { "Salesforce Trailhead: above the quota", Trailhead, [44_792_000, 10_000], [5_375_040, 1_875] },
        { "Sales Cookie: 110 % of quota at 8 % of everything", SalesCookie, [6_000_000, 5_000_000], [480_000, 400_000] },
        { "campaign: once, for the deal that meets it", Campaign("once"), [1, 1, 1], [0, 50_000, 0] },
        { "campaign: every deal", Campaign("every_deal"), [1, 1, 1], [50_000, 50_000, 50_000] },
        { "campaign: not met", Campaign("every_deal"), [1], [0] },
        { "a cap per period cuts the deal that crosses it", Capped, [10_000_000, 10_000_000, 10_000_000], [1_000_000, 500_000, 0] },
        { "a cap per client", PerClient, [10_000_000, 10_000_000], [1_000_000, 500_000] },
        { "an amount for reaching a band", Reached, [10_000_000, 1, 1], [0, 250_000, 0] },
        { "a negative correction goes back down", Marginal, [12_000_000, -2_000_000], [620_000, -120_000] },
    };

    private sealed class Accumulator(RuleSetDocument rules)
    {
        public VolumeState State { get; private set; } = new();

        public List<VolumeAccrued> Accrued { get; } = [];

        public Accumulator Record(int number, long value, int revision = 0, bool withdrawn = false)
        {
            var (deal, on) = (DealId.Derive(People.Importer.Id, $"{number}"), new DateOnly(2026, 2, 1).AddDays(number));
            var subject = new VolumeSubject(deal, People.Client.Id, on, revision, withdrawn);
            var command = Assert.Single(VolumeContributions.Of(rules, subject, RuleTable.Facts(value)));
            var events = VolumeMachine.Decide(State, command, rules).Accepted();
            State = VolumeMachine.EvolveAll(State, events);
            Accrued.AddRange(events.OfType<VolumeAccrued>());
            return this;
        }

        public long[] PerDeal => [.. State.Entries.Select(entry => entry.Credited.Sum(credit => credit.AmountMinor))];

        public (Party, long)[] PerParty =>
        [
            .. Accrued.SelectMany(accrued => accrued.Calculation.Accruals).GroupBy(accrual => accrual.Party)
                .Select(accruals => (Party: accruals.Key, Sum: accruals.Sum(accrual => accrual.AmountMinor))).Where(part => part.Sum != 0).Order(),
        ];
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void An_accumulated_plan_pays_what_its_source_says_in_any_order(string source, string rule, long[] deals, long[] credited)
    {
        Assert.NotEmpty(source);
        var rules = RuleTable.Of("0", RuleTable.All(rule));
        Assert.Equal(0, RuleTable.Total(rules, RuleTable.Facts(deals[0])));
        var (forward, backward) = (new Accumulator(rules), new Accumulator(rules));
        for (var i = 0; i < deals.Length; i++)
        {
            forward.Record(i, deals[i]);
            backward.Record(deals.Length - 1 - i, deals[^(i + 1)]);
        }
        Assert.Equal(credited, forward.PerDeal);
        Assert.Equal(credited, backward.PerDeal);
        Assert.All(forward.Accrued.Concat(backward.Accrued), accrued =>
            Assert.Equal(accrued.Calculation.Explanation, Calculator.Replay(rules, accrued.Facts.ToCanonical()).Calculation!.Explanation));
    }

    private static readonly string[] AllRules = [Marginal, Whole, SalesCookie, Campaign("once"), Campaign("every_deal"), Capped, PerClient, Reached];

    [Fact]
    public void Neither_order_nor_corrections_on_the_way_change_the_final_totals() =>
        Gen.Select(Gen.Int[0, AllRules.Length - 1], Gen.Long[1, 9_000_000].Array[1, 8], Gen.Int[0, int.MaxValue], Gen.Bool)
            .Sample((rule, deals, seed, detour) =>
        {
            var rules = RuleTable.Of("1", RuleTable.Split(AllRules[rule]));
            var (straight, other) = (new Accumulator(rules), new Accumulator(rules));
            for (var i = 0; i < deals.Length; i++)
                straight.Record(i, deals[i], 2);
            var order = Enumerable.Range(0, deals.Length).ToArray();
            new Random(seed).Shuffle(order);
            foreach (var i in order)
            {
                if (detour)
                    other.Record(i, (deals[i] / 2) + 1).Record(i, 0, 1, true);
                other.Record(i, deals[i], 2).Record(i, deals[i], 2).Record(i, 77, 1);
            }
            Assert.Equal(straight.PerDeal, other.PerDeal);
            Assert.Equal(straight.PerParty, other.PerParty);
        });

    [Fact]
    public void A_marginal_tier_pays_the_same_however_the_amount_is_cut() => Gen.Long[1, 4_000_000].Array[1, 8].Sample(cuts =>
    {
        var rules = RuleTable.Of("0", RuleTable.All(Marginal));
        var (whole, parts) = (new Accumulator(rules).Record(0, cuts.Sum()), new Accumulator(rules));
        for (var i = 0; i < cuts.Length; i++)
            parts.Record(i, cuts[i]);
        Assert.Equal(whole.PerDeal.Sum(), parts.PerDeal.Sum());
    });

    [Fact]
    public void A_withdrawn_deal_gives_all_back_and_re_rates_the_others()
    {
        var deals = new Accumulator(RuleTable.Of("1", RuleTable.Split(Whole))).Record(0, 9_000_000).Record(1, 3_500_000).Record(1, 0, 1, true);
        Assert.Equal([450_000, 0], deals.PerDeal);
        Assert.Equal(2, deals.Accrued.Count(accrued => accrued.IsAdjustment && accrued.Calculation.Accruals.All(accrual => accrual.AmountMinor < 0)));
    }

    [Fact]
    public void The_same_contribution_twice_changes_nothing()
    {
        var deals = new Accumulator(RuleTable.Of("1", RuleTable.Split(Whole))).Record(0, 9_000_000);
        var (state, count) = (deals.State, deals.Accrued.Count);
        Assert.Same(state, deals.Record(0, 9_000_000).State);
        Assert.Equal(count, deals.Accrued.Count);
    }

    [Fact]
    public void A_full_accumulator_refuses_and_keeps_what_it_has()
    {
        var rules = RuleTable.Of("0", RuleTable.All(Capped));
        var full = new Accumulator(rules).Record(0, 1).State;
        var entry = full.Entries[0];
        VolumeEntry Copy(int i) => entry with { Contribution = entry.Contribution with { Id = $"{i}" } };
        full = full with { Entries = [.. Enumerable.Range(0, VolumeMachine.MaxContributions).Select(Copy)] };
        var subject = new VolumeSubject(DealId.Derive(People.Importer.Id, "one more"), People.Client.Id, new DateOnly(2026, 2, 1));
        VolumeMachine.Decide(full, Assert.Single(VolumeContributions.Of(rules, subject, RuleTable.Facts(1))), rules).Refused(RefusalCodes.VolumeFull);
    }

    [Fact]
    public void Payments_are_counted_by_date_and_a_late_one_moves_the_others()
    {
        var rules = RuleTable.Of("0", RuleTable.All(
            "\"shape\":\"recurring\",\"on\":\"premium\",\"basis\":\"annual_premium\",\"ratePercent\":\"20\",\"payments\":1,\"laterRatePercent\":\"5\""));
        var state = new VolumeState();
        foreach (var (key, day) in new[] { ("B", 20), ("A", 10) })
        {
            var on = new DateOnly(2026, 1, day);
            var facts = RuleTable.Facts(1) with { Event = new RevenueReceived(RevenueKind.Premium, key, on, 100_000, 1) };
            Assert.Equal(0, RuleTable.Total(rules, facts));
            var command = Assert.Single(VolumeContributions.Of(rules, new VolumeSubject(DealId.Derive(People.Importer.Id, "d"), People.Client.Id, on), facts));
            state = VolumeMachine.EvolveAll(state, VolumeMachine.Decide(state, command, rules).Accepted());
        }
        Assert.Equal([20_000, 5_000], state.Entries.Select(entry => entry.Credited.Sum(credit => credit.AmountMinor)));
    }

    [Theory]
    [InlineData(VolumePeriod.Month, "2026-06-30", "2026-06")]
    [InlineData(VolumePeriod.Quarter, "2026-06-30", "2026-Q2")]
    [InlineData(VolumePeriod.Year, "2026-06-30", "2026")]
    [InlineData(VolumePeriod.FinancialYear, "2026-06-30", "FY2026")]
    [InlineData(VolumePeriod.FinancialYear, "2026-07-01", "FY2027")]
    [InlineData(VolumePeriod.Always, "2026-07-01", "always")]
    public void A_period_has_a_name(VolumePeriod period, string date, string name) =>
        Assert.Equal(name, new VolumeScope(VolumeOwner.Referrer, period).PeriodOf(DateOnly.Parse(date)));
}
