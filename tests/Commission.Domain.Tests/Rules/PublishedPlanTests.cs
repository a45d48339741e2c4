using Commission.Domain.Amounts;
using Commission.Domain.Rules;

namespace Commission.Domain.Tests.Rules;

/// <summary>Published plans and boundary values, to be read by people in finance. Amounts are in cents.</summary>
public sealed class PublishedPlanTests
{
    // Oracle Fusion Incentive Compensation, "Examples of Calculating Earnings Using Step Rates".
    private const string OracleStep = """
        "shape":"tier_marginal","basis":"deal_value","boundary":"lower","bands":[{"from":0,"to":100000,"ratePercent":"1"},{"from":100000,"to":300000,"ratePercent":"2"},
        {"from":300000,"to":800000,"ratePercent":"3"},{"from":800000,"ratePercent":"5"}]
        """;

    // Oracle, "Options for Splitting Attainment Numbers Across Rate Tiers": rate not split.
    private const string OracleFlat = """
        "shape":"tier_whole","basis":"deal_value","boundary":"lower","bands":[{"from":0,"to":1000000,"ratePercent":"1"},{"from":1000000,"to":5000000,"ratePercent":"2"},
        {"from":5000000,"to":10000000,"ratePercent":"3"},{"from":10000000,"ratePercent":"4"}]
        """;

    // Spiff, "How to Create an Accelerator": 10, 12, 14 and 16 % at 100, 150 and 200.
    private const string SpiffTier = """
        "shape":"tier_whole","basis":"deal_value","boundary":"upper","bands":[{"from":0,"to":10000,"ratePercent":"10"},{"from":10000,"to":15000,"ratePercent":"12"},
        {"from":15000,"to":20000,"ratePercent":"14"},{"from":20000,"ratePercent":"16"}]
        """;

    // ANZ commercial schedule: 0.55 % from 50,000 to 2.5 million.
    private const string Anz = """
        "shape":"tier_whole","basis":"deal_value","boundary":"lower","bands":[{"from":0,"to":5000000,"ratePercent":"0"},{"from":5000000,"to":250000000,"ratePercent":"0.55"},
        {"from":250000000,"ratePercent":"0.275"}]
        """;

    private const string Interpolated = """
        "shape":"tier_interpolated","basis":"deal_value","points":[{"at":10000,"ratePercent":"1"},{"at":20000,"ratePercent":"2"}]
        """;

    private const string Amounts = """
        "shape":"band_amount","basis":"deal_value","boundary":"upper","bands":[{"from":0,"to":50000000,"amountMinor":50000},{"from":50000000,"amountMinor":120000}]
        """;

    private static string Percent(string rate) => $"\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"{rate}\"";

