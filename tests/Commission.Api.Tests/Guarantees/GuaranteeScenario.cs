using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Api.Tests.Deals;
using Commission.Testing;

namespace Commission.Api.Tests.Guarantees;

/// <summary>An engine with real deals, and the runs of its guarantees.</summary>
internal static class GuaranteeScenario
{
    /// <summary>Two signed deals, one begun, checkpoints over them, and history that a service attested: a complete tile in both books.</summary>
    public static async Task<Network> TradeAsync(Engine engine)
    {
        var network = await Network.CreateAsync(engine);
        foreach (var handshakes in new[] { 5, 5, 3 })
            await network.DealAsync(handshakes);
        await WhenSignedAsync(engine);
        var service = await network.ServiceAsync(network.Referrer, network.Receiver);
        var bulk = new BulkRequest(network, service);
        var answers = (await bulk.SendAsync([.. Enumerable.Range(0, 90).Select(i => (JsonNode)bulk.Line($"history-{i}", "complete"))])).Is(200).Lines();
        Assert.All(answers, answer => Assert.Equal("created", answer.GetProperty("status").GetString()));
        await WhenSignedAsync(engine);
        return network;
    }

    /// <summary>Nothing is on its way, and the last checkpoint of each book covers all of it.</summary>
    public static Task WhenSignedAsync(Engine engine) => Eventually.BecomesTrueAsync(
        async () => await engine.Database.ScalarAsync<bool>("""
            select not exists (select from outbox) and (select count(*) from book_head h join book_checkpoint c on c.book_id = h.id and c.size = h.size) = 3
            """),
        "the books are written and signed");

    /// <summary>Asks for a run, and gives it when it is over.</summary>
    public static async Task<JsonElement> RunAsync(Network network, string kind, JsonObject? body = null)
    {
        var started = (await network.PostAsync($"/api/v1/guarantees/{kind}", body ?? [], network.Admin)).Is(201);
        JsonElement run = default;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                run = (await network.GetAsync($"/api/v1/guarantees/runs/{started.Member("id")}")).Is(200).Json;
                return run.GetProperty("status").GetString() is "completed" or "failed";
            },
            "the run is over");
        return run;
    }

    /// <summary>Each guarantee's verdict.</summary>
    public static Dictionary<string, string> Verdicts(JsonElement run) => run.GetProperty("outcome").GetProperty("guarantees").EnumerateArray()
        .ToDictionary(one => one.GetProperty("code").GetString()!, one => one.GetProperty("verdict").GetString()!);
}
