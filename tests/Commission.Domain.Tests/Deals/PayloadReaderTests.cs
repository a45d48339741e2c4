using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain.Deals;

namespace Commission.Domain.Tests.Deals;

public sealed class PayloadReaderTests
{
    public static TheoryData<HandshakeStep> Steps =>
        [.. Enum.GetValues<HandshakeStep>().Where(step => step is not (HandshakeStep.None or HandshakeStep.Expiry))];

    private static (HandshakePayload? Payload, Refusal? Refusal) Read(HandshakeStep step, string json)
    {
        using var parsed = JsonDocument.Parse(json);
        return HandshakePayloadReader.Read(step, parsed.RootElement);
    }

    private static JsonObject Json(HandshakeStep step) =>
        JsonNode.Parse(new DealScenario().Given(HandshakeStep.Intent).Command(step).Payload.ToCanonical())!.AsObject();

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_payload_survives_its_bytes(HandshakeStep step)
    {
        var payload = new DealScenario().Given(HandshakeStep.Intent).Command(step).Payload;
        var (read, refusal) = Read(step, Encoding.UTF8.GetString(payload.ToCanonical()));
        Assert.Null(refusal);
        Assert.Equal(payload.ToCanonical(), read!.ToCanonical());
    }

    [Fact]
    public void Every_optional_part_survives()
    {
        var deal = new DealScenario().Given(HandshakeStep.Intent);
        HandshakePayload[] payloads =
        [
            deal.Command<IntentPayload>(HandshakeStep.Intent, intent => intent with { BusinessKey = "CRM-7 <b>", AttestedBy = People.Importer.Id }).Payload,
            deal.Command<AcknowledgementPayload>(HandshakeStep.Acknowledgement,
                ack => ack with { IpCommitment = Hash.Of("i"u8), UserAgentCommitment = Hash.Of("u"u8) }).Payload,
            deal.Command<SettlementPayload>(HandshakeStep.Settlement,
                paid => paid with { Bases = [new BasisValue("commission_received", 7), new BasisValue("units", 0)] }).Payload,
            deal.Command<ClosingPayload>(HandshakeStep.Decline, closing => closing with { Actor = People.Client.Id, Key = People.Client.PublicKey }).Payload,
        ];
        Assert.All(payloads, payload => Assert.Equal(
            payload.ToCanonical(), Read(payload.Step, Encoding.UTF8.GetString(payload.ToCanonical())).Payload!.ToCanonical()));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void An_unknown_or_null_member_is_refused_by_path(HandshakeStep step)
    {
        var json = Json(step);
        json["extra"] = 1;
        Assert.Equal("payload.extra", Read(step, json.ToJsonString()).Refusal!.Field);
        json.Remove("extra");
        json["attestedBy"] = null;
        Assert.Equal("payload.attestedBy", Read(step, json.ToJsonString()).Refusal!.Field);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Every_required_member_is_required(HandshakeStep step)
    {
        foreach (var name in Json(step).Select(member => member.Key).Where(name => name is not ("key" or "upline")).ToArray())
        {
            var json = Json(step);
            json.Remove(name);
            Assert.Equal($"payload.{name}", Read(step, json.ToJsonString()).Refusal?.Field);
        }
    }

    [Theory]
    [InlineData(HandshakeStep.Intent, "version", "2")]
    [InlineData(HandshakeStep.Intent, "handshake", "\"H2\"")]
    [InlineData(HandshakeStep.Intent, "previous", "\"1111111111111111111111111111111111111111111111111111111111111111\"")]
    [InlineData(HandshakeStep.Intent, "deal", "\"contact_00000000000000000000000000\"")]
    [InlineData(HandshakeStep.Intent, "client", "\"deal_00000000000000000000000000\"")]
    [InlineData(HandshakeStep.Intent, "receiver", "\"1'; DROP TABLE deals;--\"")]
    [InlineData(HandshakeStep.Intent, "time", "\"2026-03-02T01:00:00Z\"")]
    [InlineData(HandshakeStep.Intent, "time", "\"2026-03-02T01:00:00.000+10:00\"")]
    [InlineData(HandshakeStep.Intent, "referredOn", "\"02/03/2026\"")]
    [InlineData(HandshakeStep.Intent, "clientCommitment", "\"ABC\"")]
    [InlineData(HandshakeStep.Intent, "businessKey", "\"\"")]
    [InlineData(HandshakeStep.Intent, "businessKey", "\"é\"")]
    [InlineData(HandshakeStep.Intent, "vertical", "7")]
    [InlineData(HandshakeStep.Intent, "vertical", "\"\\ud800\"")]
    [InlineData(HandshakeStep.Settlement, "settledValueMinor", "0")]
    [InlineData(HandshakeStep.Settlement, "settledValueMinor", "-1")]
    [InlineData(HandshakeStep.Settlement, "settledValueMinor", "1.5")]
    [InlineData(HandshakeStep.Settlement, "settledValueMinor", "1.0")]
    [InlineData(HandshakeStep.Settlement, "settledValueMinor", "1e3")]
    [InlineData(HandshakeStep.Settlement, "settledValueMinor", "\"100\"")]
    [InlineData(HandshakeStep.Settlement, "settledValueMinor", "100000000000000")]
    [InlineData(HandshakeStep.Settlement, "currency", "\"BTC\"")]
    [InlineData(HandshakeStep.Settlement, "bases", "{}")]
    [InlineData(HandshakeStep.Settlement, "bases", "7")]
    [InlineData(HandshakeStep.Acknowledgement, "key", "\"not base64!\"")]
    [InlineData(HandshakeStep.Acknowledgement, "key", "\"AB\"")]
    [InlineData(HandshakeStep.Outcome, "outcome", "\"denied\"")]
    [InlineData(HandshakeStep.Decline, "reason", "\"Call Ruth on 0400\"")]
    [InlineData(HandshakeStep.Decline, "reason", "\"\"")]
    public void A_wrong_member_is_refused_by_path(HandshakeStep step, string name, string value)
    {
        var json = Json(step);
        json.Remove(name);
        var text = json.ToJsonString()[..^1] + $",\"{name}\":{value}}}";
        var refusal = Read(step, text).Refusal;
        Assert.Equal((RefusalCodes.InvalidField, $"payload.{name}"), (refusal?.Code, refusal?.Field));
    }

    [Theory]
    [InlineData("\"Turnover\":1", "payload.bases.Turnover")]
    [InlineData("\"deal_value\":1", "payload.bases.deal_value")]
    [InlineData("\"units\":-1", "payload.bases.units")]
    [InlineData("\"units\":null", "payload.bases.units")]
    [InlineData("\"units\":1,\"units\":2", "payload.bases")]
    public void A_wrong_basis_is_refused_by_path(string bases, string field)
    {
        var text = Json(HandshakeStep.Settlement).ToJsonString()[..^1] + $",\"bases\":{{{bases}}}}}";
        Assert.Equal(field, Read(HandshakeStep.Settlement, text).Refusal?.Field);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("""{"\ud800":1}""")]
    public void What_is_no_payload_is_refused(string json) => Assert.Equal(RefusalCodes.InvalidField, Read(HandshakeStep.Intent, json).Refusal?.Code);

    private static (SignatureEnvelope? Envelope, Refusal? Refusal) Signature(string json)
    {
        using var parsed = JsonDocument.Parse(json);
        return HandshakePayloadReader.ReadSignature(parsed.RootElement);
    }

    [Fact]
    public void A_signature_survives_its_bytes()
    {
        SignatureEnvelope[] envelopes = [People.Client.Sign([1]), new WebAuthnSignature(People.Client.KeyId, new byte[37], [1], new byte[70])];
        Assert.All(envelopes, envelope => Assert.Equal(
            envelope.ToCanonical(), Signature(Encoding.UTF8.GetString(envelope.ToCanonical())).Envelope!.ToCanonical()));
    }

    [Theory]
    [InlineData("""{"alg":"RS256"}""", "signature.alg")]
    [InlineData("""{"alg":"ES256-BULK"}""", "signature.alg")]
    [InlineData("""{"alg":"none","by":"engine"}""", "signature.alg")]
    [InlineData("""{}""", "signature.alg")]
    [InlineData("""{"alg":"ES256","key":"x","signature":"AA"}""", "signature.key")]
    [InlineData("""{"alg":"ES256","key":"key_00000000000000000000000000","signature":"A"}""", "signature.signature")]
    [InlineData("""{"alg":"ES256","key":"key_00000000000000000000000000","signature":"AA","x":1}""", "signature.x")]
    public void A_wrong_signature_is_refused_by_path(string json, string field) => Assert.Equal(field, Signature(json).Refusal?.Field);
}
