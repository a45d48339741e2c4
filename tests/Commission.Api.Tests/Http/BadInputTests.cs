using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Commission.Api.Tests.Http;

/// <summary>Whatever is wrong with a step: a 4xx that names code and field, and nothing was done.</summary>
public sealed class BadInputTests(Engine engine) : IClassFixture<Engine>
{
    private const string Nobody = "contact_00000000000000000000000000";
    private const string NoDeal = "deal_00000000000000000000000000";
    private const string Ones = "1111111111111111111111111111111111111111111111111111111111111111";

    [Theory]
    [InlineData("vertical", "NOTHING", 422, "UNKNOWN_VERTICAL", "payload.vertical")]
    [InlineData("vertical", "'; drop table deal; --", 422, "UNKNOWN_VERTICAL", "payload.vertical")]
    [InlineData("product", "NOTHING", 422, "UNKNOWN_PRODUCT", "payload.product")]
    [InlineData("product", "UNRULED", 422, "RATE_CARD_MISSING", "payload.referredOn")]
    [InlineData("receiver", Nobody, 422, "UNKNOWN_CONTACT", "payload.receiver")]
    [InlineData("receiver", NoDeal, 400, "INVALID_FIELD", "payload.receiver")]
    [InlineData("receiver", "REFERRER", 422, "SELF_REFERRAL", "payload.receiver")]
    [InlineData("receiver", "ADMIN", 400, "INVALID_FIELD", "payload.receiver")]
    [InlineData("client", Nobody, 422, "UNKNOWN_CONTACT", "payload.client")]
    [InlineData("client", "REFERRER", 422, "SELF_REFERRAL", "payload.client")]
    [InlineData("client", "ADMIN", 400, "INVALID_FIELD", "payload.client")]
    [InlineData("clientCommitment", Ones, 400, "INVALID_FIELD", "payload.clientCommitment")]
    [InlineData("clientCommitment", "none", 400, "INVALID_FIELD", "payload.clientCommitment")]
    [InlineData("upline", "ADMIN", 400, "INVALID_FIELD", "payload.upline")]
    [InlineData("upline", null, 400, "INVALID_FIELD", "payload.upline")]
    [InlineData("upline", "RECEIVER", 400, "INVALID_FIELD", "payload.upline")]
    [InlineData("upline", Nobody, 422, "UNKNOWN_CONTACT", "payload.upline")]
    [InlineData("actor", "ADMIN", 403, "WRONG_ACTOR", "payload.actor")]
    [InlineData("deal", NoDeal, 400, "INVALID_FIELD", "payload.deal")]
    [InlineData("deal", Nobody, 400, "INVALID_FIELD", "payload.deal")]
    [InlineData("referredOn", "2199-01-01", 422, "INVALID_DATE", "payload.referredOn")]
    [InlineData("referredOn", "2020-01-01", 422, "INVALID_DATE", "payload.referredOn")]
    [InlineData("referredOn", "2025-02-29", 400, "INVALID_FIELD", "payload.referredOn")]
    [InlineData("time", "2199-01-01T00:00:00.000Z", 422, "INVALID_DATE", "payload.time")]
    [InlineData("time", "2020-01-01T00:00:00.000Z", 422, "INVALID_DATE", "payload.time")]
    [InlineData("time", "2026-01-01T00:00:00Z", 400, "INVALID_FIELD", "payload.time")]
    [InlineData("previous", Ones, 400, "INVALID_FIELD", "payload.previous")]
    [InlineData("handshake", "H2", 400, "INVALID_FIELD", "payload.handshake")]
    [InlineData("version", "1", 400, "INVALID_FIELD", "payload.version")]
    [InlineData("businessKey", "", 400, "INVALID_FIELD", "payload.businessKey")]
    [InlineData("businessKey", "ключ", 400, "INVALID_FIELD", "payload.businessKey")]
    [InlineData("product", null, 400, "INVALID_FIELD", "payload.product")]
    [InlineData("colour", "red", 400, "INVALID_FIELD", "payload.colour")]
    [InlineData("attestedBy", "ADMIN", 403, "WRONG_ACTOR", "payload.attestedBy")]
    public async Task A_wrong_intent(string member, string? value, int status, string code, string field)
    {
        var network = await engine.NetworkAsync();
        var before = await engine.FootprintAsync();

        var refused = await network.NewDeal().SignAsync("H1", payload => Put(payload, member, NameOrText(network, value)));

        refused.IsRefused(status, code, field);
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Theory]
    [InlineData("settledValueMinor", "-1", 400, "INVALID_FIELD", "payload.settledValueMinor")]
    [InlineData("settledValueMinor", "0", 400, "INVALID_FIELD", "payload.settledValueMinor")]
    [InlineData("settledValueMinor", "100000000000000", 400, "INVALID_FIELD", "payload.settledValueMinor")]
    [InlineData("settledValueMinor", "1e400", 400, "INVALID_FIELD", "payload.settledValueMinor")]
    [InlineData("settledValueMinor", "10.50", 400, "INVALID_FIELD", "payload.settledValueMinor")]
    [InlineData("settledValueMinor", "1.0", 400, "INVALID_FIELD", "payload.settledValueMinor")]
    [InlineData("settledValueMinor", "\"100\"", 400, "INVALID_FIELD", "payload.settledValueMinor")]
    [InlineData("settledValueMinor", "true", 400, "INVALID_FIELD", "payload.settledValueMinor")]
    [InlineData("settledValueMinor", "null", 400, "INVALID_FIELD", "payload.settledValueMinor")]
    [InlineData("currency", "\"USD\"", 422, "CURRENCY_MISMATCH", "payload.currency")]
    [InlineData("currency", "\"aud\"", 400, "INVALID_FIELD", "payload.currency")]
    [InlineData("currency", "36", 400, "INVALID_FIELD", "payload.currency")]
    [InlineData("settledOn", "\"2199-01-01\"", 422, "INVALID_DATE", "payload.settledOn")]
    [InlineData("settledOn", "\"2020-01-01\"", 422, "INVALID_DATE", "payload.settledOn")]
    [InlineData("settledOn", "20260101", 400, "INVALID_FIELD", "payload.settledOn")]
    [InlineData("bases", "{}", 400, "INVALID_FIELD", "payload.bases")]
    [InlineData("bases", "{\"magic\":1}", 400, "INVALID_FIELD", "payload.bases.magic")]
    [InlineData("bases", "{\"units\":-1}", 400, "INVALID_FIELD", "payload.bases.units")]
    [InlineData("bases", "[]", 400, "INVALID_FIELD", "payload.bases")]
    [InlineData("previous", "\"" + Ones + "\"", 409, "WRONG_PREVIOUS", "payload.previous")]
    public async Task A_wrong_settlement(string member, string json, int status, string code, string field)
    {
        var network = await engine.NetworkAsync();
        var deal = await network.DealAsync(handshakes: 3);
        var before = await engine.FootprintAsync();

        var refused = await deal.SignAsync("H4", payload => payload[member] = JsonNode.Parse(json));

        refused.IsRefused(status, code, field);
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Theory]
    [InlineData("unregistered", 400, "UNKNOWN_KEY", "signature.key")]
    [InlineData("of another member", 400, "UNKNOWN_KEY", "signature.key")]
    [InlineData("expired", 400, "KEY_NOT_VALID", "signature.key")]
    [InlineData("not valid yet", 400, "KEY_NOT_VALID", "signature.key")]
    public async Task A_key_that_does_not_count(string which, int status, string code, string field)
    {
        var network = await engine.NetworkAsync();
        var deal = await network.DealAsync(handshakes: 2);
        var signer = which == "of another member" ? network.Referrer : network.Receiver.WithNewKey();
        if (which == "expired")
            (await network.RegisterAsync(signer, to: Network.Now.AddDays(-1))).Is(201);
        if (which == "not valid yet")
            (await network.RegisterAsync(signer, from: Network.Now.AddDays(1))).Is(201);
        var before = await engine.FootprintAsync();

        (await deal.SignAsync("H3", signer: signer)).IsRefused(status, code, field);

        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task A_signature_over_other_bytes()
    {
        var network = await engine.NetworkAsync();
        var deal = await network.DealAsync(handshakes: 3);
        var before = await engine.FootprintAsync();

        var refused = await deal.SignAsync("H4", tamper: body => body["payload"]!["settledValueMinor"] = Network.SettledValue + 1);

        refused.IsRefused(400, "INVALID_SIGNATURE", "signature");
        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Theory]
    [InlineData("signature", "{\"alg\":\"none\"}", "signature.alg")]
    [InlineData("signature", "{\"alg\":\"ES256\",\"key\":\"" + Nobody + "\",\"signature\":\"AA\"}", "signature.key")]
    [InlineData("signature", "{\"alg\":\"ES256\",\"key\":\"key_00000000000000000000000000\",\"signature\":\"=\"}", "signature.signature")]
    [InlineData("signature", "null", "signature")]
    [InlineData("payload", "null", "payload")]
    [InlineData("payload", "[]", "payload")]
    [InlineData("payload", "{}", "payload.version")]
    [InlineData("link", "1", "link")]
    [InlineData("extra", "1", "extra")]
    public async Task A_body_of_another_shape(string member, string json, string field)
    {
        var network = await engine.NetworkAsync();
        var deal = await network.DealAsync(handshakes: 2);
        var before = await engine.FootprintAsync();

        (await deal.SignAsync("H3", tamper: body => body[member] = JsonNode.Parse(json))).IsRefused(400, "INVALID_FIELD", field);

        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"payload\":{}}}")]
    [InlineData("{\"payload\":1,\"payload\":2}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{'single':1}")]
    public async Task What_is_no_json_object(string text)
    {
        foreach (var path in new[] { "/api/v1/referrals", "/api/v1/contacts", "/api/v1/verticals", $"/api/v1/deals/{NoDeal}/intake" })
            (await engine.SendAsync(Post(path, Encoding.UTF8.GetBytes(text)))).IsRefused(400, "INVALID_FIELD", "body");
    }

