using System.Text.Json.Nodes;
using Commission.Testing;

namespace Commission.Api.Tests.Rules;

/// <summary>Simulations over a history of real deals.</summary>
public sealed class WhatIfTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task Candidate_rules_are_compared_with_what_was_accrued()
    {
        var network = await Network.CreateAsync(engine);
        for (var i = 0; i < 3; i++)
            await network.DealAsync(5);
        var id = await StartAsync(network, Candidate(network, rate: "2"), new JsonObject { ["dealMinor"] = 1 });

        var result = await ResultAsync(id);

        // 0.65 % and 2 % of 500,001.23 each, three times.
        const long before = 3 * 325_001, after = 3 * 1_000_002;
        Assert.Equal(3, result["deals"].GetInt64());
        Assert.Equal(before, result["total"].GetProperty("beforeMinor").GetInt64());
        Assert.Equal(after, result["total"].GetProperty("afterMinor").GetInt64());
        Assert.Equal(after - before, result["total"].GetProperty("differenceMinor").GetInt64());
        Assert.Equal(after, result["byVertical"].GetProperty(network.Vertical).GetProperty("afterMinor").GetInt64());
        Assert.Equal(3, result["breachCount"].GetInt64());
        Assert.Equal(0, result["losers"].GetInt32());
        Assert.True(result["winners"].GetInt32() > 0);
        var members = result["members"].EnumerateArray().Sum(member => member.GetProperty("afterMinor").GetInt64());
        Assert.Equal(after, members + result["platform"].GetProperty("afterMinor").GetInt64());
    }

    [Fact]
    public async Task The_same_request_again_is_the_same_simulation_and_its_result_can_be_had_as_CSV()
    {
        var network = await Network.CreateAsync(engine);
        await network.DealAsync(5);
        var body = Body(network, Candidate(network, rate: "3"), new JsonObject());
        var first = (await engine.PostAsync("/api/v1/simulations/what-if", body.DeepClone(), network.Referrer, "same")).Is(201);
        await ResultAsync(first.Member("id")!);

        var again = (await engine.PostAsync("/api/v1/simulations/what-if", body.DeepClone(), network.Referrer, "same")).Is(201);
        body["vertical"] = "OTHER";
        var other = await engine.PostAsync("/api/v1/simulations/what-if", body, network.Referrer, "same");
        var csv = await engine.GetAsync($"/api/v1/simulations/{first.Member("id")}/result?format=csv");

        Assert.Equal(first.Text, again.Text);
        Assert.True(again.Replayed);
        other.IsRefused(422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key");
        Assert.Contains("total,,325001,1500004,1175003,AUD\r\n", csv.Is(200).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"candidates":[]}""", "candidates")]
    [InlineData("""{"candidates":[{"schema":"other"}]}""", "candidates[0].schema")]
    [InlineData("""{"candidates":[{}],"extra":1}""", "extra")]
    public async Task A_request_that_makes_no_sense_is_refused_with_its_field(string body, string field)
    {
        var network = await engine.NetworkAsync();

        var answer = await engine.PostAsync("/api/v1/simulations/what-if", JsonNode.Parse(body)!, network.Referrer);

        answer.IsRefused(400, "INVALID_FIELD", field);
    }

    [Fact]
    public async Task A_simulation_leaves_no_trace_in_the_books()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(5);
        await deal.WhenBookedAsync(3);
        var before = await engine.Database.ScalarAsync<long>("select count(*) from book_entry");

        await ResultAsync(await StartAsync(network, Candidate(network, rate: "50"), new JsonObject()));

        Assert.Equal(before, await engine.Database.ScalarAsync<long>("select count(*) from book_entry"));
    }

    private static JsonObject Candidate(Network network, string rate) => JsonNode.Parse($$"""
        {
          "schema": "commission/rule-set/v1", "vertical": "{{network.Vertical}}", "effectiveFrom": "2099-01-01", "currency": "AUD",
          "governingAgreement": "Candidate", "platformFeePercent": "1",
          "products": { "{{Network.Product}}": { "components": [
            { "name": "upfront", "shape": "percent", "basis": "deal_value", "ratePercent": "{{rate}}",
              "split": [{ "party": "referrer", "weight": 80 }, { "party": "upline", "weight": 20 }] }] } }
        }
        """)!.AsObject();

    private static JsonObject Body(Network network, JsonObject candidate, JsonObject limits) =>
        new() { ["candidates"] = new JsonArray(candidate), ["vertical"] = network.Vertical, ["limits"] = limits };

    private async Task<string> StartAsync(Network network, JsonObject candidate, JsonObject limits) =>
        (await engine.PostAsync("/api/v1/simulations/what-if", Body(network, candidate, limits), network.Referrer)).Is(201).Member("id")!;

    private async Task<Answer> ResultAsync(string id)
    {
        await Eventually.BecomesTrueAsync(
            async () => (await engine.GetAsync($"/api/v1/simulations/{id}")).Is(200).Member("status") == "completed", $"{id} is completed");
        return (await engine.GetAsync($"/api/v1/simulations/{id}/result")).Is(200);
    }
}
