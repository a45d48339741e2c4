using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain.Amounts;
using Commission.Domain.Rules;

namespace Commission.Api.Tests.Rules;

/// <summary>Rules tried on facts over HTTP: what comes out, how it is explained, and what is said of bad input.</summary>
public sealed class ExplainTests(Engine engine) : IClassFixture<Engine>
{
    private const string Path = "/api/v1/rules/explain";

    [Fact]
    public async Task Facts_are_calculated_to_the_cent_and_explained_as_the_ledger_would_explain_them()
    {
        var network = await engine.NetworkAsync();
        var before = await engine.FootprintAsync();

        var answer = (await ExplainAsync(Body(network))).Is(200);

        Assert.Equal(before, await engine.FootprintAsync());
        // 0.65 % of 500,001.23 are 3,250.01; 1 % for the platform, the rest 80 to 20.
        Assert.Equal(("settlement", "AUD", 325_001), (answer["kind"].GetString(), answer["currency"].GetString(), answer["totalMinor"].GetInt64()));
        Assert.Equal([3_250, 257_401, 64_350], answer["accruals"].EnumerateArray().Select(accrual => accrual.GetProperty("amountMinor").GetInt64()));
        var deal = await network.DealAsync(5);
        var booked = await deal.WhenBookedAsync(entries: 3);
        Assert.Equal(booked["ruleHash"].GetString(), answer["ruleHash"].GetString());
        Assert.Equal(
            [answer["explanationHash"].GetString()],
            booked["entries"].EnumerateArray().Select(entry => entry.GetProperty("explanationHash").GetString()).Distinct());
        Assert.Equal(answer["ruleHash"].GetString(), answer["explanation"].GetProperty("ruleHash").GetString());
    }

    [Theory]
    [InlineData("", "text/plain", "text/plain")]
    [InlineData("", "application/json;q=0.5, text/*", "text/plain")]
    [InlineData("?format=text", "application/json", "text/plain")]
    [InlineData("?format=json", "text/plain", "application/json")]
    [InlineData("", "*/*", "application/json")]
    [InlineData("", "text/html", "application/json")]
    public async Task Who_asks_for_words_gets_words(string query, string accept, string expected)
    {
        var body = Body(await engine.NetworkAsync());
        var inJson = (await ExplainAsync(body)).Is(200);

        using var http = new HttpClient { BaseAddress = new Uri(engine.Address) };
        using var request = new HttpRequestMessage(HttpMethod.Post, Path + query);
        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        request.Headers.Accept.ParseAdd(accept);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal(expected, response.Content.Headers.ContentType?.MediaType);
        if (expected == "text/plain")
            Assert.Equal(inJson["text"].GetString(), text);
        Assert.Contains("3250.01", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rules.products.HOME_LOAN.components[0].ratePercent", "\"0.65\"", 400, "INVALID_FIELD", "rules.products.HOME_LOAN.components[0].ratePercent")]
    [InlineData("facts.settledValueMinor", "1.5", 400, "INVALID_FIELD", "facts.settledValueMinor")]
    [InlineData("facts.surplus", "1", 400, "INVALID_FIELD", "facts.surplus")]
    [InlineData("facts.currency", "\"USD\"", 422, "CURRENCY_MISMATCH", "facts.currency")]
    [InlineData("facts.product", "\"HOME_LOAM\"", 422, "UNKNOWN_PRODUCT", "facts.product")]
    [InlineData("rules.products.HOME_LOAN.components[0].basis", "\"annual_premium\"", 422, "MISSING_BASIS", "facts.bases.annual_premium")]
    [InlineData("rules", "[]", 400, "INVALID_FIELD", "rules")]
    [InlineData("facts", "null", 400, "INVALID_FIELD", "facts")]
    [InlineData("extra", "1", 400, "INVALID_FIELD", "extra")]
    public async Task What_is_wrong_is_refused_with_its_path(string path, string json, int status, string code, string field)
    {
        var body = Body(await engine.NetworkAsync());
        var member = json == "\"0.65\"" ? JsonNode.Parse("0.65") : JsonNode.Parse(json);
        var (parent, name) = Find(body, path);
        parent[name] = member;

        (await ExplainAsync(body)).IsRefused(status, code, field);
    }

    [Theory]
    [InlineData("volume", """{"before":0,"component":"upfront","contribution":"c","credited":[],"index":0,"kind":"volume","month":0,"poolBeforeMinor":0,"total":1,"withdrawn":0}""", "facts.event.component")]
    [InlineData("unknown", """{"kind":"surprise"}""", "facts.event.kind")]
    public async Task An_event_that_the_rules_cannot_have_is_refused(string _, string happened, string field)
    {
        var body = Body(await engine.NetworkAsync());
        body["facts"]!["event"] = JsonNode.Parse(happened);

        (await ExplainAsync(body)).IsRefused(400, "INVALID_FIELD", field);
    }

    [Fact]
    public async Task What_is_no_JSON_object_is_refused_before_anything_is_read()
    {
        var asText = new Request(Path, "{}"u8.ToArray(), null, null, "text/plain");
        var broken = new Request(Path, "{\"rules\":"u8.ToArray(), null, null);
        var large = new Request(Path, Encoding.UTF8.GetBytes(new string(' ', 300_000)), null, null);

        (await engine.SendAsync(asText)).IsRefused(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type");
        (await engine.SendAsync(broken)).IsRefused(400, "INVALID_FIELD", "body");
        (await engine.SendAsync(large)).IsRefused(413, "BODY_TOO_LARGE", "body");
        (await engine.SendAsync(new Request(Path + "?format=xml", "{}"u8.ToArray(), null, null))).IsRefused(400, "INVALID_FIELD", "format");
    }

    private static JsonObject Body(Network network)
    {
        var facts = new CalculationFacts(
            Network.Product, Currency.Aud, Network.SettledValue, new Dictionary<string, long>(StringComparer.Ordinal),
            new Dictionary<Party, Commission.Domain.ContactId>
            {
                [Party.Referrer] = network.Referrer.Id,
                [Party.Receiver] = network.Receiver.Id,
                [Party.Upline] = network.Upline.Id,
            });
        return new JsonObject { ["facts"] = JsonNode.Parse(facts.ToCanonical()), ["rules"] = network.Rules("2015-01-01", "0.65") };
    }

    private static (JsonNode Parent, string Name) Find(JsonNode body, string path)
    {
        var parts = path.Replace("[0]", ".0", StringComparison.Ordinal).Split('.');
        var parent = parts[..^1].Aggregate(body, (node, part) => part == "0" ? node[0]! : node[part]!);
        return (parent, parts[^1]);
    }

    private Task<Answer> ExplainAsync(JsonObject body) => engine.SendAsync(new Request(Path, Encoding.UTF8.GetBytes(body.ToJsonString()), null, null));
}
