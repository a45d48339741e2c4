using System.Text.Json.Nodes;
using Commission.Api.Tests.Deals;
using Commission.Api.Tests.Ledger;
using Commission.Domain;
using Commission.Verifier;

namespace Commission.Api.Tests.Members;

/// <summary>Uplines over five levels: who may stand above whom, and what the engine accrues to each.</summary>
public sealed class UplineTests(Engine engine) : IClassFixture<Engine>
{
    private const string Override = """
        {"name":"upfront","shape":"percent","basis":"deal_value","ratePercent":"1","split":[{"party":"referrer","weight":1}]},
        {"name":"uplines","shape":"override","of":"sale","basis":"deal_value","mode":"additive","levelPercents":["0.5","0.4","0.3","0.2","0.1"]}
        """;

    /// <summary>A network whose referrer has five uplines, nearest first.</summary>
    private async Task<(LaterScenario Scenario, Person[] Uplines)> StartAsync()
    {
        var scenario = await LaterScenario.StartAsync(engine, Override);
        var uplines = new List<Person> { scenario.Network.Upline };
        while (uplines.Count < 5)
        {
            var next = await scenario.Network.ContactAsync("MEMBER");
            (await ChangeAsync(scenario.Network, uplines[^1], next)).Is(200);
            uplines.Add(next);
        }
        return (scenario, [.. uplines]);
    }

    private static Task<Answer> ChangeAsync(Network network, Person person, Person? upline, Person? actor = null, string? key = null) =>
        network.PostAsync($"/api/v1/contacts/{person}/upline", new JsonObject { ["upline"] = upline?.ToString() }, actor ?? network.Admin, key);

    private static JsonArray Ids(IEnumerable<Person> people) => [.. people.Select(person => (JsonNode)person.ToString())];

    /// <summary>The deal's pack holds in all three verifiers: they know who stands above the upline.</summary>
    private async Task IsProvenAsync(string deal)
    {
        var (failure, output) = await (await PackFile.WhenCoveredAsync(engine, $"deals/{deal}/evidence")).VerifyByAllAsync();
        Assert.True(failure == Failure.None, output);
        Assert.DoesNotContain("who stands above", output, StringComparison.Ordinal);
    }

    private static async Task<Deal> SignedDealAsync(Network network, Person[] uplines)
    {
        var deal = network.NewDeal();
        (await deal.SignAsync("H1", payload => payload["furtherUplines"] = Ids(uplines[1..]))).Is(201);
        for (var step = 2; step <= 5; step++)
            (await deal.SignAsync($"H{step}")).Is(200);
        return deal;
    }

    [Fact]
    public async Task An_override_accrues_at_five_levels()
    {
        var (scenario, uplines) = await StartAsync();
        var network = scenario.Network;
        Assert.Equal(
            uplines.Select(upline => upline.ToString()),
            (await network.GetAsync($"/api/v1/contacts/{network.Referrer}/uplines")).Is(200)["uplines"].EnumerateArray().Select(id => id.GetString()));

        var deal = await SignedDealAsync(network, uplines);

        await deal.WhenBookedAsync(entries: 6);
        await IsProvenAsync(deal.Id.ToString());
        long[] expected = [250_001, 200_001, 150_000, 100_000, 50_000];
        foreach (var (upline, minor) in uplines.Zip(expected))
            Assert.Equal((minor, 0), await scenario.StandingAsync(upline));
    }

