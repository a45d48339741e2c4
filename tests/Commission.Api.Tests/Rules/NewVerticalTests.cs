using System.Text.Json.Nodes;
using Commission.Domain;

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

        var deal = network.NewDeal();
        (await deal.SignAsync("H1", payload => (payload["vertical"], payload["product"]) = (code, "FIRST_CLEAN"))).Is(201);
        foreach (var handshake in new[] { "H2", "H3", "H4", "H5" })
            (await deal.SignAsync(handshake)).Is(200);
        var booked = await deal.WhenBookedAsync(entries: 2);

        Assert.Equal([25, 2475], booked["entries"].EnumerateArray().Select(entry => entry.GetProperty("amountMinor").GetInt64()));
        Assert.Equal(RuleSetVersionHash(rules), booked["ruleHash"].GetString());
        Assert.Single((await network.GetAsync($"/api/v1/verticals/{code}"))["gates"].EnumerateArray());
    }

    private static string RuleSetVersionHash(JsonObject rules) =>
        Hash.Of(CanonicalJson.Canonicalize(System.Text.Encoding.UTF8.GetBytes(rules.ToJsonString()))).ToString();
}
