using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Testing;

namespace Commission.Api.Tests;

/// <summary>One deal of a network: makes, signs and sends its steps.</summary>
internal sealed class Deal(Network network, string key, Person? service)
{
    public string Key { get; } = key;

    public DealId Id { get; } = DealId.Derive((service ?? network.Referrer).Id, key);

    public string Previous { get; set; } = Hash.Zero.ToString();

    /// <summary>The client's latest magic link.</summary>
    public string? Link { get; private set; }

    private Person Sender(string handshake) => service ?? Party(handshake);

    private Person Party(string handshake) => handshake switch
    {
        "H1" or "WITHDRAWAL" => network.Referrer,
        "H2" or "H5" => network.Client,
        _ => network.Receiver,
    };

    private string Path(string handshake) => handshake switch
    {
        "H1" => "/api/v1/referrals",
        "H2" => $"/api/v1/deals/{Id}/acknowledgement",
        "H3" => $"/api/v1/deals/{Id}/intake",
        "H4" => $"/api/v1/deals/{Id}/settlement",
        "H5" => $"/api/v1/deals/{Id}/outcome",
        "DECLINE" => $"/api/v1/deals/{Id}/decline",
        _ => $"/api/v1/deals/{Id}/withdraw",
    };

    /// <summary>The right payload of a step.</summary>
    public JsonObject Payload(string handshake)
    {
        var payload = new JsonObject
        {
            ["version"] = 1,
            ["handshake"] = handshake,
            ["deal"] = Id.ToString(),
            ["actor"] = Party(handshake).ToString(),
            ["time"] = Network.Text(Network.Now + network.Ahead),
            ["previous"] = Previous,
        };
        if (service is not null)
            payload["attestedBy"] = service.ToString();
        foreach (var (name, value) in Own(handshake))
            payload[name] = value;
        return payload;
    }

    private Dictionary<string, JsonNode> Own(string handshake) => handshake switch
    {
        "H1" => new()
        {
            ["vertical"] = network.Vertical,
            ["product"] = Network.Product,
            ["receiver"] = network.Receiver.ToString(),
            ["client"] = network.Client.ToString(),
            ["clientCommitment"] = network.Client.Commitment,
            ["referredOn"] = Network.Text(network.Day),
            ["upline"] = network.Upline.ToString(),
        },
        "H2" => new() { ["consent"] = Hash.Of("I agree"u8).ToString() },
        "H3" => new() { ["metOn"] = Network.Text(network.Day) },
        "H4" => new() { ["settledOn"] = Network.Text(network.Day), ["settledValueMinor"] = Network.SettledValue, ["currency"] = "AUD" },
        "H5" => new() { ["outcome"] = "confirmed" },
        _ => new() { ["reason"] = "changed_plans" },
    };

    /// <summary>Signs a payload and sends it.</summary>
    /// <param name="handshake">Which step.</param>
    /// <param name="change">Changes the payload before it is signed.</param>
    /// <param name="tamper">Changes the body after it is signed.</param>
    /// <param name="signer">Who signs; the right one by default.</param>
    /// <param name="key">The idempotency key; a new one by default.</param>
    public async Task<Answer> SignAsync(
        string handshake, Action<JsonObject>? change = null, Action<JsonObject>? tamper = null, Person? signer = null, string? key = null)
    {
        var payload = Payload(handshake);
        change?.Invoke(payload);
        var body = new JsonObject { ["signature"] = (signer ?? Sender(handshake)).Sign(payload), ["payload"] = payload };
        tamper?.Invoke(body);
        return Follow(await network.PostAsync(Path(handshake), body, Sender(handshake), key ?? (handshake == "H1" ? Key : null)));
    }

    /// <summary>The right request of a step, signed but not sent.</summary>
    public Request Request(string handshake, string key)
    {
        var payload = Payload(handshake);
        var body = new JsonObject { ["payload"] = payload, ["signature"] = Sender(handshake).Sign(payload) };
        return new Request(Path(handshake), System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), Sender(handshake).ToString(), key);
    }

    /// <summary>The client's step through the magic link: no acting contact, and a key that the browser made.</summary>
    public async Task<Answer> SignByLinkAsync(
        string handshake, Person browser, string? link, string? key = null, bool bringKey = true, DateTimeOffset? time = null)
    {
        var payload = Payload(handshake);
        if (time is { } at)
            payload["time"] = Network.Text(at);
        payload["actor"] = browser.ToString();
        if (bringKey)
            payload["key"] = browser.PublicKeyText;
        var body = new JsonObject { ["payload"] = payload, ["signature"] = browser.Sign(payload), ["link"] = link };
        return Follow(await network.PostAsync(Path(handshake), body, null, key));
    }

    public Task<Answer> GetAsync() => network.GetAsync($"/api/v1/deals/{Id}");

    /// <summary>The deal once the books hold all that it gave them.</summary>
    public async Task<Answer> WhenBookedAsync(int entries)
    {
        Answer? deal = null;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                deal = (await GetAsync()).Is(200);
                return deal["entries"].GetArrayLength() == entries
                    && deal["handshakes"].EnumerateArray().All(step => step.GetProperty("leaf").ValueKind == JsonValueKind.Number);
            },
            $"{Id} has {entries} entries");
        return deal!;
    }

    private Answer Follow(Answer answer)
    {
        if (answer.Status is 200 or 201)
        {
            Previous = answer.Member("hash")!;
            Link = answer.Member("clientLink") ?? Link;
        }
        return answer;
    }
}
