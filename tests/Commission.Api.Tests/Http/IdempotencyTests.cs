using System.Text.Json.Nodes;

namespace Commission.Api.Tests.Http;

public sealed class IdempotencyTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task Every_post_repeated_after_all_is_done_gets_its_first_answer()
    {
        var network = await EverythingAsync();

        foreach (var (request, first) in network.Sent)
        {
            var again = await engine.SendAsync(request);
            Assert.True(
                (again.Status, again.Text, again.Replayed) == (first.Status, first.Text, true),
                $"{request.Path} answered {first.Status} {first.Text}\nand then {again.Status} {again.Replayed} {again.Text}");
        }
    }

    [Fact]
    public async Task Every_post_refuses_its_key_with_another_body()
    {
        var network = await EverythingAsync();
        var before = await engine.FootprintAsync();

        foreach (var (request, _) in network.Sent)
        {
            var other = await engine.SendAsync(request with { Body = [.. request.Body, (byte)' '] });
            Assert.True(other.Code == "IDEMPOTENCY_KEY_REUSED", $"{request.Path}: {other.Status} {other.Text}");
            other.IsRefused(422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key");
        }
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task Every_post_needs_a_key()
    {
        var network = await EverythingAsync();
        var before = await engine.FootprintAsync();

        foreach (var (request, _) in network.Sent)
            (await engine.SendAsync(request with { Key = null })).IsRefused(400, "IDEMPOTENCY_KEY_MISSING", "Idempotency-Key");
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("tab\there")]
    [InlineData("201")]
    public async Task A_key_has_a_form(string key)
    {
        var text = key == "201" ? new string('k', 201) : key;
        var request = new Request("/api/v1/contacts", """{"type":"MEMBER","name":"Ada"}"""u8.ToArray(), null, text);

        (await engine.SendAsync(request)).IsRefused(400, "INVALID_FIELD", "Idempotency-Key");
    }

    [Fact]
    public async Task A_refusal_of_state_stays_the_answer_of_its_key_and_a_new_key_succeeds()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 1);
        var early = (await deal.SignAsync("H3")).IsRefused(409, "WRONG_STATE");
        var request = network.Sent[^1].Request;
        (await deal.SignAsync("H2")).Is(200);

        var again = await engine.SendAsync(request);

        Assert.Equal((409, true, early.Text), (again.Status, again.Replayed, again.Text));
        (await deal.SignAsync("H3")).Is(200);
    }

    [Fact]
    public async Task A_validation_failure_is_not_stored()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 3);
        var key = Engine.Unique("key-");
        (await deal.SignAsync("H4", payload => payload["settledValueMinor"] = 0, key: key)).Is(400);

        var mended = await deal.SignAsync("H4", key: key);

        Assert.False(mended.Is(200).Replayed);
    }

    [Fact]
    public async Task A_refused_contact_leaves_its_key_free()
    {
        var key = Engine.Unique("key-");
        (await engine.PostAsync("/api/v1/contacts", new JsonObject { ["type"] = "MEMBER" }, null, key)).IsRefused(400, "INVALID_FIELD", "name");

        (await engine.PostAsync("/api/v1/contacts", new JsonObject { ["type"] = "MEMBER", ["name"] = "Ada" }, null, key)).Is(201);
    }

    [Fact]
    public async Task Twenty_identical_requests_at_once_make_one_deal()
    {
        var network = await Network.CreateAsync(engine);
        var deal = network.NewDeal();
        var payload = deal.Payload("H1");
        var body = new JsonObject { ["payload"] = payload, ["signature"] = network.Referrer.Sign(payload) };

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => engine.PostAsync("/api/v1/referrals", body, network.Referrer, deal.Key)));

        var made = answers.Where(answer => answer.Status == 201).ToArray();
        Assert.Single(made, answer => !answer.Replayed);
        Assert.Single(made.Select(answer => answer.Text).Distinct());
        Assert.All(answers.Except(made), answer => Assert.NotNull(answer.IsRefused(409, "REQUEST_IN_FLIGHT", "Idempotency-Key").RetryAfter));
        Assert.Single((await network.GetAsync($"/api/v1/deals?party={network.Referrer}")).Items);
    }

    [Fact]
    public async Task A_business_key_seen_before_names_the_original_deal()
    {
        var network = await Network.CreateAsync(engine);
        var original = network.NewDeal();
        (await original.SignAsync("H1", payload => payload["businessKey"] = "CRM-7")).Is(201);
        var second = network.NewDeal();

        var refused = await second.SignAsync("H1", payload => payload["businessKey"] = "CRM-7");

        Assert.Equal(original.Id.ToString(), refused.IsRefused(409, "DUPLICATE_INTENT", "payload.businessKey")["related"].GetString());
        (await second.GetAsync()).IsRefused(404, "DEAL_NOT_FOUND", "id");
        (await second.SignAsync("H1", payload => payload["businessKey"] = "CRM-8")).Is(201);
    }

    [Fact]
    public async Task Another_caller_may_use_the_same_business_key()
    {
        var (one, other) = (await Network.CreateAsync(engine), await Network.CreateAsync(engine));
        (await one.NewDeal().SignAsync("H1", payload => payload["businessKey"] = "CRM-9")).Is(201);

        (await other.NewDeal().SignAsync("H1", payload => payload["businessKey"] = "CRM-9")).Is(201);
    }

    [Fact]
    public async Task Two_clients_without_header_may_choose_the_same_key()
    {
        var network = await Network.CreateAsync(engine);
        var (one, other) = (await network.DealAsync(handshakes: 1), await network.DealAsync(handshakes: 1));

        (await one.SignByLinkAsync("H2", network.Client.WithNewKey(), one.Link, key: "1")).Is(200);

        Assert.False((await other.SignByLinkAsync("H2", network.Client.WithNewKey(), other.Link, key: "1")).Is(200).Replayed);
    }

    /// <summary>Each kind of POST at least once, and then changes that a careless replay would show.</summary>
    private async Task<Network> EverythingAsync()
    {
        var network = await Network.CreateAsync(engine);
        await network.ServiceAsync(network.Referrer);
        (await network.PostAsync($"/api/v1/verticals/{network.Vertical}/products", new JsonObject { ["code"] = "ADDED", ["name"] = "Later" }, network.Admin)).Is(201);
        await network.RuleAsync("2099-01-01", "0.70");
        var withdrawn = (await network.AddRulesAsync("2099-01-02", "0.71")).Is(201)["id"].GetString()!;
        (await network.MoveAsync(withdrawn, "withdraw", network.Admin)).Is(200);
        (await network.AddRulesAsync("2099-01-02", "0.71")).Is(201);
        var linked = await network.DealAsync(handshakes: 1);
        (await linked.SignByLinkAsync("H2", network.Client.WithNewKey(), linked.Link)).Is(200);
        (await (await network.DealAsync(handshakes: 5)).WhenBookedAsync(entries: 3)).Is(200);
        (await (await network.DealAsync(handshakes: 2)).SignAsync("DECLINE")).Is(200);
        (await (await network.DealAsync(handshakes: 2)).SignAsync("WITHDRAWAL")).Is(200);
        foreach (var days in new[] { 9, 5, 1 })
        {
            var end = new JsonObject { ["validTo"] = Network.Text(Network.Now.AddDays(days)) };
            (await network.PostAsync($"/api/v1/contacts/{network.Upline}/keys/{network.Upline.KeyId}/end", end, network.Admin)).Is(200);
        }
        return network;
    }
}
