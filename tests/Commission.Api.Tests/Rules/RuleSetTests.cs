using System.Text.Json;
using System.Text.Json.Nodes;

namespace Commission.Api.Tests.Rules;

public sealed class RuleSetTests(Engine engine) : IClassFixture<Engine>
{
    [Theory]
    [InlineData("2014-12-31", null)]
    [InlineData("2015-01-01", 1)]
    [InlineData("2098-12-31", 1)]
    [InlineData("2099-01-01", 2)]
    [InlineData("2100-06-30", 2)]
    public async Task A_date_tells_which_version_was_active(string date, int? number)
    {
        var network = await Network.CreateAsync(engine);
        await network.RuleAsync("2099-01-01", "0.70");

        var active = (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets?activeOn={date}")).Is(200).Json;

        Assert.Equal(number, active.EnumerateArray().Select(version => (int?)version.GetProperty("number").GetInt32()).SingleOrDefault());
    }

    [Fact]
    public async Task A_version_shows_its_document_by_id_and_by_number()
    {
        var network = await Network.CreateAsync(engine);
        var versions = (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets")).Is(200).Json;
        var id = versions[0].GetProperty("id").GetString();

        foreach (var name in new[] { id, "1" })
        {
            var shown = (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets/{name}")).Is(200);
            Assert.True(JsonNode.DeepEquals(network.Rules("2015-01-01", "0.65"), JsonNode.Parse(shown["document"].GetRawText())));
            Assert.Equal(network.Admin.ToString(), shown["version"].GetProperty("author").GetString());
        }
        (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets/2")).IsRefused(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("2015-01-01")]
    [InlineData("2020-06-30")]
    [InlineData("today")]
    [InlineData("tomorrow")]
    public async Task A_version_cannot_change_what_another_decided(string from)
    {
        var network = await Network.CreateAsync(engine);
        var date = from switch { "today" => Network.Text(Network.Today), "tomorrow" => Network.Text(Network.Today.AddDays(1)), _ => from };

        (await network.AddRulesAsync(date, "0.99")).IsRefused(422, "RETROACTIVE_VERSION", "$.effectiveFrom");

        Assert.Equal(1, (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets")).Json.GetArrayLength());
    }

    [Fact]
    public async Task A_deal_keeps_the_version_of_its_referral_date_although_a_newer_one_came()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 3);
        var pinned = (await deal.GetAsync())["ruleHash"].GetString();
        await network.RuleAsync(Network.Text(Network.Today.AddDays(2)), "9");

        (await deal.SignAsync("H4")).Is(200);
        (await deal.SignAsync("H5")).Is(200);

        var booked = await deal.WhenBookedAsync(entries: 3);
        Assert.Equal(pinned, booked["ruleHash"].GetString());
        Assert.Equal(325_001, booked["entries"].EnumerateArray().Sum(entry => entry.GetProperty("amountMinor").GetInt64()));
    }

    [Fact]
    public async Task The_same_document_again_is_not_another_version()
    {
        var network = await Network.CreateAsync(engine);

        var refused = (await network.AddRulesAsync("2015-01-01", "0.65")).IsRefused(409, "ALREADY_EXISTS", "$");

        Assert.StartsWith("rsv_", refused.Member("related"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("currency", "\"XXX\"", "$.currency")]
    [InlineData("platformFeePercent", "1.5", "$.platformFeePercent")]
    [InlineData("platformFeePercent", "\"101\"", "$.platformFeePercent")]
    [InlineData("products", "null", "$.products")]
    [InlineData("products", "{}", "$.products")]
    [InlineData("vertical", "\"OTHER\"", "$.vertical")]
    [InlineData("extra", "1", "$.extra")]
    [InlineData("effectiveFrom", "\"soon\"", "$.effectiveFrom")]
    public async Task A_wrong_document_is_refused_by_path(string member, string json, string field)
    {
        var network = await Network.CreateAsync(engine);
        var document = network.Rules("2099-01-01", "0.70");
        document[member] = JsonNode.Parse(json);
        var before = await engine.FootprintAsync();

        var refused = await network.PostAsync($"/api/v1/verticals/{network.Vertical}/rule-sets", document, network.Admin);

        refused.IsRefused(400, "INVALID_FIELD", field);
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Theory]
    [InlineData("\"0.70\"", "0.70")]
    [InlineData("\"0.70\"", "\"7e-1\"")]
    [InlineData("\"0.70\"", "\"100.01\"")]
    [InlineData("\"0.70\"", "\"-0.70\"")]
    [InlineData("\"0.70\"", "\"0.70\",\"ratePercent\":\"0.70\"")]
    [InlineData("\"weight\":80", "\"weight\":80.0")]
    [InlineData("\"weight\":80", "\"weight\":8e1")]
    [InlineData("\"weight\":80", "\"weight\":99999999999999999999")]
    [InlineData("\"HOME_LOAN\"", "\"НОME_LOAN\"")]
    [InlineData("\"HOME_LOAN\"", "\"HOME\\u200bLOAN\"")]
    [InlineData("\"upfront\"", "\"upfrоnt\"")]
    [InlineData("\"split\"", "\"splits\"")]
    [InlineData("\"0.70\"", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public async Task A_document_as_nobody_should_write_it_is_refused_and_leaves_no_trace(string part, string written)
    {
        var network = await Network.CreateAsync(engine);
        var valid = network.Rules("2099-01-01", "0.70").ToJsonString();
        Assert.Contains(part, valid, StringComparison.Ordinal);
        var before = await engine.FootprintAsync();

        var refused = await network.SendAsync(new Request(
            $"/api/v1/verticals/{network.Vertical}/rule-sets", System.Text.Encoding.UTF8.GetBytes(valid.Replace(part, written, StringComparison.Ordinal)),
            network.Admin.ToString(), Engine.Unique("key-")));

        Assert.Equal((400, "INVALID_FIELD"), (refused.Status, refused.Member("code")));
        Assert.NotEqual("", refused.Member("field"));
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task A_document_of_twenty_megabytes_is_refused()
    {
        var network = await Network.CreateAsync(engine);
        var large = System.Text.Encoding.UTF8.GetBytes($"{{\"plainText\":\"{new string('x', 20_000_000)}\"}}");
        (await network.SendAsync(new Request($"/api/v1/verticals/{network.Vertical}/rule-sets", large, network.Admin.ToString(), Engine.Unique("key-"))))
            .IsRefused(413, "BODY_TOO_LARGE", "body");
    }

    [Fact]
    public async Task Only_internal_contacts_change_verticals()
    {
        var network = await Network.CreateAsync(engine);
        var before = await engine.FootprintAsync();
        var product = new JsonObject { ["code"] = "MORE", ["name"] = "More" };

        foreach (var actor in new[] { network.Referrer, network.Client, network.Client with { Id = default } })
        {
            (await network.AddRulesAsync("2099-01-01", "0.70", actor)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
            (await network.PostAsync($"/api/v1/verticals/{network.Vertical}/products", product, actor)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
            (await network.PostAsync("/api/v1/verticals", product, actor)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        }
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task A_vertical_lists_its_products_and_stands_in_the_list()
    {
        var network = await Network.CreateAsync(engine);
        var added = new JsonObject { ["code"] = "TRAIL", ["name"] = "Trail <b>" };
        (await network.PostAsync($"/api/v1/verticals/{network.Vertical}/products", added, network.Admin)).Is(201);

        var products = (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/products")).Is(200).Json;

        Assert.Equal([Network.Product, "UNRULED", "TRAIL"], Codes(products));
        Assert.Contains(network.Vertical, Codes((await network.GetAsync("/api/v1/verticals"))["items"]));
        Assert.Equal(network.Vertical, (await network.GetAsync($"/api/v1/verticals/{network.Vertical}"))["code"].GetString());
    }

    [Theory]
    [InlineData("{\"code\":\"lower\",\"name\":\"x\"}", 400, "INVALID_FIELD", "code")]
    [InlineData("{\"code\":\"GOOD\"}", 400, "INVALID_FIELD", "name")]
    [InlineData("{\"code\":\"GOOD\",\"name\":\" \"}", 400, "INVALID_FIELD", "name")]
    [InlineData("{\"code\":\"GOOD\",\"name\":\"x\",\"products\":{}}", 400, "INVALID_FIELD", "products")]
    [InlineData("{\"code\":\"GOOD\",\"name\":\"x\",\"products\":[null]}", 400, "INVALID_FIELD", "products")]
    [InlineData("{\"code\":\"GOOD\",\"name\":\"x\",\"products\":[{\"code\":\"A1\",\"name\":\"x\"},{\"code\":\"A1\",\"name\":\"x\"}]}", 409, "ALREADY_EXISTS", "products[1].code")]
    [InlineData("{\"code\":\"GOOD\",\"name\":\"x\",\"colour\":\"red\"}", 400, "INVALID_FIELD", "colour")]
    public async Task A_wrong_vertical_is_refused(string body, int status, string code, string field)
    {
        var network = await Network.CreateAsync(engine);

        (await network.PostAsync("/api/v1/verticals", JsonNode.Parse(body)!, network.Admin)).IsRefused(status, code, field);
    }

    [Theory]
    [InlineData("/api/v1/verticals/NOTHING")]
    [InlineData("/api/v1/verticals/not a code")]
    [InlineData("/api/v1/verticals/NOTHING/products")]
    [InlineData("/api/v1/verticals/NOTHING/rule-sets")]
    public async Task An_unknown_vertical_is_not_found(string path) => (await engine.GetAsync(path)).IsRefused(404, "NOT_FOUND");

    private static IEnumerable<string?> Codes(JsonElement items) => items.EnumerateArray().Select(item => item.GetProperty("code").GetString());
}
