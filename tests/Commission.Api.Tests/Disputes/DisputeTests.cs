using System.Text.Json.Nodes;
using Commission.Api.Tests.Payouts;
using Commission.Domain.Ledger;
using Commission.Testing;

namespace Commission.Api.Tests.Disputes;

/// <summary>Disputes over HTTP: what is contested is held and nothing else, decisions book their own entries, the clock keeps business time.</summary>
public sealed class DisputeTests
{
    private const string Disputes = "/api/v1/disputes";

    [Fact]
    public async Task A_disputed_accrual_leaves_the_draft_is_held_and_is_paid_as_it_was_decided()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (network, member) = (scenario.Network, scenario.Network.Referrer);
        var batch = (await scenario.DraftAsync()).Is(201);
        (await scenario.ApproveAsync(batch)).Is(200);
        var place = await scenario.PlaceAsync(member);

        var opened = (await OpenAsync(scenario, member, place)).Is(201);

        Assert.Equal(("open", true), (opened.Member("status"), opened["entries"][0].GetProperty("held").GetBoolean()));
        await scenario.WhenLedgerIsAsync(Accounts.Disputed(member.Id), -257_401);
        await scenario.WhenLedgerIsAsync(Accounts.Payable(member.Id), 0);
        var left = (await network.GetAsync($"{PayoutScenario.Batches}/{batch.Member("id")}")).Is(200);
        Assert.Equal(("draft", "released"), (left.Member("status"), PayoutScenario.Item(left, member).GetProperty("status").GetString()));
        (await scenario.DraftAsync()).IsRefused(422, "NOTHING_TO_PAY");

        await ReviewedAsync(scenario, opened);
        var decided = (await StepAsync(scenario, opened, "decide", new JsonObject
        {
            ["outcome"] = "partly",
            ["text"] = "The upfront of the second tranche was left out.",
            ["amounts"] = new JsonArray(new JsonObject { ["entry"] = place, ["amountMinor"] = 300_000 }),
        }, network.Admin)).Is(200);

