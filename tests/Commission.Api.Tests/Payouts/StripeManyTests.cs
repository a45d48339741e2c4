using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Api.Tests.Deals;
using Commission.Domain;
using Commission.Testing;

namespace Commission.Api.Tests.Payouts;

public sealed class StripeManyTests
{
    private const int Payees = 600;

    [Fact]
    public async Task A_batch_of_many_goes_page_by_page_and_answers_while_it_goes()
    {
        await using var scenario = await StripeScenario.StartAsync();
        scenario.Options.MaxParallelRequests = 16;
        await EarnAsync(scenario);
        scenario.StandIn.Fund(Payees * 1_000_000L);
        scenario.StandIn.Webhooks.Hold();
        var batch = (await scenario.ApprovedAsync());
        Assert.Equal(Payees + 2, batch["itemCount"].GetInt32());

        var submit = scenario.SubmitAsync(batch);
        await Eventually.BecomesTrueAsync(async () => (await scenario.GetAsync(batch)).Member("status") == "submitted", "it is submitted");
        (await submit).Is(200);
        await scenario.WhenAsync(batch, "paid", Payees + 2);

        Assert.Equal(Payees + 2, scenario.Transfers().Select(transfer => transfer.Group).Distinct().Count());
        Assert.Equal(Payees + 2, scenario.StandIn.ReadTransfers().Count);
        Assert.InRange(scenario.StandIn.MostAtOnce, 2, 24);
        await scenario.RowsAreTheLedgerAsync();
        scenario.StandIn.Webhooks.Lose();
    }

    /// <summary>As many referrers as there are payees, each with one deal, tax facts, and an account at Stripe that can receive.</summary>
    private static async Task EarnAsync(StripeScenario scenario)
    {
        var (network, engine) = (scenario.Network, scenario.Engine);
        var service = await network.ServiceAsync(network.Receiver);
        var referrers = new string[Payees];
        await Parallel.ForAsync(0, Payees, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var made = (await engine.PostAsync("/api/v1/contacts", new JsonObject { ["type"] = "MEMBER", ["name"] = $"Payee {i}" }, null)).Is(201);
            var person = new Person(TypedId.Parse<ContactId>(made["id"].GetString()!), made["commitment"].GetString()!, network.Admin.Key);
            referrers[i] = person.ToString();
            (await engine.PostAsync($"/api/v1/contacts/{person}/authorised-services", new JsonObject { ["service"] = service.ToString() }, person)).Is(200);
            var proposed = (await engine.PostAsync($"/api/v1/contacts/{person}/tax-facts", new JsonObject(), network.Admin)).Is(200)["proposed"];
            (await engine.PostAsync($"/api/v1/contacts/{person}/tax-facts/verify", new JsonObject
            {
                ["commitment"] = proposed.GetProperty("commitment").GetString(),
            }, network.Checker)).Is(200);
            var account = (await engine.PostAsync($"/api/v1/contacts/{person}/stripe-account", new JsonObject { ["country"] = "AU" }, network.Admin)).Is(200);
            scenario.StandIn.Onboard(account.Member("account")!);
        });
        var bulk = new BulkRequest(network, service);
        foreach (var some in referrers.Index().Chunk(500))
        {
            string[] lines = [.. some.Select(referrer =>
            {
                var line = bulk.Line($"many-{referrer.Index}", "complete");
                line["referrer"] = referrer.Item;
                line.Remove("upline");
                return line.ToJsonString();
            })];
            var answer = await bulk.SendAsync(lines, attestation => attestation["time"] = Network.Text(scenario.Payouts.Now));
            var first = answer.Is(200).Lines().FirstOrDefault(line => line.GetProperty("status").GetString() != "created");
            Assert.True(first.ValueKind == JsonValueKind.Undefined, $"{first}");
        }
        await Eventually.BecomesTrueAsync(async () => await engine.Database.ScalarAsync<long>("select count(*) from outbox") == 0, "all is booked");
        await Eventually.BecomesTrueAsync(
            async () => await engine.Database.ScalarAsync<long>("select count(*) from stripe_account where transfers = 'active'") == Payees + 2,
            "all payees can receive");
    }
}
