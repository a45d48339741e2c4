using System.Text.Json.Nodes;
using Commission.Testing;

namespace Commission.Api.Tests.Rules;

/// <summary>Simulated traffic through the real deals, accumulators and books, in a world of its own.</summary>
public sealed class DealFlowTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task The_same_seed_gives_the_same_outcome_however_much_runs_at_once()
    {
        var network = await Network.CreateAsync(engine);
        var one = await PlayAsync(network, Body(network, seed: 5, concurrency: 1));
        var many = await PlayAsync(network, Body(network, seed: 5, concurrency: 200));
        var other = await PlayAsync(network, Body(network, seed: 6, concurrency: 200));

        Assert.Equal(one["digest"].GetString(), many["digest"].GetString());
        Assert.Equal(one["outcome"].GetRawText(), many["outcome"].GetRawText());
        Assert.NotEqual(one["digest"].GetString(), other["digest"].GetString());
    }

    [Fact]
    public async Task Every_deal_goes_its_way_and_the_books_of_the_simulation_hold_what_the_rules_give()
    {
        var network = await Network.CreateAsync(engine);
        var result = await PlayAsync(network, Body(network, seed: 9, concurrency: 100));
        var (outcome, books) = (result["outcome"], result["books"]);

        var steps = outcome.GetProperty("steps");
        Assert.Equal(200, steps.GetProperty("H1").GetInt64());
        Assert.True(steps.GetProperty("H5").GetInt64() is > 20 and < 200);
        Assert.True(outcome.GetProperty("events").GetProperty("cancellation").GetInt64() > 0);
        Assert.True(outcome.GetProperty("events").GetProperty("dispute").GetInt64() > 0);
        Assert.Empty(outcome.GetProperty("refusals").EnumerateObject());
        Assert.False(books.TryGetProperty("fault", out _));
        Assert.Equal(steps.EnumerateObject().Sum(step => step.Value.GetInt64()), books.GetProperty("leaves").GetInt64());
        var ledger = books.GetProperty("ledger").GetString()!;
        Assert.StartsWith("sim-", ledger, StringComparison.Ordinal);
        var total = outcome.GetProperty("totals").GetProperty("AUD");
        var receivable = await engine.GetAsync($"/api/v1/accounts/receivable:{network.Vertical}?book={ledger}");
        Assert.Equal(
            receivable.Is(200)["balances"].EnumerateArray().Single().GetProperty("balanceMinor").GetInt64(), total.GetProperty("commissionMinor").GetInt64());
        var members = outcome.GetProperty("members").EnumerateArray().Sum(member => member.GetProperty("commissionMinor").GetInt64());
        Assert.Equal(total.GetProperty("commissionMinor").GetInt64(), members + total.GetProperty("platformMinor").GetInt64());
        Assert.NotEmpty(outcome.GetProperty("breaches").EnumerateArray());
    }

    [Fact]
    public async Task Nothing_of_it_is_among_the_real_deals_accumulators_and_books()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(5);
        await deal.WhenBookedAsync(3);
        var before = await RealAsync();

        await PlayAsync(network, Body(network, seed: 1, concurrency: 50));

        Assert.Equal(before, await RealAsync());
        Assert.True(await engine.Database.ScalarAsync<long>("select count(*) from sim_deal") >= 200);
        Assert.True(await engine.Database.ScalarAsync<long>("select count(*) from sim_volume") > 0);
    }

    [Fact]
    public async Task Traffic_that_is_told_to_stop_stops_and_says_so()
    {
        var network = await Network.CreateAsync(engine);
        var body = Body(network, seed: 2, concurrency: 1);
        (body["days"], body["arrivalsPerDay"]) = (365, 200);
        var id = (await engine.PostAsync("/api/v1/simulations/deal-flow", body, network.Admin)).Is(201).Member("id")!;
        await Eventually.BecomesTrueAsync(async () => (await GetAsync(id))["done"].GetInt64() > 0, $"{id} plays");

        (await engine.DeleteAsync($"/api/v1/simulations/{id}")).Is(200);

        await Eventually.BecomesTrueAsync(async () => (await GetAsync(id)).Member("status") == "aborted", $"{id} is aborted");
        Assert.Equal(409, (await engine.GetAsync($"/api/v1/simulations/{id}/result")).Status);
    }

    [Theory]
    [InlineData("""{"from":"2026-01-01"}""", "seed", 400)]
    [InlineData("""{"seed":1}""", "from", 400)]
    [InlineData("""{"seed":1.5,"from":"2026-01-01"}""", "seed", 400)]
    [InlineData("""{"seed":1,"from":"1826-01-01"}""", "from", 400)]
    [InlineData("""{"seed":1,"from":"2026-01-01","days":0}""", "days", 400)]
    [InlineData("""{"seed":1,"from":"2026-01-01","days":731,"arrivalsPerDay":10000}""", "arrivalsPerDay", 400)]
    [InlineData("""{"seed":1,"from":"2026-01-01","conversionPercent":{"intake":101}}""", "conversionPercent.intake", 400)]
    [InlineData("""{"seed":1,"from":"2026-01-01","delayDays":5}""", "delayDays", 400)]
    [InlineData("""{"seed":1,"from":"2026-01-01","delayDays":{"other":5}}""", "other", 400)]
    [InlineData("""{"seed":1,"from":"2026-01-01","mix":[]}""", "mix", 400)]
    [InlineData("""{"seed":1,"from":"2026-01-01","mix":[{"vertical":"NOWHERE"}]}""", "mix[0].vertical", 422)]
    [InlineData("""{"seed":1,"from":"2026-01-01","limits":{"monthMinor":-1}}""", "limits.monthMinor", 400)]
    [InlineData("""{"seed":1,"from":"2026-01-01","speed":1}""", "speed", 400)]
    public async Task A_request_that_makes_no_sense_is_refused_with_its_field(string body, string field, int status)
    {
        var network = await engine.NetworkAsync();

        var answer = await engine.PostAsync("/api/v1/simulations/deal-flow", JsonNode.Parse(body)!, network.Admin);

        answer.IsRefused(status, status == 422 ? "RATE_CARD_MISSING" : "INVALID_FIELD", field);
    }

    [Fact]
    public async Task Only_staff_may_put_such_a_load_on_the_engine()
    {
        var network = await engine.NetworkAsync();

        var answer = await engine.PostAsync("/api/v1/simulations/deal-flow", Body(network, 1, 1), network.Referrer);

        answer.IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
    }

    /// <summary>What real referrals left behind. (Books of simulations are rows of the same table.)</summary>
    private async Task<string> RealAsync() => (await engine.Database.ScalarAsync<string>("""
        select concat_ws('/', (select count(*) from deal), (select count(*) from volume), (select count(*) from contact),
            (select string_agg(book || ':' || size, ',' order by book) from book_head where book not like 'sim-%'))
        """))!;

    /// <summary>Candidate rules with an upfront part, a quarterly volume bonus and a clawback.</summary>
    private static JsonObject Body(Network network, long seed, int concurrency) => JsonNode.Parse($$"""
        {
          "seed": {{seed}}, "from": "2026-01-10", "days": 40, "arrivalsPerDay": 5, "followDays": 100, "members": 12, "concurrency": {{concurrency}},
          "mix": [{ "vertical": "{{network.Vertical}}", "valueMinor": { "least": 1000000, "most": 90000000 } }],
          "cancellationPercent": 20, "cancellationWithinDays": 60, "disputePercent": 20, "limits": { "monthMinor": 1000 },
          "candidates": [{
            "schema": "commission/rule-set/v1", "vertical": "{{network.Vertical}}", "effectiveFrom": "2026-01-01", "currency": "AUD",
            "governingAgreement": "Candidate", "platformFeePercent": "1",
            "products": { "{{Network.Product}}": { "components": [
              { "name": "upfront", "shape": "percent", "basis": "deal_value", "ratePercent": "0.65",
                "split": [{ "party": "referrer", "weight": 80 }, { "party": "upline", "weight": 20 }],
                "clawback": { "kind": "cliffs", "steps": [{ "beforeMonths": 12, "percent": "100" }] } },
              { "name": "volume", "shape": "tier_whole", "basis": "deal_value", "boundary": "upper", "split": [{ "party": "referrer", "weight": 1 }],
                "bands": [{ "from": 0, "to": 60000000, "ratePercent": "0.1" }, { "from": 60000000, "ratePercent": "0.3" }],
                "accumulate": { "per": "quarter", "scope": "referrer" } }] } }
          }]
        }
        """)!.AsObject();

    private async Task<Answer> PlayAsync(Network network, JsonObject body)
    {
        var id = (await engine.PostAsync("/api/v1/simulations/deal-flow", body, network.Admin)).Is(201).Member("id")!;
        await Eventually.BecomesTrueAsync(async () => (await GetAsync(id)).Member("status") is "completed" or "failed", $"{id} is over");
        return (await engine.GetAsync($"/api/v1/simulations/{id}/result")).Is(200);
    }

    private async Task<Answer> GetAsync(string id) => (await engine.GetAsync($"/api/v1/simulations/{id}")).Is(200);
}
