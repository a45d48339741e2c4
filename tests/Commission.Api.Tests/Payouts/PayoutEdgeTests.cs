using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Aba;

namespace Commission.Api.Tests.Payouts;

/// <summary>The smallest, the largest and the odd: what a payout does where amounts end.</summary>
public sealed class PayoutEdgeTests
{
    private const long LargestRecord = 9_999_999_999;

    [Fact]
    public async Task One_cent_is_paid()
    {
        await using var scenario = await PayoutScenario.StartWithAsync(100);

        var batch = await scenario.SubmittedAsync();

        Assert.Equal((1, 0, 0, 1), Amounts(PayoutScenario.Item(batch, scenario.Network.Referrer)));
        Assert.Equal(1, Assert.Single(Credits(await scenario.FileAsync(batch))).AmountMinor);
        await scenario.WhenLedgerIsAsync(Accounts.ClearingAba, -1);
    }

    [Fact]
    public async Task Half_a_cent_of_tax_is_rounded_up_and_who_gets_a_cent_pays_none()
    {
        await using var scenario = await PayoutScenario.StartWithAsync(923);

        var batch = (await scenario.DraftAsync()).Is(201);

        Assert.Equal((5, 1, 0, 6), Amounts(PayoutScenario.Item(batch, scenario.Network.Referrer)));
        Assert.Equal((1, 0, 0, 1), Amounts(PayoutScenario.Item(batch, scenario.Network.Upline)));
    }

    [Fact]
    public async Task Nothing_earned_is_nothing_to_pay()
    {
        await using var scenario = await PayoutScenario.StartWithAsync(50);

        (await scenario.DraftAsync()).IsRefused(422, "NOTHING_TO_PAY");

        Assert.Empty((await scenario.Network.GetAsync("/api/v1/payout-eligibility", scenario.Network.Admin)).Is(200).Json.EnumerateArray());
    }

    [Fact]
    public async Task What_no_record_can_hold_goes_in_parts_and_a_part_that_comes_back_needs_a_person()
    {
        await using var scenario = await PayoutScenario.StartWithAsync(2_000_000_000_000);

        var batch = await scenario.SubmittedAsync();

        var item = PayoutScenario.Item(batch, scenario.Network.Referrer);
        var files = await Task.WhenAll(batch["files"].EnumerateArray().Select(file => scenario.FileAsync(batch, file.GetProperty("part").GetInt32())));
        var parts = files.SelectMany(Credits).Where(record => record.Reference.StartsWith(item.GetProperty("reference").GetString()!, StringComparison.Ordinal)).ToList();
        Assert.Equal(2, parts.Count);
        Assert.All(parts, part => Assert.InRange(part.AmountMinor, 1, LargestRecord));
        Assert.Equal(item.GetProperty("payMinor").GetInt64(), parts.Sum(part => part.AmountMinor));
        Assert.True(item.GetProperty("payMinor").GetInt64() > LargestRecord);

        var holder = files.Single(file => Credits(file).Any(record => record == parts[0]));
        var came = await scenario.Network.SendAsync(new Request(
            $"{PayoutScenario.Batches}/{batch.Member("id")}/returns", PayoutScenario.ReturnOf(holder, parts[0].Reference, '3'), scenario.Network.Admin.ToString(),
            Engine.Unique("key-"), "text/plain"));
        Assert.Contains("by hand", Assert.Single(came.Is(200)["problems"].EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal(batch["payMinor"].GetInt64(), -await scenario.LedgerAsync(Accounts.ClearingAba));
    }

    [Fact]
    public async Task Who_owes_more_than_it_is_owed_is_carried_forward_until_the_debt_is_earned()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (network, member) = (scenario.Network, scenario.Network.Referrer);
        await PaidAsync(scenario);
        await TakeBackAsync(scenario, member, await scenario.PlaceAsync(member), 1_000);

        Assert.Equal("in_debt", await OutcomeAsync(scenario, member));
        (await scenario.DraftAsync()).IsRefused(422, "NOTHING_TO_PAY");
        Assert.Equal(-256_401, (await scenario.BalanceAsync(member)).GetProperty("owedMinor").GetInt64());

        await scenario.AddDealAsync(Network.SettledValue);
        var next = (await scenario.DraftAsync()).Is(201);
        var (amount, _, _, pay) = Amounts(PayoutScenario.Item(next, member));
        Assert.Equal(257_401 - 256_401, amount);
        Assert.True(pay > 0);
        Assert.Equal(2, PayoutScenario.Item(next, member).GetProperty("lines").GetInt32());
    }

    private static async Task PaidAsync(PayoutScenario scenario)
    {
        var batch = await scenario.SubmittedAsync();
        (await scenario.MoveAsync(batch, "confirm")).Is(200);
        (await scenario.MoveAsync(batch, "settle")).Is(200);
    }

    /// <summary>A dispute of what was paid, decided at less.</summary>
    private static async Task TakeBackAsync(PayoutScenario scenario, Person member, long place, long leftMinor)
    {
        var network = scenario.Network;
        var opened = (await network.PostAsync("/api/v1/disputes", new JsonObject
        {
            ["member"] = member.ToString(),
            ["reason"] = "wrong_amount",
            ["text"] = "Another referred this client.",
            ["entries"] = new JsonArray(place),
        }, network.Admin)).Is(201);
        foreach (var (step, body) in new (string, JsonObject)[]
        {
            ("assign", new JsonObject { ["assignee"] = network.Checker.ToString() }),
            ("review", []),
            ("decide", new JsonObject
            {
                ["outcome"] = "upheld",
                ["text"] = "So it is.",
                ["amounts"] = new JsonArray(new JsonObject { ["entry"] = place, ["amountMinor"] = leftMinor }),
            }),
        })
        {
            (await network.PostAsync($"/api/v1/disputes/{opened.Member("id")}/{step}", body, network.Checker)).Is(200);
        }
        await scenario.WhenLedgerIsAsync(Accounts.Payable(member.Id), 256_401);
    }

    private static async Task<string> OutcomeAsync(PayoutScenario scenario, Person payee) =>
        (await scenario.Network.GetAsync($"/api/v1/payout-eligibility?payee={payee}", scenario.Network.Admin)).Is(200).Json[0].GetProperty("outcome").GetString()!;

    private static IEnumerable<AbaDetail> Credits(byte[] file) => PayoutScenario.Read(file).Details.Where(record => record.Code != AbaDetail.Debit);

    private static (long, long, long, long) Amounts(JsonElement item) => (
        item.GetProperty("amountMinor").GetInt64(), item.GetProperty("gstMinor").GetInt64(), item.GetProperty("withheldMinor").GetInt64(),
        item.GetProperty("payMinor").GetInt64());
}
