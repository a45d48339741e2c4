using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain.Amounts;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Tests.Rules;

public sealed class RuleSetReaderTests
{
    private const string Document = """
        {"schema":"commission/rule-set/v1","vertical":"MORTGAGE","effectiveFrom":"2015-01-01","currency":"AUD",
         "governingAgreement":"Referral agreement 7","platformFeePercent":"1","products":{"HOME":{"components":[
          {"name":"upfront","shape":"percent","basis":"deal_value","ratePercent":"0.65",
           "split":[{"party":"referrer","weight":80},{"party":"upline","weight":20}]},
          {"name":"bonus","shape":"flat","basis":"deal","amountMinor":10000,"split":[{"party":"receiver","weight":1}]}]}}}
        """;

    private const string Component = "$.products.HOME.components[0]";

    private static (RuleSetDocument? Document, Refusal? Refusal) Read(string json) => RuleSetReader.Read(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void A_document_says_what_it_says()
    {
        var document = Read(Document).Document!;
        Assert.Equal(("MORTGAGE", new DateOnly(2015, 1, 1), Currency.Aud, "Referral agreement 7"),
            (document.Vertical, document.EffectiveFrom, document.Currency, document.GoverningAgreement));
        Assert.Equal(new Rate(1, 0), document.PlatformFee);
        var percent = Assert.IsType<PercentComponent>(document.Products["HOME"].Components[0]);
        Assert.Equal(("upfront", "deal_value", new Rate(65, 2)), (percent.Name, percent.BasisName, percent.Rate));
        Assert.Equal([new Share(Party.Referrer, 80), new Share(Party.Upline, 20)], percent.Terms.Split.Shares);
        Assert.Equal(10_000, Assert.IsType<FlatComponent>(document.Products["HOME"].Components[1]).AmountMinor);
    }

    [Fact]
    public void White_space_and_order_do_not_change_the_hash()
    {
        var reordered = new JsonObject(JsonNode.Parse(Document)!.AsObject().Reverse()
            .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        Assert.Equal(Read(Document).Document!.Hash, Read(reordered.ToJsonString()).Document!.Hash);
        Assert.NotEqual(Read(Document).Document!.Hash, Read(Document.Replace("0.65", "0.650", StringComparison.Ordinal)).Document!.Hash);
    }

    [Theory]
    [InlineData("commission/rule-set/v1", "commission/rule-set/v2", "$.schema", "expected \"commission/rule-set/v1\", found \"commission/rule-set/v2\"")]
    [InlineData("\"MORTGAGE\"", "\"mortgage\"", "$.vertical", "found mortgage")]
    [InlineData("\"2015-01-01\"", "\"2015-02-29\"", "$.effectiveFrom", "expected a date yyyy-MM-dd, found \"2015-02-29\"")]
    [InlineData("\"2015-01-01\"", "20150101", "$.effectiveFrom", "expected a string, found 20150101")]
    [InlineData("\"AUD\"", "\"XYZ\"", "$.currency", "expected a currency such as AUD, found XYZ")]
    [InlineData("\"Referral agreement 7\"", "\"\"", "$.governingAgreement", "1 to 200 characters")]
    [InlineData("\"platformFeePercent\":\"1\"", "\"platformFeePercent\":\"101\"", "$.platformFeePercent", "from \"0\" to \"100\"")]
    [InlineData("\"platformFeePercent\":\"1\"", "\"platformFeePercent\":\"-1\"", "$.platformFeePercent", "found -1")]
    [InlineData("\"platformFeePercent\":\"1\"", "\"platformFeePercent\":1", "$.platformFeePercent", "expected a string, found 1")]
    [InlineData("\"platformFeePercent\":\"1\"", "\"platformFeePercent\":\"0.12345678\"", "$.platformFeePercent", "at most 7 decimals")]
    [InlineData("\"currency\":\"AUD\",", "", "$.currency", "expected a value, found nothing")]
    [InlineData("\"currency\":\"AUD\"", "\"currency\":\"AUD\",\"note\":\"x\"", "$.note", "found \"note\"")]
    [InlineData("\"currency\":\"AUD\"", "\"currency\":null", "$.currency", "found null")]
    [InlineData("\"currency\":\"AUD\"", "\"currency\":\"AUD\",\"currency\":\"AUD\"", "$", "")]
    [InlineData("\"currency\":\"AUD\"", "\"currency\":\"\\ud800\"", "$.currency", "unpaired surrogate")]
    [InlineData("\"HOME\"", "\"home loan\"", "$.products.home loan", "found home loan")]
    [InlineData("\"weight\":80", "\"weight\":0.5", Component + ".split[0].weight", "integers")]
    public void A_mistake_at_the_top_names_path_expected_and_found(string valid, string wrong, string path, string message) =>
        Refused(valid, wrong, path, message);

    [Theory]
    [InlineData("\"basis\":\"deal_value\"", "\"basis\":\"turnover\"", ".basis", "found turnover")]
    [InlineData("\"basis\":\"deal_value\"", "\"basis\":\"units\"", ".basis", "expected a basis in money, for a percentage, found units")]
    [InlineData("\"basis\":\"deal_value\"", "\"basis\":\"deal\"", ".basis", "expected a basis in money")]
    [InlineData("\"shape\":\"percent\"", "\"shape\":\"tiered\"", ".shape", "expected one of percent, flat, per_unit")]
    [InlineData("\"ratePercent\":\"0.65\"", "\"ratePercent\":\"100.01\"", ".ratePercent", "found 100.01")]
    [InlineData("\"ratePercent\":\"0.65\"", "\"ratePercent\":\"1e1\"", ".ratePercent", "found 1e1")]
    [InlineData("\"ratePercent\":\"0.65\"", "\"amountMinor\":65", ".amountMinor", "found \"amountMinor\"")]
    [InlineData("\"name\":\"upfront\"", "\"name\":\"\"", ".name", "1 to 80 characters")]
    [InlineData("\"party\":\"upline\"", "\"party\":\"platform\"", ".split[1].party", "found platform")]
    [InlineData("\"party\":\"upline\"", "\"party\":\"referrer\"", ".split", "each party once")]
    [InlineData("\"weight\":80", "\"weight\":0", ".split[0].weight", "expected an integer from 1 to 1000000, found 0")]
    [InlineData("\"weight\":80", "\"weight\":-80", ".split[0].weight", "found -80")]
    [InlineData("\"weight\":80", "\"weight\":1000001", ".split[0].weight", "found 1000001")]
    [InlineData("\"weight\":80", "\"weight\":80,\"cap\":1", ".split[0].cap", "found \"cap\"")]
    public void A_mistake_in_a_component_names_path_expected_and_found(string valid, string wrong, string path, string message) =>
        Refused(valid, wrong, Component + path, message);

    [Theory]
    [InlineData("\"amountMinor\":10000", "\"amountMinor\":-1", ".amountMinor", "found -1")]
    [InlineData("\"amountMinor\":10000", "\"amountMinor\":100000000000000", ".amountMinor", "found 100000000000000")]
    [InlineData("\"amountMinor\":10000", "\"amountMinor\":\"10000\"", ".amountMinor", "found \"10000\"")]
    [InlineData("\"basis\":\"deal\",", "\"basis\":\"deal_value\",", ".basis", "expected deal, for a flat amount")]
    [InlineData("[{\"party\":\"receiver\",\"weight\":1}]", "[]", ".split", "at least one")]
    [InlineData("[{\"party\":\"receiver\",\"weight\":1}]", "7", ".split", "expected an array, found Number")]
    public void A_mistake_in_the_second_component_is_found_too(string valid, string wrong, string path, string message) =>
        Refused(valid, wrong, "$.products.HOME.components[1]" + path, message);

    private static void Refused(string valid, string wrong, string path, string message)
    {
        Assert.Contains(valid, Document, StringComparison.Ordinal);
        var refusal = Read(Document.Replace(valid, wrong, StringComparison.Ordinal)).Refusal;
        Assert.NotNull(refusal);
        Assert.Equal((RefusalCodes.InvalidField, path), (refusal.Code, refusal.Field));
        Assert.Contains(message, refusal.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("""{"schema":"commission/rule-set/v1","vertical":"MORTGAGE","effectiveFrom":"2015-01-01","currency":"AUD","governingAgreement":"x","platformFeePercent":"1","products":{}}""")]
    public void What_is_no_document_is_refused(string json) => Assert.Equal(RefusalCodes.InvalidField, Read(json).Refusal?.Code);

    [Fact]
    public void Component_names_are_unique_in_a_product() =>
        Refused("\"name\":\"bonus\"", "\"name\":\"upfront\"", "$.products.HOME.components", "unique names");

    [Fact]
    public void A_document_has_a_largest_size() =>
        Assert.Contains("at most", RuleSetReader.Read(new byte[RuleSetReader.MaxBytes + 1]).Refusal!.Text, StringComparison.Ordinal);

    [Theory]
    [InlineData("A")]
    [InlineData("1A")]
    [InlineData("_A")]
    [InlineData("A-B")]
    [InlineData("a")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJX")]
    public void A_code_has_one_form(string? code) => Assert.False(VerticalCode.IsValid(code));
}
