using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain.Ledger;
using Commission.Testing;

namespace Commission.Api.Tests.Rules;

public sealed class LifecycleTests(Engine engine) : IClassFixture<Engine>
{
    private const string Later = "2099-01-01";

    private static async Task<(Network Network, string Draft)> DraftedAsync(Engine engine)
    {
        var network = await Network.CreateAsync(engine);
        return (network, (await network.AddRulesAsync(Later, "0.70")).Is(201)["id"].GetString()!);
    }

    private static async Task<JsonElement> VersionAsync(Network network, string version) =>
        (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets/{version}")).Is(200)["version"];

    [Fact]
    public async Task A_version_goes_from_draft_to_active_by_two_people()
    {
        var network = await Network.CreateAsync(engine, ruled: false);
        var drafted = (await network.AddRulesAsync("2015-01-01", "0.65")).Is(201);
        var id = drafted["id"].GetString()!;
        Assert.Equal("draft", drafted["state"].GetString());
        Assert.Equal("proposed", (await network.MoveAsync(id, "propose", network.Admin)).Is(200)["state"].GetString());
        var approved = (await network.MoveAsync(id, "approve", network.Checker)).Is(200);
        Assert.Equal("approved", approved["state"].GetString());

        var shown = await VersionAsync(network, id);
        Assert.Equal("active", shown.GetProperty("state").GetString());
        Assert.Equal(
            (network.Admin.ToString(), network.Admin.ToString(), network.Checker.ToString()),
            (shown.GetProperty("author").GetString(), shown.GetProperty("proposer").GetString(), shown.GetProperty("approver").GetString()));
        await network.RuleAsync(Later, "0.70");
        var states = (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets")).Is(200).Json;
        Assert.Equal(["active", "approved"], states.EnumerateArray().Select(version => version.GetProperty("state").GetString()));
        Assert.Equal(1, (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets?state=approved")).Json.GetArrayLength());
        (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets?state=odd")).IsRefused(400, "INVALID_FIELD", "state");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Until_it_is_approved_it_decides_no_referral(bool proposed)
    {
        var network = await Network.CreateAsync(engine, ruled: false);
        var id = (await network.AddRulesAsync("2015-01-01", "0.65")).Is(201)["id"].GetString()!;
        if (proposed)
            (await network.MoveAsync(id, "propose", network.Admin)).Is(200);

        (await network.NewDeal().SignAsync("H1")).IsRefused(422, "RATE_CARD_MISSING", "payload.referredOn");
        Assert.Equal(0, (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets?activeOn=2026-01-01")).Json.GetArrayLength());

        if (!proposed)
            (await network.MoveAsync(id, "propose", network.Admin)).Is(200);
        (await network.MoveAsync(id, "approve", network.Checker)).Is(200);
        (await network.NewDeal().SignAsync("H1")).Is(201);
    }

    [Fact]
    public async Task Nobody_approves_what_they_made_and_only_staff_takes_steps()
    {
        var (network, draft) = await DraftedAsync(engine);
        (await network.MoveAsync(draft, "propose", network.Referrer)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await network.MoveAsync(draft, "propose", network.Checker)).Is(200);
        var before = await engine.FootprintAsync();

        (await network.MoveAsync(draft, "approve", network.Admin)).IsRefused(403, "MAKER_IS_CHECKER", "version");
        (await network.MoveAsync(draft, "approve", network.Checker)).IsRefused(403, "MAKER_IS_CHECKER", "version");
        (await network.MoveAsync(draft, "approve", network.Client)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");

        Assert.Equal(before, await engine.FootprintAsync());
        (await network.MoveAsync(draft, "approve", await network.ContactAsync("INTERNAL"))).Is(200);
    }

    [Fact]
    public async Task Steps_out_of_order_are_refused()
    {
        var (network, draft) = await DraftedAsync(engine);
        (await network.MoveAsync(draft, "approve", network.Checker)).IsRefused(409, "WRONG_STATE", "version");
        (await network.MoveAsync(draft, "withdraw", network.Checker)).Is(200);
        (await network.MoveAsync(draft, "propose", network.Admin)).IsRefused(409, "WRONG_STATE", "version");
        (await network.MoveAsync("99", "propose", network.Admin)).IsRefused(404, "NOT_FOUND");
        var body = new JsonObject { ["force"] = true };
        (await network.PostAsync($"/api/v1/verticals/{network.Vertical}/rule-sets/1/withdraw", body, network.Admin)).IsRefused(400, "INVALID_FIELD", "force");
        (await network.MoveAsync("1", "withdraw", network.Admin)).IsRefused(409, "WRONG_STATE", "version");
    }

    [Fact]
    public async Task Twenty_approvals_at_once_are_one()
    {
        var (network, draft) = await DraftedAsync(engine);
        (await network.MoveAsync(draft, "propose", network.Admin)).Is(200);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => network.MoveAsync(draft, "approve", network.Checker)));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsRefused(409, "WRONG_STATE", "version"));
    }

    [Fact]
    public async Task A_repeated_approval_gets_the_same_bytes()
    {
        var (network, draft) = await DraftedAsync(engine);
        (await network.MoveAsync(draft, "propose", network.Admin)).Is(200);
        var key = Engine.Unique("key-");
        var first = (await network.MoveAsync(draft, "approve", network.Checker, key)).Is(200);

        var again = await network.MoveAsync(draft, "approve", network.Checker, key);

        Assert.Equal((200, true, first.Text), (again.Status, again.Replayed, again.Text));
    }

    [Fact]
    public async Task What_breaks_a_gate_is_shown_as_a_draft_and_not_approved()
    {
        var network = await Network.CreateAsync(engine, ruled: false);
        var vertical = Engine.Unique("GATED_");
        var body = JsonNode.Parse($$"""
            {"code":"{{vertical}}","name":"Gated","products":[{"code":"HOME_LOAN","name":"Loan"}],"gates":[{"gate":"flat_only","clause":"ASCR 12.4"}]}
            """)!;
        var made = (await network.PostAsync("/api/v1/verticals", body, network.Admin)).Is(201);
        Assert.Equal("Only a flat, disclosed fee may be paid.", made["gates"][0].GetProperty("text").GetString());
        Assert.Equal("ASCR 12.4", made["gates"][0].GetProperty("gate").GetProperty("clause").GetString());
        var rules = network.Rules("2015-01-01", "0.65");
        rules["vertical"] = vertical;
        var path = $"/api/v1/verticals/{vertical}/rule-sets";
        var id = (await network.PostAsync(path, rules, network.Admin)).Is(201)["id"].GetString();
        var obstacle = (await network.GetAsync($"{path}/{id}"))["obstacles"][0];
        Assert.Equal(("GATE_BROKEN", "$.products.HOME_LOAN.components[0].shape"), (obstacle.GetProperty("code").GetString(), obstacle.GetProperty("path").GetString()));

        (await network.PostAsync($"{path}/{id}/propose", new JsonObject(), network.Admin)).Is(200);
        (await network.PostAsync($"{path}/{id}/approve", new JsonObject(), network.Checker))
            .IsRefused(422, "GATE_BROKEN", "$.products.HOME_LOAN.components[0].shape");
    }

    [Fact]
    public async Task A_rule_that_waits_for_a_later_date_cannot_be_proposed()
    {
        var network = await Network.CreateAsync(engine);
        var rules = network.Rules(Later, "0.70");
        rules["anchor"] = "settlement";
        var id = (await network.PostAsync($"/api/v1/verticals/{network.Vertical}/rule-sets", rules, network.Admin)).Is(201)["id"].GetString()!;

        (await network.MoveAsync(id, "propose", network.Admin)).IsRefused(422, "UNSUPPORTED_ANCHOR", "$.anchor");
    }

    [Fact]
    public async Task The_database_itself_refuses_an_approval_by_the_maker()
    {
        var network = await Network.CreateAsync(engine);
        foreach (var sql in new[]
        {
            $"update vertical set approved_version = gen_random_uuid(), approved_author = '{network.Admin.Id.Value}', approved_by = '{network.Admin.Id.Value}' where code = '{network.Vertical}'",
            $"update vertical set approved_version = gen_random_uuid(), approved_proposer = '{network.Checker.Id.Value}', approved_by = '{network.Checker.Id.Value}' where code = '{network.Vertical}'",
            $"update vertical set approved_version = gen_random_uuid(), approved_by = null where code = '{network.Vertical}'",
        })
        {
            var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => engine.Database.ScalarAsync<object>(sql));
            Assert.Equal("rule_set_approval_by_another", error.ConstraintName);
        }
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => engine.Database.ScalarAsync<object>("update rule_set_approval set approver = null"));
        Assert.Equal(1L, await engine.Database.ScalarAsync<long>($"select count(*) from rule_set_approval where vertical = '{network.Vertical}'"));
    }

    [Fact]
    public async Task Every_step_is_a_leaf_of_the_administration_book()
    {
        var (network, draft) = await DraftedAsync(engine);
        await network.ApproveAsync(draft);

        await Eventually.BecomesTrueAsync(async () => (await ActsAsync(network)).Count == 7, "seven acts are in the book");

        Assert.Equal(
            ["vertical-created", "version-drafted", "version-proposed", "version-approved", "version-drafted", "version-proposed", "version-approved"],
            (await ActsAsync(network)).Select(act => act.GetProperty("act").GetString()));
        var acts = await BookAudit.ReadAsync(engine.Database.OwnerConnectionString, Books.Administration);
        Assert.All(acts, leaf => Assert.IsType<ActLeaf>(leaf));
    }

    private async Task<List<JsonElement>> ActsAsync(Network network)
    {
        var leaves = await BookAudit.ReadAsync(engine.Database.OwnerConnectionString, Books.Administration);
        return [.. leaves.Cast<ActLeaf>().Select(leaf => JsonElement.Parse(leaf.Act.Payload))
            .Where(payload => payload.TryGetProperty("vertical", out var vertical) && vertical.GetString() == network.Vertical)];
    }

    [Fact]
    public async Task A_version_prints_itself_with_its_hash_and_two_versions_are_compared_in_words()
    {
        var (network, draft) = await DraftedAsync(engine);
        var path = $"/api/v1/verticals/{network.Vertical}/rule-sets";
        var plain = (await network.GetAsync($"{path}/{draft}/plain")).Is(200);
        Assert.Equal("text/plain", plain.ContentType);
        Assert.Contains((await VersionAsync(network, draft)).GetProperty("hash").GetString()!, plain.Text, StringComparison.Ordinal);
        Assert.Contains("0.70 %", plain.Text, StringComparison.Ordinal);

        var lines = (await network.GetAsync($"{path}/1/diff/{draft}")).Is(200)["lines"].EnumerateArray().Select(line => line.GetString()).ToArray();

        Assert.Contains(lines, line => line!.Contains("0.65 % to 0.70 % (more)", StringComparison.Ordinal));
        Assert.Equal(0, (await network.GetAsync($"{path}/1/diff/1"))["lines"].GetArrayLength());
        (await network.GetAsync($"{path}/1/diff/77")).IsRefused(404, "NOT_FOUND");
    }

    [Fact]
    public async Task The_schema_is_served_as_it_is_published()
    {
        var schema = (await engine.GetAsync("/api/v1/rules/schema")).Is(200);
        Assert.Equal("application/schema+json", schema.ContentType);
        Assert.Equal("commission/rule-set/v1", JsonElement.Parse(schema.Bytes).GetProperty("properties").GetProperty("schema").GetProperty("const").GetString());
    }

    [Fact]
    public async Task A_document_is_validated_without_a_key_and_without_a_trace()
    {
        var network = await Network.CreateAsync(engine);
        var before = await engine.FootprintAsync();
        var document = network.Rules(Later, "0.70");
        var valid = (await ValidateAsync(document.ToJsonString())).Is(200);
        Assert.True(valid["valid"].GetBoolean());
        Assert.Contains(valid["hash"].GetString()!, valid["plain"].GetString(), StringComparison.Ordinal);

        document["products"]!["ＨＯＭＥ"] = new JsonObject();
        document["anchor"] = "payment";
        var wrong = (await ValidateAsync(document.ToJsonString())).Is(200);

        Assert.False(wrong["valid"].GetBoolean());
        var mistake = wrong["mistakes"][0];
        Assert.Equal("$.products.ＨＯＭＥ", mistake.GetProperty("path").GetString());
        Assert.StartsWith("a code of 2 to 40", mistake.GetProperty("expected").GetString(), StringComparison.Ordinal);
        document["products"]!.AsObject().Remove("ＨＯＭＥ");
        document["products"]!["NOT_THERE"] = document["products"]![Network.Product]!.DeepClone();
        var obstacles = (await ValidateAsync(document.ToJsonString())).Is(200)["mistakes"].EnumerateArray().Select(item => item.GetProperty("path").GetString());
        Assert.Equal(["$.products.NOT_THERE", "$.anchor"], obstacles);
        Assert.False((await ValidateAsync("[1.5")).Is(200)["valid"].GetBoolean());
        Assert.Equal(before, await engine.FootprintAsync());
        (await ValidateAsync(new string(' ', 300_000))).IsRefused(413, "BODY_TOO_LARGE", "body");
    }

    private Task<Answer> ValidateAsync(string json) => engine.SendAsync(new Request("/api/v1/rules/validate", Encoding.UTF8.GetBytes(json), null, null));
}
