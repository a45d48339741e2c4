using System.Text;
using System.Text.Json;
using Commission.Domain.Rules;
using CsCheck;

namespace Commission.Domain.Tests.Rules;

/// <summary>What the language refuses, and that the published schema and the reader agree.</summary>
public sealed class RuleLanguageTests
{
    private static readonly JsonSchemaCheck Schema = new(Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "formats", "rule-set.schema.json"))));

    private static JsonElement Parse(byte[] json)
    {
        using var parsed = JsonDocument.Parse(json);
        return parsed.RootElement.Clone();
    }

    private const string TierStart = "\"shape\":\"tier_marginal\",\"basis\":\"deal_value\",\"boundary\":\"upper\",\"bands\":";
    private const string Quarter = ",\"accumulate\":{\"per\":\"quarter\",\"scope\":\"network\"}";
    private const string Quota = "\"shape\":\"accelerator\",\"basis\":\"deal_value\",\"quotaMinor\":1000,\"ratePercent\":\"5\",\"method\":\"whole\",\"boundary\":\"lower\"" + Quarter + ",\"bands\":";
    private const string Percent = "\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"1\"";

    public static TheoryData<string> Accepted => new()
    {
        RuleTable.All(Percent),
        RuleTable.All("\"shape\":\"percent\",\"basis\":\"kwh_value\",\"ratePercent\":\"100\""),
        RuleTable.All("\"shape\":\"per_unit\",\"basis\":\"kwh\",\"minorPerUnit\":\"0.35\""),
        RuleTable.All("\"shape\":\"package\",\"basis\":\"kwh\",\"packageSize\":100,\"amountMinor\":5"),
        RuleTable.All(TierStart + "[{\"from\":0,\"ratePercent\":\"1\"}]"),
        RuleTable.All(TierStart + "[{\"from\":0,\"to\":10,\"ratePercent\":\"1\"},{\"from\":10,\"ratePercent\":\"0\"}]" + Quarter),
        RuleTable.All("\"shape\":\"tier_interpolated\",\"basis\":\"deal_value\",\"points\":[{\"at\":0,\"ratePercent\":\"1\"},{\"at\":5,\"ratePercent\":\"2\"}]"),
        RuleTable.All("\"shape\":\"trail\",\"basis\":\"trail_balance\",\"yearlyPercents\":[\"0.15\"],\"fromMonth\":2,\"months\":3"),
        RuleTable.All("\"shape\":\"unit_trail\",\"basis\":\"consumption\",\"yearlyMinorPerUnit\":[\"0.1\",\"0.05\"],\"fromMonth\":2,\"months\":36,\"caps\":{\"customerMinor\":5}"),
        RuleTable.All("\"shape\":\"recurring\",\"on\":\"invoice\",\"basis\":\"invoice_amount_ex_gst\",\"ratePercent\":\"20\",\"payments\":24,\"laterRatePercent\":\"5\""),
        RuleTable.All("\"shape\":\"campaign\",\"basis\":\"deal\",\"from\":\"2026-01-01\",\"to\":\"2026-01-31\",\"scope\":\"referrer\",\"atLeast\":3,\"amountMinor\":5,\"pays\":\"once\""),
        RuleTable.All(Quota + "[{\"fromPercent\":\"0\",\"toPercent\":\"100\",\"multiplierPercent\":\"80\"},{\"fromPercent\":\"100\",\"multiplierPercent\":\"150\"}]"),
        RuleTable.All(Percent + ",\"caps\":{\"dealMinor\":1,\"partyMinor\":{\"referrer\":2},\"customerMinor\":3},\"floorRaiseMinor\":1,\"floorThresholdMinor\":1,\"coolingOffDays\":0"),
        RuleTable.All(Percent + ",\"caps\":{\"customerMinor\":1,\"period\":{\"per\":\"year\",\"scope\":\"referrer\",\"amountMinor\":1}}"),
        RuleTable.All(TierStart + "[{\"from\":0,\"ratePercent\":\"1\"}]" + Quarter + ",\"caps\":{\"period\":{\"per\":\"year\",\"scope\":\"referrer\",\"amountMinor\":1}},\"milestones\":[{\"name\":\"sign_up\",\"percent\":\"100\"}]"),
        RuleTable.All(Percent + ",\"clawback\":{\"kind\":\"cliff_then_linear\",\"cliffMonths\":3,\"endMonths\":24},\"milestones\":[{\"name\":\"sign_up\",\"percent\":\"100\"}]"),
        RuleTable.All(Percent) + ",{\"name\":\"up\",\"shape\":\"override\",\"of\":\"commission\",\"component\":\"it\",\"mode\":\"pool_neutral\",\"levelPercents\":[\"10\",\"5\"]}",
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void What_the_schema_accepts_the_reader_reads(string component)
    {
        var text = RuleTable.Text("1", Declared, component);
        Assert.Null(RuleSetReader.Read(text).Refusal?.Text);
        Assert.True(Schema.Accepts(Parse(text)));
    }

    private const string Declared = "\"bases\":{\"kwh\":\"count\",\"kwh_value\":\"money\"},\"coolingOffDays\":7,\"gst\":\"none\",\"anchor\":\"settlement\",";

    // component, path below it, words of the message, whether the schema can say it
    public static TheoryData<string, string, string, bool> Refused => new()
    {
        { RuleTable.All("\"shape\":\"percent\",\"basis\":\"turnover\",\"ratePercent\":\"1\""), ".basis", "found turnover", false },
        { RuleTable.All("\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"100.1\""), ".ratePercent", "found 100.1", true },
        { RuleTable.All("\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"1e1\""), ".ratePercent", "found 1e1", true },
        { RuleTable.All("\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":1"), ".ratePercent", "expected a string", true },
        { RuleTable.All("\"shape\":\"flat\",\"basis\":\"units\",\"amountMinor\":1"), ".basis", "expected deal", true },
        { RuleTable.All("\"shape\":\"per_unit\",\"basis\":\"deal_value\",\"minorPerUnit\":\"1\""), ".basis", "a basis that counts", false },
        { RuleTable.All("\"shape\":\"package\",\"basis\":\"units\",\"packageSize\":0,\"amountMinor\":1"), ".packageSize", "found 0", true },
        { RuleTable.All(TierStart + "[]"), ".bands", "1 to 50 bands", true },
        { RuleTable.All(TierStart + "[{\"from\":1,\"ratePercent\":\"1\"}]"), ".bands[0].from", "where the first band begins", false },
        { RuleTable.All(TierStart + "[{\"from\":0,\"to\":10,\"ratePercent\":\"1\"},{\"from\":11,\"ratePercent\":\"2\"}]"), ".bands[1].from", "expected 10, where the band before it ends (a gap), found 11", false },
        { RuleTable.All(TierStart + "[{\"from\":0,\"to\":10,\"ratePercent\":\"1\"},{\"from\":9,\"ratePercent\":\"2\"}]"), ".bands[1].from", "(an overlap), found 9", false },
        { RuleTable.All(TierStart + "[{\"from\":0,\"to\":10,\"ratePercent\":\"1\"}]"), ".bands[0]", "the last band is open", false },
        { RuleTable.All(TierStart + "[{\"from\":0,\"ratePercent\":\"1\"},{\"from\":10,\"ratePercent\":\"2\"}]"), ".bands[1].from", "no band after one without an end", false },
        { RuleTable.All(TierStart + "[{\"from\":0,\"to\":0,\"ratePercent\":\"1\"},{\"from\":0,\"ratePercent\":\"1\"}]"), ".bands[0].to", "more than 0", false },
        { RuleTable.All(TierStart.Replace("\"boundary\":\"upper\",", "") + "[{\"from\":0,\"ratePercent\":\"1\"}]"), ".boundary", "found nothing", true },
        { RuleTable.All(TierStart.Replace("upper", "both") + "[{\"from\":0,\"ratePercent\":\"1\"}]"), ".boundary", "lower or upper", true },
        { RuleTable.All(TierStart + "[{\"from\":0,\"ratePercent\":\"1\"}],\"accumulate\":{\"per\":\"week\",\"scope\":\"network\"}"), ".accumulate.per", "found week", true },
        { RuleTable.All(Quota + "[{\"fromPercent\":\"0\",\"toPercent\":\"33.33\",\"multiplierPercent\":\"100\"},{\"fromPercent\":\"33.33\",\"multiplierPercent\":\"100\"}]"), ".bands[0].toPercent", "whole minor units", false },
        { RuleTable.All(Quota + "[{\"fromPercent\":\"0\",\"multiplierPercent\":\"2001\"}]"), ".bands[0].multiplierPercent", "at most 100 %", false },
        { RuleTable.All("\"shape\":\"tier_interpolated\",\"basis\":\"deal_value\",\"points\":[{\"at\":5,\"ratePercent\":\"1\"},{\"at\":5,\"ratePercent\":\"2\"}]"), ".points[1].at", "from 6", false },
        { RuleTable.All("\"shape\":\"recurring\",\"on\":\"invoice\",\"basis\":\"invoice_amount_ex_gst\",\"ratePercent\":\"20\",\"laterRatePercent\":\"5\""), ".laterRatePercent", "neither", false },
        { RuleTable.All("\"shape\":\"campaign\",\"basis\":\"deal\",\"from\":\"2026-02-01\",\"to\":\"2026-01-31\",\"scope\":\"referrer\",\"atLeast\":3,\"amountMinor\":5,\"pays\":\"once\""), ".to", "not before 2026-02-01", false },
        { RuleTable.All(Percent + ",\"milestones\":[{\"name\":\"one\",\"percent\":\"50\"},{\"name\":\"two\",\"percent\":\"49\"}]"), ".milestones", "add up to 100, found 99", false },
        { RuleTable.All(Percent + ",\"clawback\":{\"kind\":\"cliffs\",\"steps\":[{\"beforeMonths\":12,\"percent\":\"100\"},{\"beforeMonths\":12,\"percent\":\"50\"}]}"), ".clawback.steps[1].beforeMonths", "from 13", false },
        { RuleTable.All(Percent + ",\"clawback\":{\"kind\":\"never\"}"), ".clawback.kind", "found never", true },
        { RuleTable.All("\"shape\":\"trail\",\"basis\":\"trail_balance\",\"yearlyPercents\":[\"1\"],\"caps\":{\"customerMinor\":1}"), ".caps", "found one per period or customer", false },
        { RuleTable.All("\"shape\":\"trail\",\"basis\":\"trail_balance\",\"yearlyPercents\":[\"1\"],\"milestones\":[{\"name\":\"sign_up\",\"percent\":\"100\"}]"), ".milestones", "none, for what is recurring", false },
        { RuleTable.All("\"shape\":\"unit_trail\",\"basis\":\"units\",\"yearlyMinorPerUnit\":[\"0.1\"]"), ".basis", "expected consumption", true },
        { RuleTable.All("\"shape\":\"unit_trail\",\"basis\":\"consumption\",\"yearlyMinorPerUnit\":[]"), ".yearlyMinorPerUnit", "1 to 50 prices", true },
        { RuleTable.All("\"shape\":\"unit_trail\",\"basis\":\"consumption\",\"yearlyMinorPerUnit\":[\"0.1\",\"1e-1\"]"), ".yearlyMinorPerUnit[1]", "found 1e-1", true },
        { RuleTable.All("\"shape\":\"recurring\",\"on\":\"consumption\",\"basis\":\"commission_received\",\"ratePercent\":\"1\""), ".on", "found consumption", true },
        { RuleTable.All(Percent + ",\"cap\":1"), ".cap", "found \"cap\"", true },
        { RuleTable.All(Percent).Replace("\"it\"", "\"іt\""), ".name", "ASCII", true },
        { RuleTable.All(Percent).Replace(RuleTable.ToReferrer, "\"split\":[{\"party\":\"referrer\",\"percent\":\"60\"},{\"party\":\"upline\",\"percent\":\"30\"}]"), ".split", "add up to 100, found 90", false },
        { RuleTable.All(Percent).Replace(RuleTable.ToReferrer, "\"split\":{\"offTheTop\":[{\"party\":\"receiver\",\"percent\":\"100\"}],\"then\":[{\"party\":\"referrer\",\"weight\":1}]}"), ".split.offTheTop", "less than 100 %", false },
        { RuleTable.All(Percent).Replace(RuleTable.ToReferrer, "\"split\":{\"offTheTop\":[{\"party\":\"referrer\",\"percent\":\"10\"}],\"then\":[{\"party\":\"referrer\",\"weight\":1}]}"), ".split", "each party once", false },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_mistake_is_refused_with_its_path(string component, string path, string message, bool bySchema)
    {
        var text = RuleTable.Text("1", Declared, component);
        var refusal = RuleSetReader.Read(text).Refusal;
        Assert.NotNull(refusal);
        Assert.Equal("$.products.P1.components[0]" + path, refusal.Field);
        Assert.Contains(message, refusal.Text, StringComparison.Ordinal);
        Assert.Equal(!bySchema, Schema.Accepts(Parse(text)));
    }

    private static string Override(string name, string of) =>
        $$"""{"name":"{{name}}","shape":"override","of":"commission","component":"{{of}}","mode":"additive","levelPercents":["10"]}""";

    [Fact]
    public void An_override_of_itself_is_refused_over_any_number_of_steps()
    {
        var refusal = RuleSetReader.Read(RuleTable.Text("1", "", Override("a", "b"), Override("b", "c"), Override("c", "a"))).Refusal!;
        Assert.Equal("$.products.P1.components[0].component", refusal.Field);
        Assert.Contains("\"a\" → \"b\" → \"c\" → \"a\"", refusal.Text, StringComparison.Ordinal);
        Assert.Contains("the name of another component", RuleSetReader.Read(RuleTable.Text("1", "", Override("a", "z"))).Refusal!.Text, StringComparison.Ordinal);
    }

    public static TheoryData<string> ShippedDocuments =>
    [
        .. FilesOf("verticals"), .. FilesOf("samples"),
    ];

    private static IOrderedEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, folder), "*.json")
            .Select(file => Path.Combine(folder, Path.GetFileName(file))).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(ShippedDocuments))]
    public void A_document_that_ships_is_as_the_schema_says(string file)
    {
        var json = Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, file)));
        var document = json.TryGetProperty("ruleSet", out var inner) ? inner : json;
        Assert.True(Schema.Accepts(document));
        Assert.NotNull(RuleSetReader.Read(Encoding.UTF8.GetBytes(document.GetRawText())).Document);
    }

    [Fact]
    public void A_canonical_document_reads_as_itself()
    {
        var document = RuleTable.Read(RuleTable.Text("1", Declared, [.. Accepted.Select(row => row.Data).Take(1)]));
        Assert.Equal(document.Canonical, RuleTable.Read(document.Canonical).Canonical);
    }

    [Fact]
    public void Damage_anywhere_is_refused_or_read_but_never_thrown()
    {
        var texts = Accepted.Select(row => RuleTable.Text("1", Declared, row.Data)).ToArray();
        Gen.Select(Gen.Int[0, texts.Length - 1], Gen.Int[0, 2_000], Gen.Byte, Gen.Int[0, 3]).Sample((which, at, value, how) =>
        {
            var text = (byte[])texts[which].Clone();
            at %= text.Length;
            text = how switch
            {
                0 => [.. text[..at], value, .. text[(at + 1)..]],
                1 => [.. text[..at], .. text[(at + 1)..]],
                2 => [.. text[..at], value, .. text[at..]],
                _ => text[..at],
            };
            var (document, refusal) = RuleSetReader.Read(text);
            Assert.True(document is null != (refusal is null));
        });
    }

    [Theory]
    [InlineData(31)]
    [InlineData(40)]
    [InlineData(100_000)]
    public void Deep_nesting_is_refused(int depth)
    {
        var text = Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
        Assert.NotNull(RuleSetReader.Read(text).Refusal);
        Assert.NotNull(CalculationFactsReader.Read(text).Refusal);
    }
}
