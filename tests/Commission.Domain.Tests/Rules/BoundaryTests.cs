using Commission.Domain.Amounts;
using Commission.Domain.Rules;
using CsCheck;

namespace Commission.Domain.Tests.Rules;

/// <summary>
/// Every shape at zero, one cent, half-cent ties, its edges, the largest amount and negative corrections. The figures follow from
/// docs/formats/rule-set.md (one rounding, half away from zero; a negative basis gives minus what the positive one gives). Cents.
/// </summary>
public sealed class BoundaryTests
{
    private const long Largest = Money.MaxMinor;
    private const string Edge = "\"bands\":[{\"from\":0,\"to\":10000,\"ratePercent\":\"1\"},{\"from\":10000,\"ratePercent\":\"2\"}]";
    private const string Marginal = "\"shape\":\"tier_marginal\",\"basis\":\"deal_value\",\"boundary\":\"lower\"," + Edge;
    private const string Whole = "\"shape\":\"tier_whole\",\"basis\":\"deal_value\",\"boundary\":\"upper\"," + Edge;
    private const string WholeLower = "\"shape\":\"tier_whole\",\"basis\":\"deal_value\",\"boundary\":\"lower\"," + Edge;
    private const string Interpolated = "\"shape\":\"tier_interpolated\",\"basis\":\"deal_value\",\"points\":[{\"at\":10000,\"ratePercent\":\"1\"},{\"at\":20000,\"ratePercent\":\"2\"}]";
    private const string Amounts = "\"shape\":\"band_amount\",\"basis\":\"deal_value\",\"boundary\":\"upper\",\"bands\":[{\"from\":0,\"to\":100,\"amountMinor\":5},{\"from\":100,\"amountMinor\":7}]";
    private const string Package = "\"shape\":\"package\",\"basis\":\"deal_value\",\"packageSize\":100,\"amountMinor\":5";
    private const string PerQuarter = ",\"accumulate\":{\"per\":\"quarter\",\"scope\":\"referrer\"}";
    private const string Accelerator = "\"shape\":\"accelerator\",\"basis\":\"deal_value\",\"quotaMinor\":10000,\"ratePercent\":\"1\",\"method\":\"marginal\",\"boundary\":\"lower\"" + PerQuarter
        + ",\"bands\":[{\"fromPercent\":\"0\",\"toPercent\":\"100\",\"multiplierPercent\":\"100\"},{\"fromPercent\":\"100\",\"multiplierPercent\":\"200\"}]";
    private const string Campaign = "\"shape\":\"campaign\",\"basis\":\"deal_value\",\"from\":\"2026-01-01\",\"to\":\"2026-03-31\",\"scope\":\"referrer\",\"atLeast\":100,\"amountMinor\":5,\"pays\":\"once\"";

