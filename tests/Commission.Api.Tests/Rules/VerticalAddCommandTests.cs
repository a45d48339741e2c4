using System.Text.Json.Nodes;

namespace Commission.Api.Tests.Rules;

/// <summary><c>commission vertical add</c>: a line of business that the engine did not know when it started.</summary>
public sealed class VerticalAddCommandTests(Engine engine) : IClassFixture<Engine>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("commission-vertical-");

    public void Dispose() => _folder.Delete(recursive: true);

    private static JsonObject Pools(string code) => JsonNode.Parse($$"""
        {
          "code": "{{code}}", "name": "Pool cleaning", "source": "U", "assumptions": ["No rate is verified."],
          "gates": [{ "gate": "flat_only", "clause": "The trade's code of conduct" }],
          "products": [{ "code": "FIRST_CLEAN", "name": "First clean" }],
          "ruleSet": {
            "schema": "commission/rule-set/v1", "vertical": "{{code}}", "effectiveFrom": "2015-01-01", "currency": "AUD",
            "governingAgreement": "Pool cleaners' agreement {{code}}",
            "products": { "FIRST_CLEAN": { "components": [{
              "name": "referral fee", "shape": "flat", "basis": "deal", "amountMinor": 2500,
              "split": [{ "party": "referrer", "weight": 1 }] }] } }
          }
        }
        """)!.AsObject();

    [Fact]
    public async Task A_vertical_is_added_from_its_file_and_a_deal_of_it_accrues()
    {
        var network = await engine.NetworkAsync();
        var code = Engine.Unique("POOLS_");

        var ran = (await AddAsync(network, Pools(code), "--approve-as", network.Checker.ToString())).Ended(0);

        Assert.StartsWith($"{code}: made with 1 products\n{code}: rule set rsv_", ran.Output, StringComparison.Ordinal);
        Assert.EndsWith(" is approved\n", ran.Output, StringComparison.Ordinal);
        var deal = network.NewDeal();
        (await deal.SignAsync("H1", payload => (payload["vertical"], payload["product"]) = (code, "FIRST_CLEAN"))).Is(201);
        foreach (var handshake in new[] { "H2", "H3", "H4", "H5" })
            (await deal.SignAsync(handshake)).Is(200);
        var booked = await deal.WhenBookedAsync(entries: 2);
        Assert.Equal([25, 2475], booked["entries"].EnumerateArray().Select(entry => entry.GetProperty("amountMinor").GetInt64()));
    }

    [Fact]
    public async Task Repeated_it_changes_nothing_and_says_how_far_the_rules_have_come()
    {
        var network = await engine.NetworkAsync();
        var code = Engine.Unique("POOLS_");
        var first = (await AddAsync(network, Pools(code))).Ended(0);
        Assert.Contains($" is proposed; somebody else than {network.Admin} must approve it", first.Output, StringComparison.Ordinal);
        var before = await engine.FootprintAsync();

        var again = (await AddAsync(network, Pools(code))).Ended(0);

        Assert.Equal(before, await engine.FootprintAsync());
        Assert.StartsWith($"{code}: there already, 0 products added\n", again.Output, StringComparison.Ordinal);
        Assert.Equal(first.Output.Split('\n')[1], again.Output.Split('\n')[1]);
        (await AddAsync(network, Pools(code), "--approve-as", network.Checker.ToString())).Ended(0);
        Assert.EndsWith(" is active\n", (await AddAsync(network, Pools(code))).Ended(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_product_that_is_new_in_the_file_is_added_and_other_gates_are_refused()
    {
        var network = await engine.NetworkAsync();
        var code = Engine.Unique("POOLS_");
        (await AddAsync(network, Pools(code))).Ended(0);
        var more = Pools(code);
        more["products"]!.AsArray().Add(new JsonObject { ["code"] = "REPAIR", ["name"] = "Repair" });

        Assert.StartsWith($"{code}: there already, 1 products added\n", (await AddAsync(network, more)).Ended(0).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await engine.GetAsync($"/api/v1/verticals/{code}/products")).Is(200).Json.GetArrayLength());
        more["gates"] = new JsonArray();
        Assert.Contains("other gates", (await AddAsync(network, more)).Ended(1).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ruleSet.products.FIRST_CLEAN.components.0.shape", "\"guess\"", "$.ruleSet.products.FIRST_CLEAN.components[0].shape: expected")]
    [InlineData("ruleSet.vertical", "\"OTHER\"", "$.ruleSet.vertical: expected POOLS_")]
    [InlineData("gates.0.gate", "\"none\"", "$.gates[0].gate: expected")]
    [InlineData("products.0.code", "\"SECOND_CLEAN\"", "$.ruleSet.products.FIRST_CLEAN: the vertical has no such product.")]
    [InlineData("products", "{}", "$.products: expected an array")]
    [InlineData("name", "1", "$.name: expected a string.")]
    [InlineData("rules", "1", "$.rules: not expected here")]
    public async Task A_file_with_a_mistake_is_refused_before_anything_is_sent(string path, string json, string message)
    {
        var network = await engine.NetworkAsync();
        var file = Pools(Engine.Unique("POOLS_"));
        var parts = path.Split('.');
        var parent = parts[..^1].Aggregate((JsonNode)file, (node, part) => part == "0" ? node[0]! : node[part]!);
        parent[parts[^1]] = JsonNode.Parse(json);
        var before = await engine.FootprintAsync();

        var ran = (await AddAsync(network, file)).Ended(2);

        Assert.StartsWith(message, ran.Errors, StringComparison.Ordinal);
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task What_the_engine_refuses_is_told_with_its_code()
    {
        var network = await engine.NetworkAsync();
        var broken = Pools(Engine.Unique("POOLS_"));
        broken["ruleSet"]!["products"]!["FIRST_CLEAN"]!["components"]![0] = JsonNode.Parse("""
            {"name":"share","shape":"percent","basis":"deal_value","ratePercent":"1","split":[{"party":"referrer","weight":1}]}
            """);

        Assert.Contains("GATE_BROKEN", (await AddAsync(network, broken, "--approve-as", network.Checker.ToString())).Ended(1).Errors, StringComparison.Ordinal);
        var same = Pools(Engine.Unique("POOLS_"));
        Assert.Contains("MAKER_IS_CHECKER", (await AddAsync(network, same, "--approve-as", network.Admin.ToString())).Ended(1).Errors, StringComparison.Ordinal);
        var member = await engine.CommissionAsync("vertical", "add", Save(Pools(Engine.Unique("POOLS_"))), "--as", network.Referrer.ToString());
        Assert.Contains("WRONG_ACTOR", member.Ended(1).Errors, StringComparison.Ordinal);
        (await engine.CommissionAsync("vertical", "add", Path.Combine(_folder.FullName, "missing.json"), "--as", network.Admin.ToString())).Ended(2);
    }

    private Task<Ran> AddAsync(Network network, JsonObject file, params string[] more) =>
        engine.CommissionAsync(["vertical", "add", Save(file), "--as", network.Admin.ToString(), .. more]);

    private string Save(JsonObject file)
    {
        var path = Path.Combine(_folder.FullName, "vertical.json");
        File.WriteAllText(path, file.ToJsonString());
        return path;
    }
}
