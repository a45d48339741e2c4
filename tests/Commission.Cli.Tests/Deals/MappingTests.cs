using System.Text;
using Commission.Cli.Deals.Mappings;
using Xunit;

namespace Commission.Cli.Tests.Deals;

public sealed class MappingTests
{
    [Theory]
    [InlineData("amount", "\"value\"", "$.amount: unknown property")]
    [InlineData("source", "\"Not Valid\"", "$.source: expected lower-case letters")]
    [InlineData("source", "3", "$.source: expected a string, found 3")]
    [InlineData("source", "null", "$.source: is required")]
    [InlineData("currency", "\"dollars\"", "$.currency: expected a currency code such as AUD, found 'dollars'")]
    [InlineData("delimiter", "\"||\"", "$.delimiter: expected a single character")]
    [InlineData("amountMinor", "\"valeu * 100\"", "$.amountMinor: there is no column 'valeu' in rows.csv; its columns are: id, agent")]
    [InlineData("amountMinor", "\"value * \"", "$.amountMinor: 'value * ' is not an expression: expected a column")]
    [InlineData("amountMinor", "null", "$.amountMinor: is required, since $.stage.map.won is 'complete'")]
    [InlineData("where", "\"region = 1\"", "$.where: there is no column 'region'")]
    [InlineData("columns", """{ "agnet": {} }""", "$.columns.agnet: there is no column 'agnet'")]
    [InlineData("columns", """{ "agent": { "maps": {} } }""", "$.columns.agent.maps: unknown property; known here: map, default")]
    [InlineData("dates", """{ "referred": "opened" }""", "$.dates.acknowledged: is required, since $.stage.map.won is 'complete'")]
    [InlineData("dates", """{ "referred": { "date": "opened", "formats": ["MM"] } }""", "$.dates.referred.formats[0]: expected a format with y, M and d")]
    [InlineData("dates", """{ "referred": { "date": "opened", "default": "1/2/2020" } }""", "$.dates.referred.default: expected a date as yyyy-MM-dd")]
    [InlineData("dates", """{ "opened": "opened" }""", "$.dates.opened: unknown property")]
    [InlineData("stage", """{ "value": "stage", "map": { "won": "done" } }""", "$.stage.map.won: expected intent, acknowledged")]
    [InlineData("stage", """{ "value": "stage", "map": { "won": "complete after intake" } }""", "$.stage.map.won: expected intent")]
    [InlineData("receiver", """{ "name": "agent", "type": "CUSTOMER" }""", "$.receiver.type: expected MEMBER or PARTNER, found 'CUSTOMER'")]
    [InlineData("numbers", """{ "decimalMark": ".", "groupMark": "." }""", "$.numbers: decimalMark and groupMark must differ")]
    [InlineData("lookups", """{ "team": { "file": "none.csv", "key": "a", "on": "agent" } }""", "$.lookups.team.file: Could not find file")]
    [InlineData("lookups", """{ "team": { "file": "team.csv", "key": "a", "on": "agent" } }""", "$.lookups.team.key: there is no column 'a' in team.csv; its columns are: agent, boss")]
    [InlineData("upline", "\"team.chief\"", "$.upline: there is no column 'team.chief' in rows.csv")]
    [InlineData("setup", """{ "verticals": [{ "code": "gtx", "name": "x", "products": [] }] }""", "$.setup.verticals[0].code: expected a code")]
    [InlineData("setup", """{ "verticals": [{ "code": "GTX", "name": "x", "products": [], "ruleSets": [{ "file": "no.json" }] }] }""", "$.setup.verticals[0].ruleSets[0].file: cannot read the rule set")]
    public void A_mistake_is_named_by_its_path(string member, string json, string expected)
    {
        using var scenario = new ImportScenario().With(member, json).File("team.csv", "agent,boss\nAnn,Bob\n");

        Assert.Contains(scenario.Problems(), problem => problem.StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_missing_column_is_named_at_once()
    {
        using var scenario = new ImportScenario().With("referrer", "\"rep\"").With("client", "\"account\"");

        Assert.Equal(2, scenario.Problems().Count);
    }

    [Fact]
    public void Lookup_column_that_is_missing_is_named_with_its_file()
    {
        using var scenario = new ImportScenario().File("team.csv", "agent,boss\nAnn,Bob\n")
            .With("lookups", """{ "team": { "file": "team.csv", "key": "agent", "on": "agent" } }""").With("upline", "\"team.chief\"");

        Assert.Equal("$.upline: there is no column 'chief' in team.csv; its columns are: agent, boss", Assert.Single(scenario.Problems()));
    }

    [Fact]
    public void Column_that_stands_twice_in_the_header_cannot_be_used()
    {
        using var scenario = new ImportScenario();

        Assert.Contains("stands more than once", Assert.Single(scenario.Problems("id,agent,client,stage,opened,closed,value,value\n")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "rows.csv is empty: it has no header line")]
    [InlineData("\n\n", "rows.csv is empty: it has no header line")]
    public void File_without_a_header_is_refused(string csv, string expected)
    {
        using var scenario = new ImportScenario();

        Assert.Equal(expected, Assert.Single(scenario.Problems(csv)));
    }

    [Theory]
    [InlineData("{ \"source\": \"a\", \"source\": \"b\" }")]
    [InlineData("{ \"source\": ")]
    [InlineData("")]
    public void What_is_not_JSON_is_refused(string json) =>
        Assert.StartsWith("$: not valid JSON", Assert.Throws<MappingException>(() => MappingReader.Parse(Encoding.UTF8.GetBytes(json), ".")).Message, StringComparison.Ordinal);
}
