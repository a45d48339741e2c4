using Commission.Domain.Amounts;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Simulation;
using Commission.Domain.Rules.Volumes;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Rules;

public sealed class WhatIfTests
{
    private static readonly RuleSetDocument Today = RuleTable.Of("1", RuleTable.Split("\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"1\""));

    private static WhatIfDeal Deal(int number, long value, long revenue = 0) => new(
        "X1", new VolumeSubject(DealId.Derive(People.Importer.Id, $"{number}"), People.Client.Id, new DateOnly(2026, 1 + (number % 3), 1)),
        RuleTable.Facts(value), revenue);

    private static WhatIfDeal[] History => [.. Enumerable.Range(0, 300).Select(i => Deal(i, 1_000_000 + (i * 777), 15_000))];

    private static WhatIfTotals Run(RuleSetDocument rules, WhatIfLimits? limits = null, IEnumerable<WhatIfDeal>? history = null)
    {
        var run = new WhatIf(_ => rules, limits ?? WhatIfLimits.None);
        run.Add((history ?? History).ToArray());
        return run.Complete();
    }

    [Fact]
    public void Totals_are_those_of_the_single_calculations_however_they_are_grouped()
    {
        var totals = Run(Today);
        var expected = History.Sum(deal => Calculator.Calculate(Today, deal.Facts).Accruals.Sum(accrual => accrual.AmountMinor));
        Assert.Equal((300, expected), (totals.Deals, totals.CommissionMinor));
        Assert.Equal(expected, totals.ByVertical["X1"]);
        Assert.Equal(expected, totals.ByProduct["X1/P1"].CommissionMinor);
        Assert.Equal(expected, totals.ByMonth.Values.Sum());
        Assert.Equal(expected, totals.ByMember.Values.Sum() + totals.PlatformMinor);
        Assert.Equal(["2026-01", "2026-02", "2026-03"], totals.ByMonth.Keys);
    }

    [Fact]
    public void The_order_of_the_history_changes_nothing_not_even_for_volume()
    {
        var rules = RuleTable.Of("1", RuleTable.Split(
            "\"shape\":\"tier_whole\",\"basis\":\"deal_value\",\"boundary\":\"upper\",\"bands\":[{\"from\":0,\"to\":90000000,\"ratePercent\":\"1\"},{\"from\":90000000,\"ratePercent\":\"2\"}],"
            + "\"accumulate\":{\"per\":\"quarter\",\"scope\":\"referrer\"}"));
        var (forward, backward) = (Run(rules), Run(rules, history: History.Reverse()));
        Assert.Equal(History.Sum(deal => new Rate(2, 0).Of(deal.Facts.SettledValueMinor)), forward.CommissionMinor);
        Assert.Equal(forward.CommissionMinor, backward.CommissionMinor);
        Assert.Equal(forward.ByMember.OrderBy(pair => pair.Value), backward.ByMember.OrderBy(pair => pair.Value));
        Assert.Equal(forward.ByMonth, backward.ByMonth);
    }

    [Fact]
    public void Winners_and_losers_are_named_with_their_difference()
    {
        var candidate = RuleTable.Of("1", RuleTable.All("\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"1\""));
        var changes = WhatIfTotals.WinnersAndLosers(Run(Today), Run(candidate));
        Assert.Equal([People.Upline.Id, People.Referrer.Id], changes.Select(change => change.Member));
        Assert.True(changes[0].DifferenceMinor < 0 && changes[1].DifferenceMinor > 0);
    }

    [Fact]
    public void Limits_that_would_be_broken_are_listed()
    {
        var limits = new WhatIfLimits(DealMinor: 12_000, MemberMonthMinor: 800_000, MonthMinor: 1_000_000, OfRevenue: new Rate(70, 0));
        var totals = Run(Today, limits);
        Assert.Equal(["deal", "margin", "member and month", "month"], totals.Breaches.Select(breach => breach.Kind).Distinct().Order());
        Assert.Equal(totals.BreachCount, totals.Breaches.Count);
        Assert.All(totals.Breaches, breach => Assert.True(breach.FoundMinor > breach.LimitMinor));
        Assert.Empty(Run(Today, new WhatIfLimits(DealMinor: Money.MaxMinor)).Breaches);
    }

