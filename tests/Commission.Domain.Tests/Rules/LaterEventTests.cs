using Commission.Domain.Rules;
using Commission.Domain.Tests.Deals;
using CsCheck;

namespace Commission.Domain.Tests.Rules;

/// <summary>Milestones, revenue, trail, overrides and clawbacks.</summary>
public sealed class LaterEventTests
{
    private static readonly DateOnly Settled = new(2024, 1, 31);

    [Theory]
    [InlineData("sign_up", 5_001)]
    [InlineData("second_invoice", 5_000)]
    [InlineData("third_invoice", 0)]
    public void A_milestone_releases_its_share_of_the_pool(string milestone, long released)
    {
        var rules = RuleTable.Of("0", RuleTable.All(
            "\"shape\":\"flat\",\"basis\":\"deal\",\"amountMinor\":10001,\"milestones\":[{\"name\":\"sign_up\",\"percent\":\"50\"},{\"name\":\"second_invoice\",\"percent\":\"50\"}]"));
        Assert.Equal(released, RuleTable.Total(rules, RuleTable.Facts(1) with { Event = new MilestoneReached(milestone) }));
        Assert.Equal(0, RuleTable.Total(rules, RuleTable.Facts(1)));
    }

    [Theory]
    [InlineData(1, 48_000_000, 6_000)]
    [InlineData(12, 48_000_000, 6_000)]
    [InlineData(13, 48_000_000, 8_000)]
    [InlineData(25, 48_000_000, 10_000)]
    [InlineData(400, 48_000_000, 10_000)]
    [InlineData(1, 400, 0)]
    [InlineData(1, 4_000, 1)]
    [InlineData(1, 0, 0)]
    public void A_trail_steps_by_year_and_is_paid_by_month(int month, long balance, long paid)
    {
        var rules = RuleTable.Of("0", RuleTable.All("\"shape\":\"trail\",\"basis\":\"trail_balance\",\"yearlyPercents\":[\"0.15\",\"0.2\",\"0.25\"]"));
        Assert.Equal(paid, RuleTable.Total(rules, RuleTable.Facts(1) with { Event = new TrailMonth(month, balance) }));
    }

    [Theory]
    [InlineData(12, 0)]
    [InlineData(13, 6_000)]
    [InlineData(24, 6_000)]
    [InlineData(25, 0)]
    public void A_trail_may_begin_later_and_end(int month, long paid)
    {
        var rules = RuleTable.Of("0", RuleTable.All("\"shape\":\"trail\",\"basis\":\"trail_balance\",\"yearlyPercents\":[\"0.15\"],\"fromMonth\":13,\"months\":12"));
        Assert.Equal(paid, RuleTable.Total(rules, RuleTable.Facts(1) with { Event = new TrailMonth(month, 48_000_000) }));
    }

    // Drakon: 20 % of each paid invoice for 24 months, here with 5 % later.
    [Theory]
    [InlineData(RevenueKind.Invoice, 1, 50_000, 10_000)]
    [InlineData(RevenueKind.Invoice, 24, 50_000, 10_000)]
    [InlineData(RevenueKind.Invoice, 25, 50_000, 2_500)]
    [InlineData(RevenueKind.Invoice, 3, -50_000, -10_000)]
    [InlineData(RevenueKind.Premium, 1, 50_000, 0)]
    public void A_recurring_commission_is_paid_on_its_revenue(RevenueKind kind, int month, long amount, long paid)
    {
        var rules = RuleTable.Of("0", RuleTable.All(
            "\"shape\":\"recurring\",\"on\":\"invoice\",\"basis\":\"invoice_amount_ex_gst\",\"ratePercent\":\"20\",\"months\":24,\"laterRatePercent\":\"5\""));
        Assert.Equal(paid, RuleTable.Total(rules, RuleTable.Facts(1) with { Event = new RevenueReceived(kind, "INV-1", Settled, amount, month) }));
        Assert.Null(Calculator.MissingBasis(rules, RuleTable.Facts(1)));
    }