    [Fact]
    public async Task What_is_no_utf8_or_nests_too_deep()
    {
        (await engine.SendAsync(Post("/api/v1/contacts", [(byte)'{', 0xFF, (byte)'}']))).IsRefused(400, "INVALID_FIELD", "body");
        var deep = new string('[', 10_000) + new string(']', 10_000);
        (await engine.SendAsync(Post("/api/v1/contacts", Encoding.UTF8.GetBytes($"{{\"type\":{deep}}}")))).IsRefused(400, "INVALID_FIELD", "body");
    }

    [Fact]
    public async Task Oversized_bodies_and_other_content_types()
    {
        var large = Encoding.UTF8.GetBytes($"{{\"name\":\"{new string('x', 300_000)}\"}}");
        (await engine.SendAsync(Post("/api/v1/referrals", large))).IsRefused(413, "BODY_TOO_LARGE", "body");
        foreach (var type in new[] { "text/plain", "application/xml", null })
            (await engine.SendAsync(Post("/api/v1/referrals", "{}"u8.ToArray()) with { ContentType = type })).IsRefused(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type");
    }

    [Theory]
    [InlineData("me", 400, "INVALID_FIELD", "X-Acting-Contact")]
    [InlineData(NoDeal, 400, "INVALID_FIELD", "X-Acting-Contact")]
    [InlineData(null, 400, "INVALID_FIELD", "X-Acting-Contact")]
    public async Task Nobody_in_particular_refers(string? actor, int status, string code, string field) =>
        (await engine.SendAsync(Post("/api/v1/referrals", "{}"u8.ToArray()) with { Actor = actor })).IsRefused(status, code, field);

    [Fact]
    public async Task The_wrong_party_takes_no_step()
    {
        var network = await engine.NetworkAsync();
        var deal = await network.DealAsync(handshakes: 2);
        var before = await engine.FootprintAsync();

        (await deal.SignAsync("H3", payload => payload["actor"] = network.Referrer.ToString())).IsRefused(403, "WRONG_ACTOR", "payload.actor");
        var foreign = deal.Payload("H3");
        foreign["actor"] = network.Referrer.ToString();
        var body = new JsonObject { ["payload"] = foreign, ["signature"] = network.Referrer.Sign(foreign) };
        (await network.PostAsync($"/api/v1/deals/{deal.Id}/intake", body, network.Referrer)).IsRefused(403, "WRONG_ACTOR", "payload.actor");

        Assert.Equal(before, await engine.FootprintAsync());
    }

    [Fact]
    public async Task A_step_of_a_deal_that_is_not_there()
    {
        var network = await engine.NetworkAsync();

        (await network.NewDeal().SignAsync("H3")).IsRefused(404, "DEAL_NOT_FOUND", "id");
        (await engine.SendAsync(Post($"/api/v1/deals/{Nobody}/intake", "{}"u8.ToArray()))).IsRefused(400, "INVALID_FIELD", "id");
    }

    [Fact]
    public async Task A_vertical_without_rules_takes_no_referral()
    {
        var network = await Network.CreateAsync(engine, ruled: false);

        (await network.NewDeal().SignAsync("H1")).IsRefused(422, "RATE_CARD_MISSING", "payload.referredOn");
    }

    private static void Put(JsonObject payload, string member, JsonNode? value)
    {
        if (value is null && member == "upline")
            payload.Remove(member);
        else
            payload[member] = value;
    }

    private static Request Post(string path, byte[] body) => new(path, body, Nobody, Engine.Unique("key-"));

    private static JsonNode? NameOrText(Network network, string? value) => value switch
    {
        "REFERRER" => network.Referrer.ToString(),
        "RECEIVER" => network.Receiver.ToString(),
        "ADMIN" => network.Admin.ToString(),
        _ => JsonSerializer.SerializeToNode(value),
    };
}
