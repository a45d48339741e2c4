using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Testing;

namespace Commission.Api.Tests.Deals;

/// <summary>A vertical with rules of the test's own, and complete deals of it, attested by a service.</summary>
internal sealed class LaterScenario
{
    private int _deals;

    private LaterScenario(Network network, Person service) => (Network, Service) = (network, service);

    public Network Network { get; }

    public Person Service { get; }

    private Engine Engine => Network.Engine;

    /// <param name="engine">Where it lives.</param>
    /// <param name="components">The product's components, as JSON without the brackets.</param>
    /// <param name="platformFeePercent">The platform's part.</param>
    public static async Task<LaterScenario> StartAsync(Engine engine, string components, string platformFeePercent = "0")
    {
        var network = await Network.CreateAsync(engine, ruled: false);
        var rules = JsonNode.Parse($$$"""
            {"schema":"commission/rule-set/v1","vertical":"{{{network.Vertical}}}","effectiveFrom":"2015-01-01","currency":"AUD",
            "governingAgreement":"{{{network.Agreement}}}","platformFeePercent":"{{{platformFeePercent}}}","products":{"{{{Network.Product}}}":{"components":[{{{components}}}]}} }
            """)!;
        var draft = (await network.PostAsync($"/api/v1/verticals/{network.Vertical}/rule-sets", rules, network.Admin)).Is(201);
        await network.ApproveAsync(draft["id"].GetString()!);
        return new LaterScenario(network, await network.ServiceAsync(network.Referrer, network.Receiver));
    }

    /// <summary>A deal that was settled on 1 July 2025 and completed on a day of that month.</summary>
    public async Task<DealId> DealAsync(long valueMinor = Network.SettledValue, int completedOn = 3)
    {
        var bulk = new BulkRequest(Network, Service);
        var line = bulk.Line($"deal-{++_deals}", "complete");
        (line["settledValueMinor"], line["completedOn"]) = (valueMinor, $"2025-07-{completedOn:00}");
        var answer = (await bulk.SendAsync([line])).Is(200).Lines()[0];
        Assert.Equal("created", answer.GetProperty("status").GetString());
        return TypedId.Parse<DealId>(answer.GetProperty("deal").GetString()!);
    }

    public Task<Answer> RevenueAsync(
        DealId deal, string kind = "invoice", string key = "INV-1", long amountMinor = 100_000, string on = "2025-09-15", string? month = null,
        Person? actor = null, string? idempotencyKey = null, Action<JsonObject>? change = null)
    {
        var body = new JsonObject { ["kind"] = kind, ["key"] = key, ["on"] = on, ["amountMinor"] = amountMinor, ["currency"] = "AUD" };
        if (month is not null)
            body["month"] = month;
        change?.Invoke(body);
        return Network.PostAsync($"/api/v1/deals/{deal}/revenue", body, actor ?? Network.Receiver, idempotencyKey);
    }

    public Task<Answer> MilestoneAsync(DealId deal, string name, string on = "2025-09-15", string? idempotencyKey = null) =>
        Network.PostAsync($"/api/v1/deals/{deal}/milestone", new JsonObject { ["name"] = name, ["on"] = on }, Network.Receiver, idempotencyKey);

    public Task<Answer> ClawbackAsync(
        DealId deal, string key = "C-1", string reason = "cancellation", string on = "2025-10-01", long? refundedMinor = null, string? idempotencyKey = null)
    {
        var body = new JsonObject { ["key"] = key, ["reason"] = reason, ["on"] = on };
        if (refundedMinor is { } refunded)
            body["refundedMinor"] = refunded;
        return Network.PostAsync($"/api/v1/deals/{deal}/clawback", body, Network.Receiver, idempotencyKey);
    }

    public Task<Answer> TrailAsync(string month, Person? actor = null) => Network.PostAsync(
        "/api/v1/trail-runs", new JsonObject { ["month"] = month, ["vertical"] = Network.Vertical }, actor ?? Network.Admin);

    /// <summary>Waits until books and accumulators hold all that was committed.</summary>
    public Task SettleDownAsync() => Eventually.BecomesTrueAsync(
        async () => await Engine.Database.ScalarAsync<long>("select count(*) from outbox") == 0, "the outbox is empty");

    /// <summary>A deal once everything is booked.</summary>
    public async Task<Answer> BookedAsync(DealId deal)
    {
        await SettleDownAsync();
        return (await Engine.GetAsync($"/api/v1/deals/{deal}")).Is(200);
    }

    /// <summary>What the entries of a deal credit in all, less what they take back.</summary>
    public async Task<long> CreditedAsync(DealId deal) => (await BookedAsync(deal))["entries"].EnumerateArray().Sum(Signed);

    /// <summary>What is owed to a contact, and what it owes.</summary>
    public async Task<(long Owed, long Debt)> StandingAsync(Person person)
    {
        var balance = Assert.Single((await Engine.GetAsync($"/api/v1/accounts/payable:{person}")).Is(200)["balances"].EnumerateArray());
        return (balance.GetProperty("owedMinor").GetInt64(), balance.GetProperty("debtMinor").GetInt64());
    }

    public static long Signed(JsonElement entry) =>
        entry.GetProperty("debit").GetProperty("account").GetString()!.StartsWith("receivable:", StringComparison.Ordinal)
            ? entry.GetProperty("amountMinor").GetInt64()
            : -entry.GetProperty("amountMinor").GetInt64();

    /// <summary>What was recorded accrues these amounts at once, in declared order.</summary>
    public static void Accrues(Answer answer, params long[] amounts) =>
        Assert.Equal(amounts, answer.Is(200)["accruals"].EnumerateArray().Select(accrual => accrual.GetProperty("amountMinor").GetInt64()));
}