    public static TheoryData<string, string, long, long> Plans => new()
    {
        // source, rule, deal value, commission
        { "aggregator schedules: 0.65 % of a home loan", Percent("0.65"), 50_000_000, 325_000 },
        { "LIF: 60 % of a premium of $1,234.56", Percent("60"), 123_456, 74_074 },
        { "binary floats give 80: 1.15 % of 7,000", Percent("1.15"), 7_000, 81 },
        { "binary floats give 28: 0.57 % of 5,000", Percent("0.57"), 5_000, 29 },
        { "a tie goes away from zero", Percent("0.5"), 100, 1 },
        { "a negative tie too", Percent("0.5"), -100, -1 },
        { "just below a tie", Percent("0.5"), 99, 0 },
        { "one cent", Percent("0.65"), 1, 0 },
        { "one cent, all of it", Percent("100"), 1, 1 },
        { "zero", Percent("0.65"), 0, 0 },
        { "the largest amount", Percent("0.65"), Money.MaxMinor, 650_000_000_000 },
        { "the largest amount, all of it", Percent("100"), Money.MaxMinor, Money.MaxMinor },
        { "Oracle step rate: the first tier", OracleStep, 100_000, 1_000 },
        { "Oracle step rate: $2,000 is 10 and 20", OracleStep, 200_000, 3_000 },
        { "Oracle step rate: $8,000 is 10, 40 and 150", OracleStep, 800_000, 20_000 },
        { "Oracle step rate: $20,000 adds 600", OracleStep, 2_000_000, 80_000 },
        { "Oracle step rate, a correction", OracleStep, -200_000, -3_000 },
        { "Oracle flat: $5,000 at 1 %", OracleFlat, 500_000, 5_000 },
        { "Oracle flat: $15,000 at 2 %", OracleFlat, 1_500_000, 30_000 },
        { "Oracle flat: $60,000 at 3 %", OracleFlat, 6_000_000, 180_000 },
        { "the edge belongs to the lower band", OracleFlat, 1_000_000, 10_000 },
        { "a cent above the edge", OracleFlat, 1_000_001, 20_000 },
        { "Spiff tier payout: $125 at 12 %", SpiffTier, 12_500, 1_500 },
        { "the edge belongs to the upper band", SpiffTier, 10_000, 1_200 },
        { "a cent below the edge", SpiffTier, 9_999, 1_000 },
        { "a correction on the edge", SpiffTier, -10_000, -1_200 },
        { "ANZ: nothing up to $50,000", Anz, 5_000_000, 0 },
        { "ANZ: 0.55 % of $2.5 million", Anz, 250_000_000, 1_375_000 },
        { "interpolated: half way is 1.5 %", Interpolated, 15_000, 225 },
        { "interpolated: below the first point", Interpolated, 5_000, 50 },
        { "interpolated: above the last point", Interpolated, 100_000, 2_000 },
        { "interpolated: a third of the way, 1.3333 %", Interpolated, 13_333, 178 },
        { "band amount below the edge", Amounts, 49_999_999, 50_000 },
        { "band amount on the edge", Amounts, 50_000_000, 120_000 },
        { "band amount of nothing", Amounts, 0, 0 },
        { "package: each started $1,000", "\"shape\":\"package\",\"basis\":\"deal_value\",\"packageSize\":100000,\"amountMinor\":500", 250_001, 1_500 },
        { "package: exactly two", "\"shape\":\"package\",\"basis\":\"deal_value\",\"packageSize\":100000,\"amountMinor\":500", 200_000, 1_000 },
        { "package: one cent is one", "\"shape\":\"package\",\"basis\":\"deal_value\",\"packageSize\":100000,\"amountMinor\":500", 1, 500 },
        { "Solargain: $200 a referral", "\"shape\":\"flat\",\"basis\":\"deal\",\"amountMinor\":20000", 1, 20_000 },
        { "a floor raises", Percent("1") + ",\"floorRaiseMinor\":5000", 100_000, 5_000 },
        { "a floor raises nothing that is zero", Percent("1") + ",\"floorRaiseMinor\":5000", 0, 0 },
        { "a floor raises a correction too", Percent("1") + ",\"floorRaiseMinor\":5000", -100_000, -5_000 },
        { "a threshold pays nothing below", Percent("1") + ",\"floorThresholdMinor\":1000", 99_900, 0 },
        { "a threshold pays all from it on", Percent("1") + ",\"floorThresholdMinor\":1000", 100_000, 1_000 },
        { "a cap per deal", Percent("1") + ",\"caps\":{\"dealMinor\":99000}", 50_000_000, 99_000 },
        { "a cap per party", Percent("1") + ",\"caps\":{\"partyMinor\":{\"referrer\":1000}}", 50_000_000, 1_000 },
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_plan_pays_what_its_source_says(string source, string rule, long value, long commission)
    {
        Assert.NotEmpty(source);
        Assert.Equal(commission, RuleTable.Total(RuleTable.Of("0", RuleTable.All(rule)), RuleTable.Facts(value)));
    }

    [Theory]
    [InlineData("0.35", 1_000_000, 350_000)]
    [InlineData("0.1", 5, 1)]
    [InlineData("0.1", 4, 0)]
    [InlineData("250", 3, 750)]
    [InlineData("0.000000001", 500_000_000, 1)]
    public void An_amount_per_unit_may_be_a_fraction_of_a_cent(string price, long units, long commission) => Assert.Equal(commission, RuleTable.Total(
        RuleTable.With("\"bases\":{\"kwh\":\"count\"},", RuleTable.All($"\"shape\":\"per_unit\",\"basis\":\"kwh\",\"minorPerUnit\":\"{price}\"")),
        RuleTable.Facts(1, ("kwh", units))));

    [Theory]
    [InlineData(99_999_999, 20_000)]
    [InlineData(100_000_000, 25_000)]
    [InlineData(200_000_000, 30_000)]
    public void Another_quantity_may_choose_the_band(long price, long commission) => Assert.Equal(commission, RuleTable.Total(
        RuleTable.Of("0", RuleTable.All(
            "\"shape\":\"tier_whole\",\"basis\":\"commission_received\",\"bandBasis\":\"deal_value\",\"boundary\":\"upper\",\"bands\":[{\"from\":0,\"to\":100000000,\"ratePercent\":\"20\"},"
            + "{\"from\":100000000,\"to\":200000000,\"ratePercent\":\"25\"},{\"from\":200000000,\"ratePercent\":\"30\"}]")),
        RuleTable.Facts(price, ("commission_received", 100_000))));

    public static TheoryData<string, long, long, long, long> Splits => new()
    {
        // split, platform, receiver, referrer and upline of a pool of 10,001 with a fee of 1 %
        { "[{\"party\":\"referrer\",\"weight\":80},{\"party\":\"upline\",\"weight\":20}]", 100, 0, 7_921, 1_980 },
        { "[{\"party\":\"referrer\",\"percent\":\"66.67\"},{\"party\":\"upline\",\"percent\":\"33.33\"}]", 100, 0, 6_601, 3_300 },
        { "{\"offTheTop\":[{\"party\":\"receiver\",\"percent\":\"20\"}],\"then\":[{\"party\":\"referrer\",\"weight\":70},{\"party\":\"upline\",\"weight\":30}]}", 100, 1_980, 5_545, 2_376 },
    };

    [Theory]
    [MemberData(nameof(Splits))]
    public void A_split_gives_every_cent_to_somebody(string split, long platform, long receiver, long referrer, long upline)
    {
        var rules = RuleTable.Of("1", $$"""{"name":"it","shape":"flat","basis":"deal","amountMinor":10001,"split":{{split}}}""");
        var amounts = Calculator.Calculate(rules, RuleTable.Facts(1)).Accruals.ToDictionary(accrual => accrual.Party, accrual => accrual.AmountMinor);
        Assert.Equal((platform, receiver, referrer, upline), (
            amounts.GetValueOrDefault(Party.Platform), amounts.GetValueOrDefault(Party.Receiver),
            amounts.GetValueOrDefault(Party.Referrer), amounts.GetValueOrDefault(Party.Upline)));
    }

    [Theory]
    [InlineData(7_500, false, 0)]
    [InlineData(7_501, false, 3_525)]
    [InlineData(15_000, false, 7_050)]
    [InlineData(15_000, true, 0)]
    public void Without_an_ABN_47_percent_is_withheld_over_75_dollars(long amount, bool hasAbn, long withheld) =>
        Assert.Equal(withheld, Withholding.Default.Of(amount, hasAbn));
}
