using Commission.Domain.Rules;
using Commission.Domain.Rules.Wording;

namespace Commission.Domain.Tests.Rules;

public sealed class WordingTests
{
    // component, its first sentence
    public static TheoryData<string, string> Sentences => new()
    {
        { "\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"0.65\"", "When the deal is complete, 0.65 % of the deal value." },
        { "\"shape\":\"flat\",\"basis\":\"deal\",\"amountMinor\":100000", "When the deal is complete, $1,000.00 per deal." },
        { "\"shape\":\"per_unit\",\"basis\":\"units\",\"minorPerUnit\":\"0.35\"", "When the deal is complete, 0.35 cents for each unit of the number of units." },
        { "\"shape\":\"trail\",\"basis\":\"trail_balance\",\"yearlyPercents\":[\"0.15\"]", "Every month one twelfth of 0.15 % per annum of the balance, for as long as the balance lasts." },
        { "\"shape\":\"unit_trail\",\"basis\":\"consumption\",\"yearlyMinorPerUnit\":[\"0.1\",\"0.05\"],\"months\":36",
            "0.1 cents in year 1, 0.05 cents in year 2 and later for each unit of the consumption that is reported, for 36 months." },
        { "\"shape\":\"recurring\",\"on\":\"invoice\",\"basis\":\"invoice_amount_ex_gst\",\"ratePercent\":\"20\",\"months\":24", "20 % of the invoice amount without GST of each invoice, for 24 months." },
        { "\"shape\":\"tier_marginal\",\"basis\":\"deal_value\",\"boundary\":\"lower\",\"bands\":[{\"from\":0,\"to\":100000,\"ratePercent\":\"1\"},{\"from\":100000,\"ratePercent\":\"2\"}]",
            "When the deal is complete, the deal value in bands, each paid for its own part: 1 % of the part up to and including $1,000.00; 2 % of the part above $1,000.00." },
        { "\"shape\":\"campaign\",\"basis\":\"deal\",\"from\":\"2026-01-01\",\"to\":\"2026-01-31\",\"scope\":\"referrer\",\"atLeast\":3,\"amountMinor\":50000,\"pays\":\"once\"",
            "When the deal is complete, a bonus of $500.00 once when a referrer's the number of deals between 2026-01-01 and 2026-01-31 reaches 3." },
    };

    [Theory]
    [MemberData(nameof(Sentences))]
    public void A_component_is_a_sentence(string component, string sentence)
    {
        var document = RuleTable.Of("1", RuleTable.All(component));
        Assert.Equal(sentence, PlainEnglish.Of(document, document.Products["P1"].Components[0])[0]);
    }

    [Fact]
    public void A_document_prints_itself_with_its_hash()
    {
        var document = RuleTable.Of("1", RuleTable.Split("\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"0.65\",\"clawback\":{\"kind\":\"unexpired_days\",\"termDays\":365}"));
        var text = PlainEnglish.Of(document);
        Assert.Contains($"sha256 {document.Hash}", text, StringComparison.Ordinal);
        Assert.Contains("Shared: 1 % to the platform, of the rest the referrer 80 of 100, the upline 20 of 100.", text, StringComparison.Ordinal);
        Assert.Contains("the unexpired days of 365, pro rata", text, StringComparison.Ordinal);
        Assert.Contains("Payable after 14 days.", text, StringComparison.Ordinal);
    }

    private static readonly string Before = RuleTable.Split("\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"0.65\"");

    // what is written instead, the line
    public static TheoryData<string, string, string> Changes => new()
    {
        { "\"0.65\"", "\"0.6\"", "P1, “it”: the rate changes from 0.65 % to 0.6 % (less)." },
        { "\"weight\":80", "\"weight\":70", "P1, “it”, split referrer: the weight changes from 80 to 70 (less)." },
        { "\"basis\":\"deal_value\"", "\"basis\":\"commission_received\"", "P1, “it”: the basis changes from “deal_value” to “commission_received”." },
        { "\"shape\"", "\"floorRaiseMinor\":5000,\"shape\"", "P1, “it”: the amount that it is raised to is now stated: $50.00." },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_is_a_line(string old, string young, string line)
    {
        var (before, after) = (RuleTable.Of("1", Before), RuleTable.Of("1", Before.Replace(old, young, StringComparison.Ordinal)));
        Assert.Equal([line], RuleSetDifference.InWords(before, after));
        Assert.NotEmpty(RuleSetDifference.InWords(after, before));
        Assert.Empty(RuleSetDifference.InWords(before, before));
    }

    [Fact]
    public void A_change_of_the_price_per_unit_is_a_line()
    {
        static RuleSetDocument Rules(string prices) => RuleTable.Of("1", RuleTable.All($"\"shape\":\"unit_trail\",\"basis\":\"consumption\",\"yearlyMinorPerUnit\":[{prices}]"));
        Assert.Equal(
            ["P1, “it”: the list of yearly prices per unit changes from 0.1 to 0.1, 0.05."], RuleSetDifference.InWords(Rules("\"0.1\""), Rules("\"0.1\",\"0.05\"")));
    }

    [Fact]
    public void New_and_removed_components_are_named()
    {
        var bounty = "{\"name\":\"bounty\",\"shape\":\"flat\",\"basis\":\"deal\",\"amountMinor\":5000," + RuleTable.ToReferrer + "}";
        var (one, two) = (RuleTable.Of("1", Before), RuleTable.Of("2", Before, bounty));
        var lines = RuleSetDifference.InWords(one, two);
        Assert.Contains("the platform fee changes from 1 % to 2 % (more).", lines);
        Assert.Contains(lines, line => line.StartsWith("P1, “bounty” is new: When the deal is complete, $50.00 per deal.", StringComparison.Ordinal));
        Assert.Contains("P1: “bounty” is removed.", RuleSetDifference.InWords(two, one));
    }

    [Fact]
    public void An_explanation_can_be_read()
    {
        var text = ExplanationText.Of(Calculator.Calculate(RuleTable.Of("1", Before), RuleTable.Facts(50_000_000)).Explanation);
        Assert.Contains("it: 0.65 % of deal_value", text, StringComparison.Ordinal);
        Assert.Contains("pool 3250.00 (rounded half away from zero, then largest remainder)", text, StringComparison.Ordinal);
        Assert.Contains("2574.00  referrer", text, StringComparison.Ordinal);
    }
}
