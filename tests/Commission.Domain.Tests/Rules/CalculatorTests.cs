using System.Text;
using System.Text.Json;
using Commission.Domain.Amounts;
using Commission.Domain.Rules;
using Commission.Domain.Tests.Deals;
using CsCheck;

namespace Commission.Domain.Tests.Rules;

public sealed class CalculatorTests
{
    private const string Percent = """{"name":"upfront","shape":"percent","basis":"deal_value","ratePercent":"0.65","split":[{"party":"referrer","weight":80},{"party":"upline","weight":20}]}""";
    private const string Flat = """{"name":"bonus","shape":"flat","basis":"deal","amountMinor":10001,"split":[{"party":"receiver","weight":1}]}""";
    private const string PerUnit = """{"name":"seats","shape":"per_unit","basis":"units","minorPerUnit":"250","split":[{"party":"referrer","weight":1}]}""";
    private const string OfReceived = """{"name":"share","shape":"percent","basis":"commission_received","ratePercent":"25","split":[{"party":"referrer","weight":1}]}""";

    private static RuleSetDocument Rules(string fee, params string[] components) => RuleSetReader.Read(Encoding.UTF8.GetBytes(
        $$$"""{"schema":"commission/rule-set/v1","vertical":"X1","effectiveFrom":"2015-01-01","currency":"AUD","governingAgreement":"a","platformFeePercent":"{{{fee}}}","products":{"P1":{"components":[{{{string.Join(',', components)}}}]} }}""")).Document!;

    private static CalculationFacts Facts(long value, bool upline = true, params (string Name, long Value)[] bases)
    {
        var payees = new Dictionary<Party, ContactId> { [Party.Referrer] = People.Referrer.Id, [Party.Receiver] = People.Receiver.Id };
        if (upline)
            payees[Party.Upline] = People.Upline.Id;
        return new CalculationFacts("P1", Currency.Aud, value, bases.ToDictionary(basis => basis.Name, basis => basis.Value), payees);
    }

    private static (Party, long)[] Amounts(RuleSetDocument rules, CalculationFacts facts) =>
        [.. Calculator.Calculate(rules, facts).Accruals.Select(accrual => (accrual.Party, accrual.AmountMinor))];

    [Fact]
    public void The_platform_fee_is_one_party_of_the_largest_remainder() => Assert.Equal(
        [(Party.Platform, 3_250), (Party.Referrer, 257_400), (Party.Upline, 64_350)],
        Amounts(Rules("1", Percent), Facts(50_000_000)));

    public static TheoryData<long, long, long, long> SmallPools => new()
    {
        // settled value, platform, referrer, upline of a pool of 0.65 %
        { 7_700, 0, 40, 10 },
        { 154, 0, 1, 0 },
        { 77, 0, 1, 0 },
        { 308, 0, 2, 0 },
        { 15_385, 1, 79, 20 },
        { 23_077, 1, 119, 30 },
    };

    [Theory]
    [MemberData(nameof(SmallPools))]
    public void A_small_pool_loses_no_cent(long value, long platform, long referrer, long upline)
    {
        (Party, long)[] expected = [(Party.Platform, platform), (Party.Referrer, referrer), (Party.Upline, upline)];
        Assert.Equal(expected.Where(part => part.Item2 != 0), Amounts(Rules("1", Percent), Facts(value)));
    }

    [Fact]
    public void An_absent_upline_is_skipped_and_the_others_keep_their_proportions() => Assert.Equal(
        [(Party.Platform, 3_250), (Party.Referrer, 321_750)], Amounts(Rules("1", Percent), Facts(50_000_000, upline: false)));

    [Fact]
    public void What_nobody_fills_goes_to_the_platform()
    {
        var facts = Facts(50_000_000) with { Payees = new Dictionary<Party, ContactId>() };
        Assert.Equal([(Party.Platform, 325_000)], Amounts(Rules("1", Percent), facts));
    }

    [Fact]
    public void A_flat_amount_is_paid_once_per_deal() =>
        Assert.Equal([(Party.Platform, 100), (Party.Receiver, 9_901)], Amounts(Rules("1", Flat), Facts(1)));

    [Fact]
    public void An_amount_per_unit_counts_the_units() =>
        Assert.Equal([(Party.Platform, 8), (Party.Referrer, 742)], Amounts(Rules("1", PerUnit), Facts(1, bases: ("units", 3))));

