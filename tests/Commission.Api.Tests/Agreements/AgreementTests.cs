using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Agreements;
using Commission.Domain.Ledger;
using Commission.Grains.Interfaces.Rules;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Commission.Api.Tests.Agreements;

public sealed class AgreementTests(Engine engine) : IClassFixture<Engine>
{
    private const string Path = "/api/v1/agreements";

    /// <summary>The smallest PNG: one transparent pixel.</summary>
    private static readonly byte[] Drawing = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==");

    private static JsonObject Introducer(Network network, string? reference = null) => new()
    {
        ["reference"] = reference ?? Engine.Unique("Introducer agreement "),
        ["kind"] = "introducer",
        ["party"] = new JsonObject { ["name"] = "Iris Introducer", ["email"] = "iris@example.org" },
        ["schedule"] = new JsonObject { ["territory"] = "NSW", ["fee"] = 5 },
        ["execution"] = new JsonObject { ["method"] = "drawn", ["image"] = Base64Url.Encode(Drawing) },
        ["ruleSet"] = new JsonObject { ["vertical"] = network.Vertical, ["effectiveFrom"] = "2099-01-01" },
    };

    private static JsonObject Signed(JsonObject body, Person signer, string? sayReference = null)
    {
        var schedule = Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(body["schedule"]!.ToJsonString())));
        var time = Network.Now;
        time = time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));
        body["execution"] = new JsonObject
        {
            ["method"] = "key",
            ["publicKey"] = signer.PublicKeyText,
            ["time"] = Network.Text(time),
            ["signature"] = signer.SignBytes(AgreementAnchor.Statement(sayReference ?? (string)body["reference"]!, AgreementKind.Introducer, schedule, time)),
        };
        return body;
    }

    private static async Task<long> PartnersAsync(Engine engine, string contact) =>
        await engine.Database.ScalarAsync<long>($"select count(*) from contact where id = '{contact}' and type = 1");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_introducer_agreement_makes_a_partner_and_a_draft_that_cites_it(bool byKey)
    {
        var network = await Network.CreateAsync(engine);
        var body = Introducer(network);
        var signer = new Person(default, "", Person.NewKey());
        if (byKey)
            Signed(body, signer);

        var executed = (await network.PostAsync(Path, body, network.Admin)).Is(201);

        var (id, party) = (executed["id"].GetString(), executed["party"].GetString()!);
        Assert.Equal(AgreementId.Derive((string)body["reference"]!).ToString(), id);
        var contact = (await network.GetAsync($"/api/v1/contacts/{party}")).Is(200);
        Assert.Equal(
            ("PARTNER", "Iris Introducer", executed["partyCommitment"].GetString()),
            (contact["type"].GetString(), contact["name"].GetString(), contact["commitment"].GetString()));
        var draft = executed["ruleSet"].GetProperty("version").GetString();
        var shown = (await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets/{draft}")).Is(200);
        Assert.Equal("draft", shown["version"].GetProperty("state").GetString());
        Assert.Equal((string)body["reference"]!, shown["document"].GetProperty("governingAgreement").GetString());
        Assert.Equal(byKey ? 1 : 0, (await network.GetAsync($"/api/v1/contacts/{party}/keys")).Json.GetArrayLength());
        Assert.Equal(executed.Text, (await network.GetAsync($"{Path}/{id}")).Is(200).Text);
        Assert.Contains((await network.GetAsync($"{Path}?limit=200")).Items, item => item.GetProperty("id").GetString() == id);
        await network.ApproveAsync(draft!);
    }

    [Fact]
    public async Task The_act_is_in_the_book_without_personal_data()
    {
        var network = await Network.CreateAsync(engine);
        var executed = (await network.PostAsync(Path, Introducer(network), network.Admin)).Is(201);
        var id = executed["id"].GetString()!;
        (await network.PostAsync($"{Path}/{id}/end", new JsonObject { ["reason"] = "Over" }, network.Checker)).Is(200);

        async Task<List<ActLeaf>> ActsAsync() => [.. (await BookAudit.ReadAsync(engine.Database.OwnerConnectionString, Books.Administration))
            .Cast<ActLeaf>().Where(leaf => leaf.Act.Subject == TypedId.Parse<AgreementId>(id).Value)];
        await Eventually.BecomesTrueAsync(async () => (await ActsAsync()).Count == 2, "both acts are in the book");

        var payloads = (await ActsAsync()).ConvertAll(leaf => Encoding.UTF8.GetString(leaf.Act.Payload));
        Assert.Contains(executed["anchor"].GetString()!, payloads[0], StringComparison.Ordinal);
        Assert.Contains("agreement-ended", payloads[1], StringComparison.Ordinal);
        Assert.All(payloads, payload => Assert.DoesNotContain("ris", payload, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_repeated_execution_gets_the_same_bytes_and_makes_nothing_twice()
    {
        var network = await Network.CreateAsync(engine);
        var (body, key) = (Introducer(network), Engine.Unique("key-"));
        var first = (await network.PostAsync(Path, body, network.Admin, key)).Is(201);
        (await network.PostAsync($"{Path}/{first["id"].GetString()}/end", new JsonObject { ["reason"] = "Over" }, network.Admin)).Is(200);
        var before = await engine.FootprintAsync();

        var again = await network.PostAsync(Path, body, network.Admin, key);

        Assert.Equal((201, true, first.Text), (again.Status, again.Replayed, again.Text));
        (await network.PostAsync(Path, body, network.Admin)).IsRefused(409, "ALREADY_EXISTS", "reference");
        Assert.Equal(before, await engine.FootprintAsync());
        Assert.Equal(1, await PartnersAsync(engine, first["party"].GetString()!));
    }

    [Fact]
    public async Task What_was_referred_goes_on_after_the_agreement_ended_and_nothing_new_is_approved_on_it()
    {
        var network = await Network.CreateAsync(engine);
        var deal = await network.DealAsync(handshakes: 3);
        var next = (await network.AddRulesAsync("2099-01-01", "0.70")).Is(201)["id"].GetString()!;
        (await network.MoveAsync(next, "propose", network.Admin)).Is(200);
        var agreement = AgreementId.Derive(network.Agreement);
        (await network.PostAsync($"{Path}/{agreement}/end", new JsonObject { ["reason"] = "Over" }, network.Admin)).Is(200);

        (await deal.SignAsync("H4")).Is(200);
        (await deal.SignAsync("H5")).Is(200);
        await deal.WhenBookedAsync(entries: 3);

        (await network.MoveAsync(next, "approve", network.Checker)).IsRefused(422, "AGREEMENT_ENDED", "$.governingAgreement");
        (await network.PostAsync($"{Path}/{agreement}/end", new JsonObject { ["reason"] = "Over" }, network.Admin)).IsRefused(409, "WRONG_STATE", "id");
    }

    [Fact]
    public async Task A_version_on_an_agreement_that_nobody_executed_is_not_approved()
    {
        var network = await Network.CreateAsync(engine);
        foreach (var reference in new[] { "Nothing of the kind", network.Agreement.Replace('A', 'А'), network.Agreement.ToLowerInvariant() })
        {
            var rules = network.Rules("2099-01-01", "0.70");
            rules["governingAgreement"] = reference;
            var id = (await network.PostAsync($"/api/v1/verticals/{network.Vertical}/rule-sets", rules, network.Admin)).Is(201)["id"].GetString()!;
            (await network.MoveAsync(id, "propose", network.Admin)).Is(200);
            (await network.MoveAsync(id, "approve", network.Checker)).IsRefused(422, "UNKNOWN_AGREEMENT", "$.governingAgreement");
        }
    }

    [Theory]
    [InlineData("reference", "\"Аgreement\"", 400, "INVALID_FIELD", "reference")]
    [InlineData("reference", "\" x\"", 400, "INVALID_FIELD", "reference")]
    [InlineData("kind", "\"handshake\"", 400, "INVALID_FIELD", "kind")]
    [InlineData("colour", "1", 400, "INVALID_FIELD", "colour")]
    [InlineData("party", "{\"name\":\"I\",\"email\":\"nowhere\"}", 400, "INVALID_FIELD", "party.email")]
    [InlineData("party", "{\"contact\":\"contact_00000000000000000000000000\"}", 422, "UNKNOWN_CONTACT", "party.contact")]
    [InlineData("schedule", "[]", 400, "INVALID_FIELD", "schedule")]
    [InlineData("schedule", "{\"fee\":1.5}", 400, "INVALID_FIELD", "schedule")]
    [InlineData("execution", "{\"method\":\"drawn\",\"image\":\"AAAA\"}", 400, "INVALID_FIELD", "execution.image")]
    [InlineData("execution", "{\"method\":\"shipped\"}", 400, "INVALID_FIELD", "method")]
    [InlineData("execution", "{\"method\":\"recorded\",\"documentHash\":\"x\"}", 400, "INVALID_FIELD", "documentHash")]
    [InlineData("ruleSet", "null", 400, "INVALID_FIELD", "ruleSet")]
    [InlineData("ruleSet", "{\"vertical\":\"NOTHING\"}", 404, "NOT_FOUND", null)]
    [InlineData("ruleSet", "retroactive", 422, "RETROACTIVE_VERSION", "$.effectiveFrom")]
    public async Task A_wrong_agreement_is_refused_and_changes_nothing(string member, string json, int status, string code, string? field)
    {
        var network = await engine.NetworkAsync();
        var body = Introducer(network);
        body[member] = json == "retroactive"
            ? new JsonObject { ["vertical"] = network.Vertical, ["effectiveFrom"] = "2016-01-01" }
            : JsonNode.Parse(json);
        var before = await engine.FootprintAsync();

        (await network.PostAsync(Path, body, network.Admin)).IsRefused(status, code, field);

        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task A_signature_over_something_else_is_refused_and_only_staff_executes()
    {
        var network = await Network.CreateAsync(engine);
        var signer = new Person(default, "", Person.NewKey());
        (await network.PostAsync(Path, Signed(Introducer(network), signer, "another"), network.Admin))
            .IsRefused(400, "INVALID_SIGNATURE", "execution.signature");
        (await network.PostAsync(Path, Introducer(network), network.Referrer)).IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        (await network.GetAsync($"{Path}/{AgreementId.Derive("nothing")}")).IsRefused(404, "NOT_FOUND");
        (await network.GetAsync($"{Path}/agr_x")).IsRefused(400, "INVALID_FIELD", "id");
    }

    [Fact]
    public async Task Ten_executions_at_once_are_one()
    {
        var network = await Network.CreateAsync(engine);
        var body = Introducer(network);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => engine.PostAsync(Path, body.DeepClone(), network.Admin)));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => Assert.Equal((409, "ALREADY_EXISTS"), (answer.Status, answer.Code)));
        Assert.Single((await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets?state=draft")).Json.EnumerateArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_broken_execution_still_owes_is_made_by_the_next_request_or_by_the_sweeper(bool repeated)
    {
        var fault = new DraftFault();
        await using var own = await Engine.StartAsync(services => services.AddSingleton<IIncomingGrainCallFilter>(fault));
        var network = await Network.CreateAsync(own);
        var (body, key) = (Introducer(network), Engine.Unique("key-"));
        fault.Break = true;
        (await network.PostAsync(Path, body, network.Admin, key)).IsRefused(503, "UNAVAILABLE");
        var party = ContactId.Derive("agreement", (string)body["reference"]!).ToString();
        Assert.Equal(1, await PartnersAsync(own, party));
        fault.Break = false;

        if (repeated)
            Assert.True((await network.PostAsync(Path, body, network.Admin, key)).Is(201).Replayed);
        await Eventually.BecomesTrueAsync(
            async () => await own.Database.ScalarAsync<long>("select count(*) from agreement where unfinished") == 0, "nothing is owed");

        Assert.Equal(1, await PartnersAsync(own, party));
        Assert.Single((await network.GetAsync($"/api/v1/verticals/{network.Vertical}/rule-sets?state=draft")).Json.EnumerateArray());
    }

    /// <summary>Breaks the draft, as a process that dies before it would.</summary>
    private sealed class DraftFault : IIncomingGrainCallFilter
    {
        public volatile bool Break;

        public Task Invoke(IIncomingGrainCallContext context) =>
            Break && context.Grain is IRuleSetGrain && context.MethodName == nameof(IRuleSetGrain.Execute)
                ? throw new TimeoutException("The test breaks the draft.")
                : context.Invoke();
    }
}
