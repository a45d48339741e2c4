using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain;

namespace Commission.Api.Tests;

/// <summary>A small network of its own in a shared engine: an administrator, four parties with real keys, and a vertical with rules.</summary>
internal sealed class Network
{
    public const string Product = "HOME_LOAN";
    public const long SettledValue = 50_000_123;

    private readonly bool _emails;

    private Network(Engine engine, bool emails) => (Engine, _emails) = (engine, emails);

    public Engine Engine { get; }

    /// <summary>Every POST of this network with its answer.</summary>
    public List<(Request Request, Answer Answer)> Sent { get; } = [];

    public string Vertical { get; } = Engine.Unique("VERTICAL_");

    /// <summary>The agreement that the vertical's rules cite; recorded, with the administrator as its party.</summary>
    public string Agreement => $"Agreement & <{Vertical}>";

    public Person Admin { get; private set; } = null!;

    /// <summary>Approves what the administrator drafts.</summary>
    public Person Checker { get; private set; } = null!;

    public Person Upline { get; private set; } = null!;

    public Person Referrer { get; private set; } = null!;

    public Person Receiver { get; private set; } = null!;

    public Person Client { get; private set; } = null!;

    /// <summary>By how much the engine's clock was put forward.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>The day on the engine's clock.</summary>
    public DateOnly Day => DateOnly.FromDateTime((Now + Ahead).UtcDateTime);

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static DateOnly Today => DateOnly.FromDateTime(Now.UtcDateTime);

    /// <param name="engine">Where it lives.</param>
    /// <param name="ruled">Whether the vertical has rules.</param>
    /// <param name="emails">Whether its people have email addresses.</param>
    public static async Task<Network> CreateAsync(Engine engine, bool ruled = true, bool emails = false)
    {
        var network = new Network(engine, emails);
        network.Admin = await network.ContactAsync("INTERNAL");
        network.Checker = await network.ContactAsync("INTERNAL");
        network.Upline = await network.ContactAsync("MEMBER");
        network.Referrer = await network.ContactAsync("MEMBER", network.Upline);
        network.Receiver = await network.ContactAsync("MEMBER");
        network.Client = await network.ContactAsync("CUSTOMER");
        var products = new JsonArray(
            new JsonObject { ["code"] = Product, ["name"] = "Home loan" }, new JsonObject { ["code"] = "UNRULED", ["name"] = "No rules" });
        var vertical = new JsonObject { ["code"] = network.Vertical, ["name"] = "Tests", ["products"] = products };
        (await network.PostAsync("/api/v1/verticals", vertical, network.Admin)).Is(201);
        await network.RecordAgreementAsync(network.Agreement);
        if (ruled)
            await network.RuleAsync("2015-01-01", "0.65");
        return network;
    }

    /// <summary>A contact with a registered key.</summary>
    public async Task<Person> ContactAsync(string type, Person? upline = null)
    {
        var body = new JsonObject { ["type"] = type, ["name"] = Engine.Unique("Person ") };
        if (upline is not null)
            body["upline"] = upline.ToString();
        if (_emails)
            body["email"] = Engine.Unique("person") + "@example.org";
        var made = (await PostAsync("/api/v1/contacts", body, null)).Is(201);
        var person = new Person(TypedId.Parse<ContactId>(made["id"].GetString()!), made["commitment"].GetString()!, Person.NewKey()) { Email = made.Member("email") };
        (await RegisterAsync(person)).Is(201);
        return person;
    }

    public Task<Answer> RegisterAsync(Person person, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var body = new JsonObject { ["publicKey"] = person.PublicKeyText, ["validFrom"] = Text(from ?? Now.AddDays(-2)) };
        if (to is { } end)
            body["validTo"] = Text(end);
        return PostAsync($"/api/v1/contacts/{person}/keys", body, person);
    }

    public JsonObject Rules(string effectiveFrom, string ratePercent) => JsonNode.Parse($$$"""
        {"schema":"commission/rule-set/v1","vertical":"{{{Vertical}}}","effectiveFrom":"{{{effectiveFrom}}}","currency":"AUD",
        "governingAgreement":"{{{Agreement}}}","platformFeePercent":"1","products":{"{{{Product}}}":{"components":[
        {"name":"upfront","shape":"percent","basis":"deal_value","ratePercent":"{{{ratePercent}}}",
        "split":[{"party":"referrer","weight":80},{"party":"upline","weight":20}]}]}} }
        """)!.AsObject();

    public Task<Answer> AddRulesAsync(string effectiveFrom, string ratePercent, Person? actor = null) =>
        PostAsync($"/api/v1/verticals/{Vertical}/rule-sets", Rules(effectiveFrom, ratePercent), actor ?? Admin);

    /// <summary>An agreement of the administrator that was executed elsewhere.</summary>
    public async Task RecordAgreementAsync(string reference) => (await PostAsync("/api/v1/agreements", new JsonObject
    {
        ["reference"] = reference,
        ["kind"] = "client_referral",
        ["party"] = new JsonObject { ["contact"] = Admin.ToString() },
        ["execution"] = new JsonObject { ["method"] = "recorded", ["documentHash"] = Hash.Of("paper"u8).ToString() },
    }, Admin)).Is(201);

    /// <summary>Drafts a version, proposes it and has somebody else approve it; its id.</summary>
    public async Task<string> RuleAsync(string effectiveFrom, string ratePercent)
    {
        var version = (await AddRulesAsync(effectiveFrom, ratePercent)).Is(201)["id"].GetString()!;
        await ApproveAsync(version);
        return version;
    }

    /// <summary>Takes a draft all the way.</summary>
    public async Task ApproveAsync(string version)
    {
        (await MoveAsync(version, "propose", Admin)).Is(200);
        (await MoveAsync(version, "approve", Checker)).Is(200);
    }

    public Task<Answer> MoveAsync(string version, string step, Person actor, string? key = null) =>
        PostAsync($"/api/v1/verticals/{Vertical}/rule-sets/{version}/{step}", new JsonObject(), actor, key);

    public Task<Answer> PostAsync(string path, JsonNode body, Person? actor, string? key = null) =>
        SendAsync(new Request(path, Encoding.UTF8.GetBytes(body.ToJsonString()), actor?.ToString(), key ?? Engine.Unique("key-")));

    public async Task<Answer> SendAsync(Request request)
    {
        var answer = await Engine.SendAsync(request);
        Sent.Add((request, answer));
        return answer;
    }

    public Task<Answer> GetAsync(string path, Person? actor = null) => Engine.GetAsync(path, actor);

    /// <summary>A service that some members let act for them.</summary>
    public async Task<Person> ServiceAsync(params IReadOnlyList<Person> members)
    {
        var service = await ContactAsync("INTERNAL");
        foreach (var member in members)
            (await PostAsync($"/api/v1/contacts/{member}/authorised-services", new JsonObject { ["service"] = service.ToString() }, member)).Is(200);
        return service;
    }

    /// <summary>A deal that nobody has signed yet.</summary>
    public Deal NewDeal(string? key = null, Person? service = null) => new(this, key ?? Engine.Unique("referral-"), service);

    /// <summary>A deal with these handshakes.</summary>
    public async Task<Deal> DealAsync(int handshakes)
    {
        var deal = NewDeal();
        for (var i = 1; i <= handshakes; i++)
            (await deal.SignAsync($"H{i}")).Is(i == 1 ? 201 : 200);
        return deal;
    }

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