    [Fact]
    public void Components_accrue_in_declared_order()
    {
        var calculation = Calculator.Calculate(Rules("0", Percent, Flat, OfReceived), Facts(10_000, bases: ("commission_received", 1_000)));
        Assert.Equal(["upfront", "upfront", "bonus", "share"], calculation.Accruals.Select(accrual => accrual.Component));
        Assert.Equal([52, 13, 10_001, 250], calculation.Accruals.Select(accrual => accrual.AmountMinor));
        Assert.Equal([People.Referrer.Id, People.Upline.Id, People.Receiver.Id, People.Referrer.Id], calculation.Accruals.Select(accrual => accrual.Payee));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("100", 325_000)]
    [InlineData("0.0000001", 0)]
    [InlineData("33.3333333", 108_333)]
    public void The_platform_fee_may_be_nothing_or_all(string fee, long platform)
    {
        var amounts = Amounts(Rules(fee, Percent), Facts(50_000_000));
        Assert.Equal(platform, amounts.Where(part => part.Item1 == Party.Platform).Sum(part => part.Item2));
        Assert.Equal(325_000, amounts.Sum(part => part.Item2));
    }

    [Fact]
    public void Nothing_settled_accrues_nothing_and_is_explained()
    {
        var calculation = Calculator.Calculate(Rules("1", Percent), Facts(0));
        Assert.Empty(calculation.Accruals);
        Assert.Contains("\"poolMinor\":0", Encoding.UTF8.GetString(calculation.Explanation), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_rules_and_facts_give_the_same_bytes_again() => Gen.Long[0, Money.MaxMinor].Sample(value =>
    {
        var facts = Facts(value, bases: [("units", 3), ("commission_received", 7)]);
        var reordered = facts with
        {
            OtherBases = facts.OtherBases.Reverse().ToDictionary(),
            Payees = facts.Payees.Reverse().ToDictionary(),
        };
        var (one, two) = (Calculator.Calculate(Rules("1", Percent, PerUnit), facts), Calculator.Calculate(Rules("1", Percent, PerUnit), reordered));
        Assert.Equal(one.Explanation, two.Explanation);
        Assert.Equal((one.FactsHash, one.RuleHash, one.ExplanationHash), (two.FactsHash, two.RuleHash, two.ExplanationHash));
        Assert.Equal(one.Accruals, two.Accruals);
    });

    [Fact]
    public void An_explanation_adds_up_when_it_is_recomputed() => Gen.Select(Gen.Long[0, Money.MaxMinor], Gen.Bool).Sample((value, upline) =>
    {
        var calculation = Calculator.Calculate(Rules("1", Percent, Flat, OfReceived), Facts(value, upline, ("commission_received", value / 3)));
        using var explanation = JsonDocument.Parse(calculation.Explanation);
        Assert.Equal(calculation.RuleHash.ToString(), explanation.RootElement.GetProperty("ruleHash").GetString());
        Assert.Equal(calculation.FactsHash.ToString(), explanation.RootElement.GetProperty("factsHash").GetString());
        Assert.All(explanation.RootElement.GetProperty("steps").EnumerateArray(), AddsUp);
        var explained = explanation.RootElement.GetProperty("steps").EnumerateArray().SelectMany(Parts).Where(part => part != 0);
        Assert.Equal(calculation.Accruals.Select(accrual => accrual.AmountMinor), explained);
    });

    private static IEnumerable<long> Parts(JsonElement step) =>
        step.GetProperty("split").EnumerateArray().Select(share => share.GetProperty("amountMinor").GetInt64());

    private static void AddsUp(JsonElement step)
    {
        var weights = step.GetProperty("split").EnumerateArray().Select(share => share.GetProperty("weight").GetInt64()).ToArray();
        var pool = step.GetProperty("poolMinor").GetInt64();
        Assert.Equal(weights.Sum(), step.GetProperty("totalWeight").GetInt64());
        Assert.Equal(pool, Parts(step).Sum());
        Assert.Equal(Allocation.LargestRemainder(pool, weights), Parts(step));
    }

    [Fact]
    public void A_missing_basis_is_named()
    {
        Assert.Equal("commission_received", Calculator.MissingBasis(Rules("1", Percent, OfReceived), Facts(1)));
        Assert.Null(Calculator.MissingBasis(Rules("1", Percent, OfReceived), Facts(1, bases: ("commission_received", 0))));
        Assert.Throws<InvalidOperationException>(() => Calculator.Calculate(Rules("1", OfReceived), Facts(1)));
    }

    [Fact]
    public void The_largest_amounts_stay_exact_and_explainable()
    {
        var heaviest = Percent.Replace("80", "1000000", StringComparison.Ordinal).Replace("20", "999999", StringComparison.Ordinal).Replace("0.65", "100", StringComparison.Ordinal);
        var calculation = Calculator.Calculate(Rules("0.0000001", heaviest), Facts(Money.MaxMinor));
        Assert.Equal(Money.MaxMinor, calculation.Accruals.Sum(accrual => accrual.AmountMinor));
        Assert.Equal(calculation.Explanation, CanonicalJson.Canonicalize(calculation.Explanation));
    }

    [Fact]
    public void A_pool_beyond_the_largest_amount_is_an_overflow() =>
        Assert.Throws<OverflowException>(() => Calculator.Calculate(Rules("1", PerUnit), Facts(1, bases: ("units", Money.MaxMinor))));
}
