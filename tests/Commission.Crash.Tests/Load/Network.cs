using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Rules;

namespace Commission.Crash.Tests.Load;

/// <summary>Who takes part in the deals of a run, and the rules that they are paid by.</summary>
internal sealed class Network
{
    public const string Vertical = "CRASH";
    public const string Product = "LOAN";
    public const string VolumeProduct = "VOLUME_LOAN";

    private const string Rules = """
        {"schema":"commission/rule-set/v1","vertical":"CRASH","effectiveFrom":"2020-01-01","currency":"AUD",
         "governingAgreement":"Crash agreement","platformFeePercent":"1","coolingOffDays":0,"products":{"LOAN":{"components":[
           {"name":"upfront","shape":"percent","basis":"deal_value","ratePercent":"0.65",
            "split":[{"party":"referrer","weight":70},{"party":"upline","weight":20},{"party":"receiver","weight":10}]},
           {"name":"bounty","shape":"flat","basis":"deal","amountMinor":2500,"split":[{"party":"referrer","weight":1}]}]},
          "VOLUME_LOAN":{"components":[
           {"name":"whole","shape":"tier_whole","basis":"deal_value","boundary":"upper","accumulate":{"per":"quarter","scope":"referrer"},
            "bands":[{"from":0,"to":100000000,"ratePercent":"0.5"},{"from":100000000,"to":250000000,"ratePercent":"0.6"},{"from":250000000,"ratePercent":"0.7"}],
            "split":[{"party":"referrer","weight":80},{"party":"upline","weight":20}]},
           {"name":"invoices","shape":"recurring","on":"invoice","basis":"invoice_amount_ex_gst","ratePercent":"10","split":[{"party":"referrer","weight":1}]}]}}}
        """;

    /// <summary>Makes what somebody else must check.</summary>
    public required Person Admin { get; init; }

    public required Person Checker { get; init; }

    public required IReadOnlyList<Person> Uplines { get; init; }

    public required IReadOnlyList<Person> Referrers { get; init; }

    public required IReadOnlyList<Person> Receivers { get; init; }

    public required IReadOnlyList<Person> Clients { get; init; }

    /// <summary>The rules as the engine must apply them.</summary>
    public static RuleSetDocument Document { get; } = RuleSetReader.Read(Encoding.UTF8.GetBytes(Rules)).Document!;

    /// <summary>Registers everybody at an engine that is healthy.</summary>
    public static async Task<Network> CreateAsync(EngineClient client)
    {
        var admin = await ContactAsync(client, "INTERNAL", null);
        var checker = await ContactAsync(client, "INTERNAL", null);
        var uplines = await ManyAsync(2, i => ContactAsync(client, "MEMBER", null));
        var network = new Network
        {
            Admin = admin,
            Checker = checker,
            Uplines = uplines,
            Referrers = await ManyAsync(6, i => ContactAsync(client, "MEMBER", uplines[i % uplines.Count])),
            Receivers = await ManyAsync(4, i => ContactAsync(client, "MEMBER", null)),
            Clients = await ManyAsync(12, i => ContactAsync(client, "CUSTOMER", null)),
        };
        var products = new JsonArray(
            new JsonObject { ["code"] = Product, ["name"] = "Loan" }, new JsonObject { ["code"] = VolumeProduct, ["name"] = "Loan with volume" });
        await client.MustAsync("/api/v1/verticals", admin.Id, new JsonObject { ["code"] = Vertical, ["name"] = "Crash", ["products"] = products });
        await client.MustAsync("/api/v1/agreements", admin.Id, new JsonObject
        {
            ["reference"] = Document.GoverningAgreement,
            ["kind"] = "client_referral",
            ["party"] = new JsonObject { ["contact"] = admin.Id.ToString() },
            ["execution"] = new JsonObject { ["method"] = "recorded", ["documentHash"] = Document.Hash.ToString() },
        });
        using var draft = JsonDocument.Parse(await client.MustAsync($"/api/v1/verticals/{Vertical}/rule-sets", admin.Id, JsonNode.Parse(Rules)!));
        var version = $"/api/v1/verticals/{Vertical}/rule-sets/{draft.RootElement.GetProperty("id").GetString()}";
        await client.MustAsync($"{version}/propose", admin.Id, new JsonObject());
        await client.MustAsync($"{version}/approve", checker.Id, new JsonObject());
        return network;
    }

    private static async Task<IReadOnlyList<Person>> ManyAsync(int count, Func<int, Task<Person>> make) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(make));

    private static async Task<Person> ContactAsync(EngineClient client, string type, Person? upline)
    {
        var body = new JsonObject { ["type"] = type, ["name"] = $"{type} of the run" };
        if (upline is not null)
            body["upline"] = upline.Id.ToString();
        using var made = JsonDocument.Parse(await client.MustAsync("/api/v1/contacts", null, body));
        var commitment = new Hash(Convert.FromHexString(made.RootElement.GetProperty("commitment").GetString()!));
        var person = new Person(TypedId.Parse<ContactId>(made.RootElement.GetProperty("id").GetString()!), commitment, upline?.Id);
        var key = new JsonObject
        {
            ["publicKey"] = Base64Url.Encode(person.PublicKey),
            ["validFrom"] = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        };
        await client.MustAsync($"/api/v1/contacts/{person.Id}/keys", person.Id, key);
        return person;
    }
}
