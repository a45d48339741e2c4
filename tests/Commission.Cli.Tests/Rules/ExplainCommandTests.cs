using System.CommandLine;
using System.Text.Json;
using Commission.Domain;
using Xunit;

namespace Commission.Cli.Tests.Rules;

/// <summary><c>commission explain</c>: rules and facts from files, and no server anywhere.</summary>
public sealed class ExplainCommandTests : IDisposable
{
    private const string Rules = """
        {
          "schema": "commission/rule-set/v1", "vertical": "MORTGAGE", "effectiveFrom": "2020-01-01", "currency": "AUD",
          "governingAgreement": "Network agreement",
          "products": { "HOME_LOAN": { "components": [
            { "name": "upfront", "shape": "percent", "basis": "deal_value", "ratePercent": "0.65", "split": [{ "party": "referrer", "weight": 1 }] }] } }
        }
        """;

    private const string Facts = """
        { "product": "HOME_LOAN", "currency": "AUD", "settledValueMinor": 50000123, "bases": {}, "payees": { "referrer": "REFERRER" } }
        """;

    private static readonly string Referrer = ContactId.From(TypeId.Derive("test/contact", "referrer")).ToString();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_explains_each_cent_in_words()
    {
        var ran = await ExplainAsync(Rules, Facts);

        Assert.Equal((ExitCode.Done, ""), (ran.Code, ran.Errors));
        Assert.StartsWith("HOME_LOAN, settlement, in AUD\n", ran.Output);
        Assert.Contains("Agreement: Network agreement\n", ran.Output);
        Assert.Contains("pool 3250.01 (rounded half away from zero", ran.Output);
        Assert.Contains($"3217.51  referrer {Referrer} (weight 99)", ran.Output);
        Assert.Contains("32.50  platform (weight 1)", ran.Output);
    }

    [Fact]
    public async Task As_JSON_it_writes_the_bytes_whose_hash_an_entry_would_carry()
    {
        var ran = await ExplainAsync(Rules, Facts, "--json");

        Assert.Equal(ExitCode.Done, ran.Code);
        var written = System.Text.Encoding.UTF8.GetBytes(ran.Output.TrimEnd());
        Assert.Equal(CanonicalJson.Canonicalize(written), written);
        using var json = JsonDocument.Parse(written);
        Assert.Equal(325_001, json.RootElement.GetProperty("steps")[0].GetProperty("poolMinor").GetInt64());
        Assert.Equal(Hash.Of(CanonicalJson.Canonicalize(System.Text.Encoding.UTF8.GetBytes(Rules))).ToString(), json.RootElement.GetProperty("ruleHash").GetString());
    }

    [Theory]
    [InlineData("\"0.65\"", "\"101\"", "INVALID_FIELD rules: $.products.HOME_LOAN.components[0].ratePercent: expected a percentage")]
    [InlineData("\"percent\"", "\"guess\"", "INVALID_FIELD rules: $.products.HOME_LOAN.components[0].shape: expected")]
    [InlineData("\"deal_value\"", "\"annual_premium\"", "MISSING_BASIS facts: $.bases: the rule set needs annual_premium")]
    [InlineData("\"schema\": \"", "\"scheme\": \"", "INVALID_FIELD rules: $.scheme: expected one of")]
    public async Task A_mistake_in_the_rules_is_named_with_its_path(string valid, string wrong, string message)
    {
        Assert.Contains(valid, Rules);
        Refused(await ExplainAsync(Rules.Replace(valid, wrong, StringComparison.Ordinal), Facts), message);
    }

    [Theory]
    [InlineData("\"AUD\"", "\"USD\"", "CURRENCY_MISMATCH facts: $.currency: expected AUD, found USD.")]
    [InlineData("\"HOME_LOAN\"", "\"CAR_LOAN\"", "UNKNOWN_PRODUCT facts: $.product: the rule set has no product CAR_LOAN.")]
    [InlineData("50000123", "500001.23", "INVALID_FIELD facts: $.settledValueMinor")]
    [InlineData("\"referrer\"", "\"friend\"", "INVALID_FIELD facts: $.payees.friend: expected a role such as referrer")]
    [InlineData("\"bases\"", "\"basis\"", "INVALID_FIELD facts: $.basis")]
    [InlineData("} }", "}", "INVALID_FIELD facts: Not valid JSON")]
    public async Task A_mistake_in_the_facts_is_named_with_its_path(string valid, string wrong, string message)
    {
        Assert.Contains(valid, Facts);
        Refused(await ExplainAsync(Rules, Facts.Replace(valid, wrong, StringComparison.Ordinal)), message);
    }

    [Fact]
    public async Task Amounts_beyond_what_stays_exact_are_refused()
    {
        var rules = Rules.Replace("\"shape\": \"percent\"", "\"shape\": \"per_unit\"", StringComparison.Ordinal)
            .Replace("\"basis\": \"deal_value\", \"ratePercent\": \"0.65\"", "\"basis\": \"units\", \"minorPerUnit\": \"900000000\"", StringComparison.Ordinal);
        var facts = Facts.Replace("\"bases\": {}", "\"bases\": { \"units\": 900000000000 }", StringComparison.Ordinal);

        Refused(await ExplainAsync(rules, facts), "INVALID_FIELD facts: The amounts are too large for the rule set.");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var there = _folder.Write("rules.json", Rules);
        var ran = await RunAsync("explain", "--rules", there, "--facts", _folder.Path("missing.json"));

        Refused(ran, "missing.json");
        Assert.Equal(ExitCode.Usage, (await RunAsync("explain", "--rules", there)).Code);
    }

    private static void Refused(Run ran, string message)
    {
        Assert.Equal((ExitCode.Usage, ""), (ran.Code, ran.Output));
        Assert.Contains(message, ran.Errors);
    }

    private Task<Run> ExplainAsync(string rules, string facts, params string[] more) => RunAsync(
        ["explain", "--rules", _folder.Write("rules.json", rules),
            "--facts", _folder.Write("facts.json", facts.Replace("REFERRER", Referrer, StringComparison.Ordinal)), .. more]);

    private static async Task<Run> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandTree.RunAsync(arguments, new InvocationConfiguration { Output = output, Error = errors });
        return new Run(code, output.ToString(), errors.ToString());
    }

    private sealed record Run(int Code, string Output, string Errors);
}
