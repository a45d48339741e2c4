using Commission.Domain;

namespace Commission.Api.Tests.Deals;

/// <summary>What the Idempotency-Key of a bulk request does, and what each line answers when the engine breaks under one of them.</summary>
public sealed class BulkKeyTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task A_bulk_request_needs_a_key()
    {
        var (service, bulk) = await GivenAsync();
        var request = BulkRequest.Request(bulk.Text([bulk.Line("a").ToJsonString()]), service);
        var before = await engine.FootprintAsync();

        (await engine.SendAsync(request with { Key = null })).IsRefused(400, "IDEMPOTENCY_KEY_MISSING", "Idempotency-Key");
        (await engine.SendAsync(request with { Key = "two words" })).IsRefused(400, "INVALID_FIELD", "Idempotency-Key");

        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task The_same_key_while_it_is_served_is_told_to_come_back_and_then_each_line_is_replayed()
    {
        var (service, bulk) = await GivenAsync();
        (await bulk.SendAsync(bulk.Line("a"))).Is(200);
        await using var held = await HeldRow.HoldAsync(engine.Database, DealId.Derive(service.Id, "a"));
        var request = BulkRequest.Request(bulk.Text([bulk.Line("a", "complete").ToJsonString(), bulk.Line("b").ToJsonString()]), service);
        var first = engine.SendAsync(request);
        await held.SomebodyWaitsAsync();

        Assert.NotNull((await engine.SendAsync(request)).IsRefused(409, "REQUEST_IN_FLIGHT", "Idempotency-Key").RetryAfter);

        await held.ReleaseAsync();
        Assert.Equal(["advanced", "created"], Statuses(await first));
        Assert.Equal(["replayed", "replayed"], Statuses(await engine.SendAsync(request)));
        Assert.Equal(["replayed", "replayed"], Statuses(await engine.SendAsync(request with { Key = Engine.Unique("key-") })));
    }

    [Fact]
    public async Task A_line_that_breaks_the_engine_answers_for_itself_and_stops_no_other()
    {
        var (service, bulk) = await GivenAsync();
        var broken = DealId.Derive(service.Id, "broken");
        await engine.Database.ScalarAsync<object>($"""
            insert into deal (id, version, payload, caller, referrer, receiver, client, vertical, product, referred_on, created_at, status, updated_at)
            values ('{broken}', 1, '\xffffff', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'X', 'X', now(), now(), 1, now())
            """);

        var answers = (await bulk.SendAsync(bulk.Line("a"), bulk.Line("broken", "complete"), bulk.Line("c", "complete"))).Is(200).Lines();

        Assert.Equal(["created", "rejected", "created"], answers.Select(line => line.GetProperty("status").GetString()));
        Assert.Matches("^(UNAVAILABLE|INTERNAL)$", answers[1].GetProperty("code").GetString());
        Assert.Equal(answers[1].GetProperty("code").GetString() == "UNAVAILABLE", answers[1].GetProperty("retryable").GetBoolean());
        Assert.Equal(("broken", broken.ToString()), (answers[1].GetProperty("key").GetString(), answers[1].GetProperty("deal").GetString()));
        Assert.False(answers[0].TryGetProperty("retryable", out _));
    }

    [Fact]
    public async Task A_line_that_breaks_a_rule_is_not_worth_a_repetition()
    {
        var (_, bulk) = await GivenAsync();
        var line = bulk.Line("a");
        line["referredOn"] = "2199-01-01";

        Assert.False(Assert.Single((await bulk.SendAsync(line)).Is(200).Lines()).GetProperty("retryable").GetBoolean());
    }

    private async Task<(Person Service, BulkRequest Bulk)> GivenAsync()
    {
        var network = await Network.CreateAsync(engine);
        var service = await network.ServiceAsync(network.Referrer, network.Receiver);
        return (service, new BulkRequest(network, service));
    }

    private static IEnumerable<string?> Statuses(Answer answer) => answer.Is(200).Lines().Select(line => line.GetProperty("status").GetString());
}