    public static TheoryData<string, string, (long Value, long Commission)[]> Shapes => new()
    {
        { "percent", "\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"50\"", [(0, 0), (1, 1), (-1, -1), (3, 2), (Largest, 50_000_000_000_000)] },
        { "flat", "\"shape\":\"flat\",\"basis\":\"deal\",\"amountMinor\":1", [(0, 1), (1, 1), (Largest, 1)] },
        { "package", Package, [(0, 0), (1, 5), (100, 5), (101, 10), (-1, -5), (-101, -10), (Largest, 5_000_000_000_000)] },
        { "tier_marginal", Marginal,
            [(0, 0), (1, 0), (49, 0), (50, 1), (-50, -1), (10_000, 100), (10_024, 100), (10_025, 101), (-10_025, -101), (Largest, 1_999_999_999_900)] },
        { "tier_whole, the edge above", Whole, [(0, 0), (1, 0), (50, 1), (9_999, 100), (10_000, 200), (-10_000, -200), (Largest, 2_000_000_000_000)] },
        { "tier_whole, the edge below", WholeLower, [(10_000, 100), (10_001, 200), (-10_000, -100), (-10_001, -200)] },
        { "tier_interpolated", Interpolated, [(0, 0), (1, 0), (50, 1), (10_000, 100), (15_000, 225), (-15_000, -225), (20_000, 400), (Largest, 2_000_000_000_000)] },
        { "band_amount", Amounts, [(0, 0), (1, 5), (99, 5), (100, 7), (-99, -5), (-100, -7), (Largest, 7)] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_shape_pays_at_its_edges(string shape, string rule, (long Value, long Commission)[] rows)
    {
        var rules = RuleTable.Of("0", RuleTable.All(rule));
        Assert.StartsWith(rules.Products["P1"].Components[0].Shape, shape, StringComparison.Ordinal);
        Assert.Equal(rows, rows.Select(row => (row.Value, RuleTable.Total(rules, RuleTable.Facts(row.Value)))));
    }

    public static TheoryData<string, string, (long Value, long Commission)[]> Accumulated => new()
    {
        { "tier_marginal", Marginal + PerQuarter, [(0, 0), (49, 0), (50, 1), (10_000, 100), (10_025, 101), (-10_025, -101), (Largest, 1_999_999_999_900)] },
        { "tier_whole", Whole + PerQuarter, [(0, 0), (50, 1), (9_999, 100), (10_000, 200), (-10_000, -200), (Largest, 2_000_000_000_000)] },
        { "band_amount", Amounts + PerQuarter, [(0, 0), (1, 5), (99, 5), (100, 7), (-100, -7), (Largest, 7)] },
        { "accelerator", Accelerator, [(0, 0), (50, 1), (10_000, 100), (10_025, 101), (-10_025, -101), (Largest, 1_999_999_999_900)] },
        { "campaign", Campaign, [(0, 0), (99, 0), (100, 5), (-100, 0), (Largest, 5)] },
    };

    [Theory]
    [MemberData(nameof(Accumulated))]
    public void An_accumulated_shape_pays_at_its_edges(string shape, string rule, (long Value, long Commission)[] rows)
    {
        var rules = RuleTable.Of("0", RuleTable.All(rule));
        Assert.Equal(shape, rules.Products["P1"].Components[0].Shape);
        Assert.Equal(rows, rows.Select(row => (row.Value, new AccumulatorNetwork(rules).Record(0, row.Value).SettleDown().CreditedTo(0))));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(-1, -1)]
    [InlineData(3, 2)]
    [InlineData(Largest, 50_000_000_000_000)]
    public void A_recurring_commission_pays_at_its_edges(long amount, long paid)
    {
        var rules = RuleTable.Of("0", RuleTable.All("\"shape\":\"recurring\",\"on\":\"invoice\",\"basis\":\"invoice_amount_ex_gst\",\"ratePercent\":\"50\""));
        var received = new RevenueReceived(RevenueKind.Invoice, "INV-1", new DateOnly(2026, 1, 1), amount, 1);
        Assert.Equal(paid, RuleTable.Total(rules, RuleTable.Facts(1) with { Event = received }));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(49, 0)]
    [InlineData(50, 1)]
    [InlineData(-50, -1)]
    [InlineData(Largest, 1_000_000_000_000)]
    public void A_trail_pays_at_its_edges(long balance, long paid)
    {
        var rules = RuleTable.Of("0", RuleTable.All("\"shape\":\"trail\",\"basis\":\"trail_balance\",\"yearlyPercents\":[\"12\"]"));
        Assert.Equal(paid, RuleTable.Total(rules, RuleTable.Facts(1) with { Event = new TrailMonth(1, balance) }));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(99, 0)]
    [InlineData(100, 1)]
    [InlineData(-100, -1)]
    [InlineData(Largest, 500_000_000_000)]
    public void An_override_pays_at_its_edges(long value, long paid)
    {
        var rules = RuleTable.Of("0", """{"name":"up","shape":"override","of":"sale","basis":"deal_value","mode":"additive","levelPercents":["0.5"]}""");
        Assert.Equal(paid, RuleTable.Amount(rules, RuleTable.Facts(value), Party.Upline, "up"));
    }

    private static readonly string[] Fees = ["0", "1", "33.3333", "100"];

    private static readonly string[] Splits =
    [
        "[{\"party\":\"referrer\",\"weight\":A},{\"party\":\"upline\",\"weight\":B},{\"party\":\"receiver\",\"weight\":C}]",
        "{\"offTheTop\":[{\"party\":\"receiver\",\"percent\":\"33.33\"}],\"then\":[{\"party\":\"referrer\",\"weight\":A},{\"party\":\"upline\",\"weight\":B}]}",
        "{\"offTheTop\":[{\"party\":\"receiver\",\"percent\":\"0.01\"},{\"party\":\"upline\",\"percent\":\"99.98\"}],\"then\":[{\"party\":\"referrer\",\"weight\":C}]}",
    ];

    [Fact]
    public void Every_split_adds_up_to_the_pool_and_a_debt_mirrors_it() =>
        Gen.Select(Gen.Int[0, 2], Gen.Long[0, 1_000_000_000], Gen.Int[1, 1_000].Array[3], Gen.Int[0, 3]).Sample((form, pool, weights, fee) =>
        {
            var split = Splits[form]
                .Replace("A", $"{weights[0]}", StringComparison.Ordinal).Replace("B", $"{weights[1]}", StringComparison.Ordinal)
                .Replace("C", $"{weights[2]}", StringComparison.Ordinal);
            var rules = RuleTable.Of(Fees[fee], $$"""{"name":"it","shape":"percent","basis":"deal_value","ratePercent":"100","split":{{split}}}""");
            var (credit, debt) = (Calculator.Calculate(rules, RuleTable.Facts(pool)).Accruals, Calculator.Calculate(rules, RuleTable.Facts(-pool)).Accruals);
            Assert.Equal(pool, credit.Sum(accrual => accrual.AmountMinor));
            Assert.Equal(credit.Select(accrual => accrual with { AmountMinor = -accrual.AmountMinor }), debt);
        });
}