    // zembl names cents per kWh as trail; the prices are the test's own. A report of 10,000 kWh at 0.1 cents, 0.05 from year 2 on, for three years.
    [Theory]
    [InlineData(1, 10_000, 1_000)]
    [InlineData(12, 10_000, 1_000)]
    [InlineData(13, 10_000, 500)]
    [InlineData(36, 10_000, 500)]
    [InlineData(37, 10_000, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(1, 4, 0)]
    [InlineData(1, 5, 1)]
    [InlineData(13, 9, 0)]
    [InlineData(13, 10, 1)]
    [InlineData(1, -10_000, -1_000)]
    [InlineData(1, 60_000, 5_000)]
    [InlineData(1, 99_999_999_999_999, 5_000)]
    public void A_trail_per_unit_pays_on_each_report_of_consumption(int month, long units, long paid)
    {
        var rules = RuleTable.Of("0", RuleTable.All(
            "\"shape\":\"unit_trail\",\"basis\":\"consumption\",\"yearlyMinorPerUnit\":[\"0.1\",\"0.05\"],\"months\":36,\"caps\":{\"dealMinor\":5000}"));
        Assert.Equal(paid, RuleTable.Total(rules, RuleTable.Facts(1) with { Event = new RevenueReceived(RevenueKind.Consumption, "2026-10", Settled, units, month) }));
        Assert.Equal(0, RuleTable.Total(rules, RuleTable.Facts(1) with { Event = new RevenueReceived(RevenueKind.Invoice, "2026-10", Settled, 1, month) }));
        Assert.Null(Calculator.MissingBasis(rules, RuleTable.Facts(1)));
    }

    private const string Sale = """{"name":"it","shape":"percent","basis":"deal_value","ratePercent":"10","split":[{"party":"referrer","weight":1}]}""";

    public static TheoryData<string, string, long, long, long> Overrides => new()
    {
        // override, fee, referrer, upline, second upline of a sale of 100,000 with 10 % to the referrer
        { "\"of\":\"sale\",\"basis\":\"deal_value\",\"mode\":\"additive\",\"levelPercents\":[\"2\",\"1\"]", "0", 10_000, 2_000, 1_000 },
        { "\"of\":\"commission\",\"component\":\"it\",\"mode\":\"additive\",\"levelPercents\":[\"10\",\"5\"]", "0", 10_000, 1_000, 500 },
        { "\"of\":\"commission\",\"component\":\"it\",\"mode\":\"pool_neutral\",\"levelPercents\":[\"10\",\"5\"]", "0", 8_500, 1_000, 500 },
        { "\"of\":\"sale\",\"basis\":\"deal_value\",\"component\":\"it\",\"mode\":\"pool_neutral\",\"levelPercents\":[\"2\"]", "0", 8_000, 2_000, 0 },
        { "\"of\":\"sale\",\"basis\":\"deal_value\",\"component\":\"it\",\"mode\":\"pool_neutral\",\"levelPercents\":[\"50\"]", "0", 0, 10_000, 0 },
        { "\"of\":\"commission\",\"component\":\"it\",\"mode\":\"additive\",\"levelPercents\":[\"10\"]", "1", 9_900, 980, 0 },
    };

    [Theory]
    [MemberData(nameof(Overrides))]
    public void An_override_pays_the_uplines_level_by_level(string terms, string fee, long referrer, long upline, long second)
    {
        var facts = RuleTable.Facts(100_000);
        facts = facts with { Payees = new Dictionary<Party, ContactId>(facts.Payees) { [Party.Upline2] = People.Stranger.Id } };
        foreach (var order in new[] { 0, 1 })
        {
            string[] components = [Sale, $$"""{"name":"up","shape":"override",{{terms}}}"""];
            var rules = RuleTable.Of(fee, order == 0 ? components : [.. components.Reverse()]);
            Assert.Equal((referrer, upline, second), (
                RuleTable.Amount(rules, facts, Party.Referrer), RuleTable.Amount(rules, facts, Party.Upline, "up"),
                RuleTable.Amount(rules, facts, Party.Upline2, "up")));
            Assert.NotEqual(0, RuleTable.Total(rules, facts));
        }
    }

    private const string Mortgage = "{\"kind\":\"cliffs\",\"steps\":[{\"beforeMonths\":12,\"percent\":\"100\"},{\"beforeMonths\":24,\"percent\":\"50\"}]}";
    private const string AfgSecurities = "{\"kind\":\"cliff_then_linear\",\"cliffMonths\":3,\"endMonths\":24}";
    private const string Unexpired = "{\"kind\":\"unexpired_days\",\"termDays\":365}";
    private const string Refund = "{\"kind\":\"proportional_to_refund\"}";

    public static TheoryData<string, string, int, int, long, long> Schedules => new()
    {
        // source, schedule, complete months, days, refunded of 200,000, taken back of 10,001
        { "aggregators: all before month 12", Mortgage, 11, 364, 0, 10_001 },
        { "aggregators: half from month 12", Mortgage, 12, 366, 0, 5_001 },
        { "aggregators: half before month 24", Mortgage, 23, 730, 0, 5_001 },
        { "aggregators: nothing from month 24", Mortgage, 24, 731, 0, 0 },
        { "AFG Securities: all in the first three months", AfgSecurities, 2, 90, 0, 10_001 },
        { "AFG Securities: monthly steps, 11 of 21 left", AfgSecurities, 13, 400, 0, 5_239 },
        { "AFG Securities: nothing after 24 months", AfgSecurities, 24, 731, 0, 0 },
        { "insurers: 100 of 365 days left", Unexpired, 8, 265, 0, 2_740 },
        { "insurers: the whole term left", Unexpired, 0, 0, 0, 10_001 },
        { "insurers: the term is over", Unexpired, 12, 366, 0, 0 },
        { "InvestorKit: a quarter refunded", Refund, 3, 100, 50_000, 2_500 },
        { "InvestorKit: all refunded", Refund, 3, 100, 200_000, 10_001 },
        { "InvestorKit: nothing refunded", Refund, 3, 100, 0, 0 },
    };

    private static CreditedLine[] LinesOf(Calculation calculation) =>
        [.. calculation.Accruals.Select(accrual => new CreditedLine(accrual.Component, accrual.Party, accrual.Payee, accrual.AmountMinor, 0))];

    private static RuleSetDocument Clawing(string schedule) =>
        RuleTable.Of("1", RuleTable.Split($"\"shape\":\"flat\",\"basis\":\"deal\",\"amountMinor\":10001,\"clawback\":{schedule}"));

    [Theory]
    [MemberData(nameof(Schedules))]
    public void A_clawback_follows_its_schedule(string source, string schedule, int months, int days, long refunded, long taken)
    {
        Assert.NotEmpty(source);
        var rules = Clawing(schedule);
        var lines = LinesOf(Calculator.Calculate(rules, RuleTable.Facts(1)));
        var facts = RuleTable.Facts(1) with { Event = new ClawedBack("end", months, days, refunded, 200_000, lines) };
        Assert.Equal(-taken, RuleTable.Total(rules, facts));
    }

    [Fact]
    public void Clawback_of_the_whole_leaves_zero_for_every_party() => Gen.Long[1, 10_000_000].Sample(value =>
    {
        var rules = RuleTable.Of("1", RuleTable.Split($"\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"0.65\",\"clawback\":{Mortgage}"));
        var accruals = Calculator.Calculate(rules, RuleTable.Facts(value)).Accruals;
        var lines = accruals.Select(a => new CreditedLine(a.Component, a.Party, a.Payee, a.AmountMinor, 0)).ToArray();
        var back = Calculator.Calculate(rules, RuleTable.Facts(value) with { Event = new ClawedBack("end", 0, 0, 0, 0, lines) }).Accruals;
        Assert.Equal(accruals.Select(accrual => accrual with { AmountMinor = -accrual.AmountMinor }), back);
    });

    [Fact]
    public void Repeated_partial_clawbacks_take_what_one_takes_and_never_more_than_was_credited() =>
        Gen.Select(Gen.Long[1, 1_000_000], Gen.Long[0, 60_000].Array[1, 6]).Sample((value, refunds) =>
        {
            var rules = RuleTable.Of("1", RuleTable.Split($"\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"15\",\"clawback\":{Refund}"));
            var facts = RuleTable.Facts(value);
            var lines = LinesOf(Calculator.Calculate(rules, facts));
            var once = -RuleTable.Total(rules, facts with { Event = new ClawedBack("all", 0, 0, refunds.Sum(), 200_000, lines) });
            var refunded = 0L;
            foreach (var refund in refunds)
            {
                refunded += refund;
                var back = Calculator.Calculate(rules, facts with { Event = new ClawedBack("part", 0, 0, refunded, 200_000, lines) }).Accruals;
                lines = [.. lines.Select(line => line with
                {
                    ReversedMinor = line.ReversedMinor - back
                        .Where(part => part.Party == line.Party).Sum(part => part.AmountMinor)
                })];
            }
            Assert.Equal(once, lines.Sum(line => line.ReversedMinor));
            Assert.All(lines, line => Assert.InRange(line.ReversedMinor, 0, line.OriginalMinor));
        });

    [Theory]
    [InlineData("2024-01-31", "2024-02-28", 0)]
    [InlineData("2024-01-31", "2024-02-29", 1)]
    [InlineData("2024-01-31", "2024-03-30", 1)]
    [InlineData("2024-01-31", "2025-01-30", 11)]
    [InlineData("2024-01-31", "2025-01-31", 12)]
    [InlineData("2024-01-31", "2024-01-01", 0)]
    public void A_month_is_complete_on_the_same_day_or_the_last(string from, string to, int months) =>
        Assert.Equal(months, DealTime.CompleteMonths(DateOnly.Parse(from), DateOnly.Parse(to)));
}
