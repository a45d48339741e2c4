using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Api.Tests.Payouts;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Tax;

namespace Commission.Api.Tests.Disputes;

/// <summary>What a dispute decides is a change of a price: it has the GST of the commission that was contested.</summary>
public sealed class DisputeTaxTests
{
    [Fact]
    public async Task What_is_added_to_a_paid_commission_is_invoiced_with_its_gst()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var member = scenario.Network.Referrer;
        await scenario.DocumentsAsync(await scenario.SubmittedAsync(), 2);

        await DecidedAsync(scenario, member, await scenario.PlaceAsync(member), 300_000);
        await scenario.WhenLedgerIsAsync(Accounts.Payable(member.Id), -42_599);
        var batch = await scenario.SubmittedAsync();

        Assert.Equal([("RCTI", 42_599L, 4_260L)], Figures(await scenario.DocumentsAsync(batch, 1), member));
        Assert.Equal(46_859, (await scenario.Network.GetAsync($"{PayoutScenario.Batches}/{batch.Member("id")}")).Is(200)["payMinor"].GetInt64());
    }

    [Fact]
    public async Task What_is_taken_of_a_paid_commission_takes_back_the_gst_that_was_paid_with_it_and_names_the_invoice()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var network = scenario.Network;
        await scenario.DocumentsAsync(await scenario.SubmittedAsync(), 2);
        await scenario.AccountAsync(network.Upline, "654321", PayoutScenario.GoodAbn, network.Agreement);

        await DecidedAsync(scenario, network.Referrer, await scenario.PlaceAsync(network.Referrer), 200_000);
        await DecidedAsync(scenario, network.Upline, await scenario.PlaceAsync(network.Upline), 60_000);
        await scenario.AddDealAsync();
        scenario.Advance(TimeSpan.FromDays(20));
        await scenario.WhenLedgerIsAsync(Accounts.Payable(network.Upline.Id), -64_350 + 4_350);
        var documents = await scenario.DocumentsAsync(await scenario.SubmittedAsync(), 4);

        Assert.Equal([("ADJ", -57_401L, -5_740L), ("RCTI", 257_401L, 25_740L)], Figures(documents, network.Referrer));
        Assert.Equal(["RCTI-000001"], await AdjustedAsync(scenario, documents, network.Referrer));

        // The upline was paid on a statement, without GST: now that it is registered, none is taken back either.
        Assert.Equal([("ADJ", -4_350L, 0L), ("RCTI", 64_350L, 6_435L)], Figures(documents, network.Upline));
        Assert.Equal(["STM-000001"], await AdjustedAsync(scenario, documents, network.Upline));
    }

    [Fact]
    public async Task A_decision_that_is_contested_again_follows_the_commission_that_it_began_with()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var member = scenario.Network.Referrer;
        await DecidedAsync(scenario, member, await scenario.PlaceAsync(member), 200_000);
        await scenario.WhenLedgerIsAsync(Accounts.Payable(member.Id), -200_000);

        var place = await scenario.Engine.Database.ScalarAsync<long>(
            "select e.sequence from book_entry e join book_head h on h.id = e.book_id where h.book = 'ledger' and e.kind = 9");
        await DecidedAsync(scenario, member, place, -50_000);
        await scenario.WhenLedgerIsAsync(Accounts.Payable(member.Id), -207_401);
        var documents = await scenario.DocumentsAsync(await scenario.SubmittedAsync(member), 2);

        Assert.Equal([("ADJ", -57_401L, -5_740L), ("RCTI", 264_802L, 26_480L)], Figures(documents, member));
        Assert.Equal(["RCTI-000001"], await AdjustedAsync(scenario, documents, member));
    }

    private static async Task DecidedAsync(PayoutScenario scenario, Person member, long place, long amountMinor)
    {
        var opened = (await DisputeTests.OpenAsync(scenario, member, place)).Is(201);
        await DisputeTests.ReviewedAsync(scenario, opened);
        var amounts = new JsonArray(new JsonObject { ["entry"] = place, ["amountMinor"] = amountMinor });
        var decision = new JsonObject { ["outcome"] = "partly", ["text"] = "The value was another.", ["amounts"] = amounts };
        (await DisputeTests.StepAsync(scenario, opened, "decide", decision, scenario.Network.Admin)).Is(200);
    }

    private static IEnumerable<JsonElement> Of(IEnumerable<JsonElement> documents, Person payee) =>
        documents.Where(document => document.GetProperty("payee").GetString() == payee.ToString());

    private static IEnumerable<(string, long, long)> Figures(IEnumerable<JsonElement> documents, Person payee) => Of(documents, payee)
        .Select(document => (Number(document).Split('-')[0], document.GetProperty("valueMinor").GetInt64(), document.GetProperty("gstMinor").GetInt64()))
        .OrderBy(figure => figure.Item1, StringComparer.Ordinal);

    /// <summary>The papers that a payee's adjustment note names.</summary>
    private static async Task<IEnumerable<string?>> AdjustedAsync(PayoutScenario scenario, IEnumerable<JsonElement> documents, Person payee)
    {
        var note = Of(documents, payee).Single(document => Number(document).StartsWith("ADJ", StringComparison.Ordinal));
        var bytes = (await scenario.Network.GetAsync($"/api/v1/documents/{Number(note)}", scenario.Network.Admin)).Is(200).Bytes;
        return TaxDocumentEncoding.Read(bytes).Document!.Lines.Select(line => line.Line.Corrects);
    }

    private static string Number(JsonElement document) => document.GetProperty("number").GetString()!;
}
