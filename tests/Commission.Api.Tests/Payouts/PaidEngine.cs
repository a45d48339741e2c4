using System.Text.Json.Nodes;
using Commission.Api.Tests.Guarantees;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Testing;

namespace Commission.Api.Tests.Payouts;

/// <summary>
/// An engine that has paid: a settled batch, one whose payments are on their way and came back, and a dispute that holds an accrual.
/// For tests that change nothing for good.
/// </summary>
public sealed class PaidEngine : IAsyncLifetime
{
    /// <summary>Takes off triggers, and with them foreign keys.</summary>
    public const string Unprotected = """
        alter table payout_batch disable trigger all; alter table payout_item disable trigger all; alter table payout_line disable trigger all;
        alter table payout_file disable trigger all; alter table payee_account disable trigger all; alter table dispute disable trigger all;
        alter table dispute_entry disable trigger all; alter table dispute_message disable trigger all; alter table book_entry disable trigger all;

        """;

    private PayoutScenario _scenario = null!;

    internal PayoutScenario Scenario => _scenario;

    internal Engine Engine => _scenario.Engine;

    public async ValueTask InitializeAsync()
    {
        // Deals are signed today; what disputes hold until later, the second batch pays.
        _scenario = await PayoutScenario.StartAsync(coolOff: false);
        var (referrer, upline) = (_scenario.Network.Referrer, _scenario.Network.Upline);
        await _scenario.AddDealAsync();
        await _scenario.AddDealAsync();
        Answer[] held = [await DisputeAsync(referrer, 1, 2), await DisputeAsync(upline, 1, 2)];
        _scenario.Advance(TimeSpan.FromDays(20));
        var first = await _scenario.SubmittedAsync();
        (await _scenario.MoveAsync(first, "confirm")).Is(200);
        (await _scenario.MoveAsync(first, "settle")).Is(200);
        foreach (var dispute in held)
            (await _scenario.Network.PostAsync($"/api/v1/disputes/{dispute.Member("id")}/withdraw", new JsonObject(), dispute == held[0] ? referrer : upline)).Is(200);
        await DisputeAsync(referrer, 2);
        var second = await _scenario.SubmittedAsync();
        var reference = PayoutScenario.Item(second, upline).GetProperty("reference").GetString()!;
        var returns = PayoutScenario.ReturnOf(await _scenario.FileAsync(second), reference, '3');
        (await _scenario.Network.SendAsync(new Request(
            $"{PayoutScenario.Batches}/{second.Member("id")}/returns", returns, _scenario.Network.Admin.ToString(), Engine.Unique("key-"), "text/plain"))).Is(200);
        await Eventually.BecomesTrueAsync(
            async () => await Engine.Database.ScalarAsync<bool>("select not exists (select from outbox where book in ('ledger', 'administration', 'handshakes'))"),
            "the books are written");
    }

    /// <summary>Disputes a member's accruals, by their place among them.</summary>
    private async Task<Answer> DisputeAsync(Person member, params int[] which)
    {
        var places = (await Engine.Database.ScalarAsync<long[]>($"""
            select array_agg(e.sequence order by e.sequence) from book_entry e join book_account a on a.book_id = e.book_id and a.id = e.credit
            where e.kind = 1 and a.name = '{Accounts.Payable(member.Id)}'
            """))!;
        return (await _scenario.Network.PostAsync("/api/v1/disputes", new JsonObject
        {
            ["member"] = member.ToString(),
            ["reason"] = "wrong_amount",
            ["text"] = "A tranche is missing.",
            ["entries"] = new JsonArray([.. which.Select(place => (JsonNode)places[place])]),
            ["region"] = "NSW",
        }, member)).Is(201);
    }

    public ValueTask DisposeAsync() => _scenario.DisposeAsync();

    /// <summary>What G6 says after a change that nobody will ever see.</summary>
    internal Task<GuaranteeOutcome> JudgeAsync(string sql, Guarantee guarantee = Guarantee.PaidOnce) =>
        Superuser.JudgeChangedAsync(Engine, Unprotected + sql, guarantee);
}