    [Fact]
    public void What_cannot_be_calculated_is_counted_by_reason()
    {
        var rules = RuleTable.Of("1", RuleTable.All("\"shape\":\"percent\",\"basis\":\"annual_premium\",\"ratePercent\":\"1\""));
        Assert.Equal(300, Run(rules).Skipped["the facts state no annual_premium"]);
    }

    [Fact]
    public void What_caps_cut_off_is_told_by_cap_with_its_deals()
    {
        var rules = RuleTable.Of("0",
            """{"name":"capped","shape":"percent","basis":"deal_value","ratePercent":"1","caps":{"dealMinor":11000},"split":[{"party":"referrer","weight":1}]}""",
            """{"name":"party","shape":"flat","basis":"deal","amountMinor":1000,"caps":{"partyMinor":{"upline":150}},"split":[{"party":"referrer","weight":80},{"party":"upline","weight":20}]}""",
            """{"name":"monthly","shape":"flat","basis":"deal","amountMinor":100,"caps":{"period":{"per":"year","scope":"referrer","amountMinor":25000}},"split":[{"party":"referrer","weight":1}]}""");

        var totals = Run(rules);

        var capped = History.Select(deal => new Rate(1, 0).Of(deal.Facts.SettledValueMinor) - 11_000).Where(cut => cut > 0).ToArray();
        Assert.True(capped.Length is > 10 and < 300);
        Assert.Equal(
            [new CapTotal("X1", "P1", "capped", CapKind.Deal, capped.Length, capped.Sum()), new CapTotal("X1", "P1", "party", CapKind.Party, 300, 300 * 50),
                new CapTotal("X1", "P1", "monthly", CapKind.Period, 50, 5_000)],
            totals.Caps);
        Assert.Empty(Run(Today).Caps);
        Assert.Equal(["cap", "cap"], Run(rules, new WhatIfLimits(CapCutMinor: 5_000)).Breaches.Select(breach => breach.Kind));
    }

    [Fact]
    public void The_limit_of_a_deal_counts_all_that_the_deal_accrues()
    {
        var rules = RuleTable.Of("0",
            RuleTable.All("\"shape\":\"flat\",\"basis\":\"deal\",\"amountMinor\":600"),
            """{"name":"volume","shape":"tier_whole","basis":"deal_value","boundary":"upper","bands":[{"from":0,"ratePercent":"0.05"}],"accumulate":{"per":"year","scope":"referrer"},"split":[{"party":"referrer","weight":1}]}""");

        var breaches = Run(rules, new WhatIfLimits(DealMinor: 1_150)).Breaches;

        // 6.00 and 0.05 % of 10,000.00 to 12,323.23: only together they are more than 11.50.
        Assert.Equal(History.Count(deal => 600 + new Rate(5, 2).Of(deal.Facts.SettledValueMinor) > 1_150), breaches.Count);
        Assert.NotEmpty(breaches);
    }

    [Fact]
    public void The_worst_breaches_are_kept_in_whatever_order_the_history_comes()
    {
        var history = Enumerable.Range(0, 1_500).Select(i => Deal(i, 1_000_000 + (i * 777))).ToArray();
        var limits = new WhatIfLimits(DealMinor: 1);

        var (forward, backward) = (Run(Today, limits, history), Run(Today, limits, history.Reverse()));

        Assert.Equal((1_500, 1_000), (forward.BreachCount, forward.Breaches.Count));
        Assert.Equal(forward.Breaches, backward.Breaches);
        Assert.Equal(forward.Breaches.Max(breach => breach.FoundMinor), forward.Breaches[0].FoundMinor);
    }
}