        Assert.Equal(("decided", "partly"), (decided.Member("status"), decided["decision"].GetProperty("outcome").GetString()));
        await scenario.WhenLedgerIsAsync(Accounts.Disputed(member.Id), 0);
        await scenario.WhenLedgerIsAsync(Accounts.Payable(member.Id), -300_000);
        var next = (await scenario.DraftAsync()).Is(201);
        Assert.Equal(300_000, PayoutScenario.Item(next, member).GetProperty("amountMinor").GetInt64());
        Assert.Equal(2, PayoutScenario.Item(next, member).GetProperty("lines").GetInt32());
        Assert.Equal("closed", (await StepAsync(scenario, opened, "close", [], network.Admin)).Is(200).Member("status"));
    }

    [Fact]
    public async Task What_a_submitted_payout_has_stays_there_and_only_the_decision_moves_money()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (network, member) = (scenario.Network, scenario.Network.Referrer);
        await scenario.SubmittedAsync();
        var place = await scenario.PlaceAsync(member);

        var opened = (await OpenAsync(scenario, member, place)).Is(201);

        Assert.False(opened["entries"][0].GetProperty("held").GetBoolean());
        Assert.Equal(0, await scenario.LedgerAsync(Accounts.Disputed(member.Id)));
        await ReviewedAsync(scenario, opened);
        var amounts = new JsonArray(new JsonObject { ["entry"] = place, ["amountMinor"] = 257_501 });
        (await StepAsync(scenario, opened, "decide", new JsonObject { ["outcome"] = "upheld", ["text"] = "One dollar.", ["amounts"] = amounts }, network.Admin)).Is(200);
        await scenario.WhenLedgerIsAsync(Accounts.Payable(member.Id), -100);
    }

    [Fact]
    public async Task An_entry_is_in_one_dispute_at_a_time_and_each_step_is_taken_once_by_the_right_person()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (network, member) = (scenario.Network, scenario.Network.Referrer);
        var place = await scenario.PlaceAsync(member);
        (await OpenAsync(scenario, network.Upline, place)).IsRefused(400, "INVALID_FIELD", "entries[0]");
        (await OpenAsync(scenario, network.Receiver, place, of: member)).IsRefused(403, "WRONG_ACTOR", "actor");
        (await OpenAsync(scenario, member, 999_999)).IsRefused(400, "INVALID_FIELD", "entries[0]");

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => OpenAsync(scenario, member, place)));
        var opened = Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer != opened), answer => answer.IsRefused(409, "ALREADY_EXISTS", "entries[0]"));

        (await StepAsync(scenario, opened, "review", [], network.Admin)).IsRefused(409, "WRONG_STATE");
        (await StepAsync(scenario, opened, "assign", new JsonObject { ["assignee"] = network.Admin.ToString() }, member)).IsRefused(403, "WRONG_ACTOR", "actor");
        (await StepAsync(scenario, opened, "withdraw", [], network.Admin)).IsRefused(403, "WRONG_ACTOR", "actor");
        (await network.GetAsync($"{Disputes}/{opened.Member("id")}", network.Receiver)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        var withdrawn = (await StepAsync(scenario, opened, "withdraw", [], member, "withdraw")).Is(200);
        var again = (await StepAsync(scenario, opened, "withdraw", [], member, "withdraw")).Is(200);
        Assert.Equal((true, withdrawn.Member("endedAt")), (again.Replayed, again.Member("endedAt")));
        await scenario.WhenLedgerIsAsync(Accounts.Disputed(member.Id), 0);
        await scenario.WhenLedgerIsAsync(Accounts.Payable(member.Id), -257_401);
        (await OpenAsync(scenario, member, place)).Is(201);
    }

    [Fact]
    public async Task The_clock_rests_while_the_member_is_asked_warns_and_runs_out()
    {
        await using var scenario = await PayoutScenario.StartAsync();
        var (network, member) = (scenario.Network, scenario.Network.Referrer);
        var opened = (await OpenAsync(scenario, member, await scenario.PlaceAsync(member))).Is(201);
        await ReviewedAsync(scenario, opened);
        var asked = (await StepAsync(scenario, opened, "ask", new JsonObject { ["text"] = "Which tranche?" }, network.Admin)).Is(200);
        Assert.False(asked["clock"].GetProperty("running").GetBoolean());
        scenario.Advance(TimeSpan.FromDays(30));
        var answered = (await StepAsync(scenario, opened, "messages", new JsonObject { ["text"] = "The second." }, member)).Is(200);
        Assert.Equal(("under_review", true), (answered.Member("status"), answered["clock"].GetProperty("running").GetBoolean()));
        Assert.Equal(asked["clock"].GetProperty("usedSeconds").GetInt64(), answered["clock"].GetProperty("usedSeconds").GetInt64());

        scenario.Advance(TimeSpan.FromDays(21));

        await Eventually.BecomesTrueAsync(
            async () => (await network.GetAsync($"{Disputes}/{opened.Member("id")}", member))["clock"].GetProperty("breachedAt").ValueKind
                == System.Text.Json.JsonValueKind.String, "the breach is recorded");
        var queue = (await network.GetAsync($"{Disputes}/queue", network.Admin)).Is(200);
        Assert.Equal(0, queue.Json[0].GetProperty("clock").GetProperty("leftSeconds").GetInt64());
        var figures = (await network.GetAsync($"{Disputes}/figures", network.Admin)).Is(200);
        Assert.Equal((1, 1), (figures["open"].GetInt32(), figures["overdue"].GetInt32()));
        Assert.Equal(3, (await network.GetAsync($"{Disputes}/{opened.Member("id")}", member))["messages"].GetArrayLength());
    }

    internal static Task<Answer> OpenAsync(PayoutScenario scenario, Person actor, long place, Person? of = null) =>
        scenario.Network.PostAsync(Disputes, new JsonObject
        {
            ["member"] = (of ?? actor).ToString(),
            ["reason"] = "wrong_amount",
            ["text"] = "A tranche is missing.",
            ["entries"] = new JsonArray(place),
            ["region"] = "NSW",
        }, actor);

    internal static Task<Answer> StepAsync(PayoutScenario scenario, Answer dispute, string step, JsonObject body, Person by, string? key = null) =>
        scenario.Network.PostAsync($"{Disputes}/{dispute.Member("id")}/{step}", body, by, key);

    internal static async Task ReviewedAsync(PayoutScenario scenario, Answer dispute)
    {
        var admin = scenario.Network.Admin;
        Assert.Equal("triaged", (await StepAsync(scenario, dispute, "assign", new JsonObject { ["assignee"] = admin.ToString() }, admin)).Is(200).Member("status"));
        Assert.Equal("under_review", (await StepAsync(scenario, dispute, "review", [], admin)).Is(200).Member("status"));
    }
}
