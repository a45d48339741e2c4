using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Testing;

namespace Commission.Api.Tests.Rules;

public sealed class NewVerticalTests(Engine engine) : IClassFixture<Engine>
{
    /// <summary>A vertical file as people write it: gates, products, a rule set of another shape than the network's own.</summary>
    private static JsonObject VerticalFile(string code) => JsonNode.Parse($$"""
        {
          "code": "{{code}}", "name": "Pool cleaning",
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
    public async Task A_new_vertical_is_a_file_and_a_deal_goes_through_it_to_its_accruals()
    {
        var network = await Network.CreateAsync(engine);
        var (code, rules) = await PoolsAsync(network);

        var deal = await CleanedAsync(network, code);
        var booked = await deal.WhenBookedAsync(entries: 2);

        Assert.Equal([25, 2475], booked["entries"].EnumerateArray().Select(entry => entry.GetProperty("amountMinor").GetInt64()));
        Assert.Equal(RuleSetVersionHash(rules), booked["ruleHash"].GetString());
        Assert.Single((await network.GetAsync($"/api/v1/verticals/{code}"))["gates"].EnumerateArray());
    }

    [Fact]
    public async Task A_candidate_that_breaks_a_gate_is_simulated_and_the_clause_is_named_with_what_it_touches()
    {
        var network = await Network.CreateAsync(engine);
        var (code, rules) = await PoolsAsync(network);
        await CleanedAsync(network, code);
        await CleanedAsync(network, code);
        rules["effectiveFrom"] = "2099-01-01";
        rules["products"]!["FIRST_CLEAN"]!["components"]![0] = JsonNode.Parse("""
            {"name":"share","shape":"percent","basis":"deal_value","ratePercent":"1","split":[{"party":"referrer","weight":1}]}
            """);

        var body = new JsonObject { ["candidates"] = new JsonArray(rules.DeepClone()), ["vertical"] = code };
        var id = (await engine.PostAsync("/api/v1/simulations/what-if", body, network.Admin)).Is(201).Member("id");
        await Eventually.BecomesTrueAsync(
            async () => (await engine.GetAsync($"/api/v1/simulations/{id}")).Member("status") == "completed", $"{id} is completed");
        var result = (await engine.GetAsync($"/api/v1/simulations/{id}/result")).Is(200);

        var gate = Assert.Single(result["gates"].EnumerateArray());
        Assert.Equal("The trade's code of conduct", gate.GetProperty("clause").GetString());
        Assert.Equal("$.products.FIRST_CLEAN.components[0].shape", gate.GetProperty("path").GetString());
        Assert.Equal((2, 2 * 500_001), (gate.GetProperty("deals").GetInt64(), gate.GetProperty("commissionMinor").GetInt64()));
        Assert.Equal(("gate", 1), (Assert.Single(result["breaches"].EnumerateArray()).GetProperty("kind").GetString(), result["breachCount"].GetInt32()));
        var csv = (await engine.GetAsync($"/api/v1/simulations/{id}/result?format=csv")).Is(200).Text;
        Assert.Contains($"breach of gate,{code} $.products.FIRST_CLEAN.components[0].shape: The trade's code of conduct,0,1000002,1000002,AUD\r\n", csv, StringComparison.Ordinal);
        Assert.Contains("components[0].shape: The trade's code of conduct,0,2,2,AUD\r\n", csv, StringComparison.Ordinal);
    }

    /// <summary>The vertical with its approved rules.</summary>
    private static async Task<(string Code, JsonObject Rules)> PoolsAsync(Network network)
    {
        var code = Engine.Unique("POOLS_");
        var file = VerticalFile(code);
        var rules = file["ruleSet"]!.DeepClone().AsObject();
        file.Remove("ruleSet");
        (await network.PostAsync("/api/v1/verticals", file, network.Admin)).Is(201);
        await network.RecordAgreementAsync((string)rules["governingAgreement"]!);
        var path = $"/api/v1/verticals/{code}/rule-sets";
        var version = (await network.PostAsync(path, rules, network.Admin)).Is(201)["id"].GetString();
        (await network.PostAsync($"{path}/{version}/propose", new JsonObject(), network.Admin)).Is(200);
        (await network.PostAsync($"{path}/{version}/approve", new JsonObject(), network.Checker)).Is(200);
        return (code, rules);
    }

    private static async Task<Deal> CleanedAsync(Network network, string code)
    {
        var deal = network.NewDeal();
        (await deal.SignAsync("H1", payload => (payload["vertical"], payload["product"]) = (code, "FIRST_CLEAN"))).Is(201);
        foreach (var handshake in new[] { "H2", "H3", "H4", "H5" })
            (await deal.SignAsync(handshake)).Is(200);
        return deal;
    }

    private static string RuleSetVersionHash(JsonObject rules) =>
        Hash.Of(CanonicalJson.Canonicalize(System.Text.Encoding.UTF8.GetBytes(rules.ToJsonString()))).ToString();
}