    [Fact]
    public async Task An_attested_referral_states_its_uplines_and_accrues_to_them()
    {
        var (scenario, uplines) = await StartAsync();
        var bulk = new BulkRequest(scenario.Network, scenario.Service);
        var line = bulk.Line("five levels", "complete");
        line["furtherUplines"] = Ids(uplines[1..]);
        var deal = TypedId.Parse<DealId>((await bulk.SendAsync([line])).Is(200).Lines()[0].GetProperty("deal").GetString()!);

        Assert.Equal(uplines[1..].Select(upline => upline.ToString()), (await scenario.BookedAsync(deal))["furtherUplines"].EnumerateArray().Select(id => id.GetString()));
        Assert.Equal((50_000, 0), await scenario.StandingAsync(uplines[4]));
        await IsProvenAsync(deal.ToString());

        line["furtherUplines"] = Ids(uplines[1..4]);
        var contradicted = (await bulk.SendAsync([line])).Is(200).Lines()[0];
        Assert.Equal(("rejected", "furtherUplines"), (contradicted.GetProperty("status").GetString(), contradicted.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_changed_upline_changes_no_earlier_deal()
    {
        var (scenario, uplines) = await StartAsync();
        var network = scenario.Network;
        var deal = network.NewDeal();
        (await deal.SignAsync("H1", payload => payload["furtherUplines"] = Ids(uplines[1..]))).Is(201);

        (await ChangeAsync(network, network.Referrer, null)).Is(200);
        for (var step = 2; step <= 5; step++)
            (await deal.SignAsync($"H{step}")).Is(200);

        await deal.WhenBookedAsync(entries: 6);
        Assert.Empty((await network.GetAsync($"/api/v1/contacts/{network.Referrer}/uplines")).Is(200)["uplines"].EnumerateArray());
        var next = await network.NewDeal().SignAsync("H1", payload => payload.Remove("upline"));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await network.GetAsync($"/api/v1/deals/{next.Is(201).Member("deal") ?? next.Member("id")}")).Is(200)["upline"].ValueKind);
    }

    [Fact]
    public async Task An_intent_that_leaves_an_upline_out_is_refused()
    {
        var (scenario, uplines) = await StartAsync();
        var network = scenario.Network;
        (await network.NewDeal().SignAsync("H1")).IsRefused(400, "INVALID_FIELD", "payload.furtherUplines");
        (await network.NewDeal().SignAsync("H1", payload => payload["furtherUplines"] = Ids(uplines[1..4]))).IsRefused(400, "INVALID_FIELD", "payload.furtherUplines");
        (await network.NewDeal().SignAsync("H1", payload => payload["furtherUplines"] = Ids([.. uplines[1..], network.Receiver])))
            .IsRefused(400, "INVALID_FIELD", "payload.furtherUplines");
    }

    [Fact]
    public async Task Rings_and_a_sixth_level_are_refused()
    {
        var (scenario, uplines) = await StartAsync();
        var network = scenario.Network;
        (await ChangeAsync(network, uplines[4], uplines[4])).IsRefused(400, "INVALID_FIELD", "upline");
        (await ChangeAsync(network, uplines[4], uplines[0])).IsRefused(400, "INVALID_FIELD", "upline");
        (await ChangeAsync(network, uplines[4], network.Referrer)).IsRefused(400, "INVALID_FIELD", "upline");
        (await ChangeAsync(network, uplines[4], network.Receiver)).IsRefused(400, "INVALID_FIELD", "upline");
        var sixth = new JsonObject { ["type"] = "MEMBER", ["name"] = "Sixth", ["upline"] = network.Referrer.ToString() };
        (await network.PostAsync("/api/v1/contacts", sixth, null)).IsRefused(400, "INVALID_FIELD", "upline");
        var fifth = new JsonObject { ["type"] = "MEMBER", ["name"] = "Fifth", ["upline"] = network.Upline.ToString() };
        (await network.PostAsync("/api/v1/contacts", fifth, null)).Is(201);
    }

    [Fact]
    public async Task Two_changes_that_would_close_a_ring_together_are_not_both_made()
    {
        var network = await Network.CreateAsync(engine, ruled: false);
        var (one, other) = (await network.ContactAsync("MEMBER"), await network.ContactAsync("MEMBER"));
        var answers = await Task.WhenAll(ChangeAsync(network, one, other), ChangeAsync(network, other, one));
        Assert.Equal([200, 400], answers.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task Only_staff_changes_an_upline_and_a_repeated_request_gets_the_same_answer()
    {
        var network = await Network.CreateAsync(engine, ruled: false);
        (await ChangeAsync(network, network.Referrer, network.Receiver, actor: network.Referrer)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        var key = Engine.Unique("change-");
        var first = (await ChangeAsync(network, network.Referrer, network.Receiver, key: key)).Is(200);
        (await ChangeAsync(network, network.Referrer, null)).Is(200);
        Assert.Equal(first.Text, (await ChangeAsync(network, network.Referrer, network.Receiver, key: key)).Is(200).Text);
    }
}
