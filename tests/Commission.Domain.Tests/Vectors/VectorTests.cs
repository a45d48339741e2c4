using System.Text;
using System.Text.Json;
using Commission.Domain.Deals;
using Commission.Domain.Members;
using Commission.Domain.Rules;

namespace Commission.Domain.Tests.Vectors;

/// <summary>Bytes that outsiders rely on. A vector is never changed or removed: a new version of a format gets new vectors.</summary>
public sealed class VectorTests
{
    [Fact]
    public void Vectors_only_ever_grow()
    {
        var present = VectorFile.Files.SelectMany(VectorFile.Read).Select(vector => $"{vector} {vector.ContentHash}").ToHashSet();
        Assert.All(VectorFile.Manifest, line => Assert.Contains(line, present));
        Assert.True(VectorFile.Manifest.ToHashSet().SetEquals(present), "A new vector needs its line in manifest.txt: " + string.Join('\n', present.Except(VectorFile.Manifest)));
    }

    public static TheoryData<Vector> Handshakes => VectorFile.Rows("handshake.json");

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void A_handshake_has_its_bytes_and_hash(Vector vector)
    {
        Assert.Equal(vector.Hex("payloadHex"), CanonicalJson.Canonicalize(vector.Utf8("payload")));
        Assert.Equal(vector.Utf8("envelope"), CanonicalJson.Canonicalize(vector.Utf8("envelope")));
        Assert.Equal(vector.Hash("hash"), HandshakeHash.Of(vector.Hex("payloadHex"), vector.Utf8("envelope")));
    }

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void A_handshake_reads_and_verifies(Vector vector)
    {
        using var payload = JsonDocument.Parse(vector["payload"]);
        using var envelope = JsonDocument.Parse(vector["envelope"]);
        var step = Enum.GetValues<HandshakeStep>().First(step => step != HandshakeStep.None && step.Name() == vector["step"]);
        Assert.Equal(vector.Hex("payloadHex"), HandshakePayloadReader.Read(step, payload.RootElement).Payload!.ToCanonical());
        if (step == HandshakeStep.Expiry)
        {
            Assert.Equal(new EngineSignature().ToCanonical(), vector.Utf8("envelope"));
            return;
        }
        var signature = HandshakePayloadReader.ReadSignature(envelope.RootElement).Envelope!;
        var key = vector.SigningKey(TypedId.Parse<ContactId>(vector["signer"]));
        Assert.Equal(vector.Utf8("envelope"), signature.ToCanonical());
        Assert.Contains(key.Id.ToString(), vector["envelope"], StringComparison.Ordinal);
        Assert.True(SignatureVerification.Verify(key, vector.Hex("payloadHex"), signature, "localhost"));
        Assert.False(SignatureVerification.Verify(key, vector.Hex("payloadHex").AsSpan(1), signature, "localhost"));
    }

    public static TheoryData<Vector> Ids => VectorFile.Rows("ids.json");

    [Theory]
    [MemberData(nameof(Ids))]
    public void An_id_is_derived(Vector vector) => Assert.Equal(vector["id"], vector["kind"] switch
    {
        "deal" => DealId.Derive(TypedId.Parse<ContactId>(vector["caller"]), vector["idempotencyKey"]).ToString(),
        "contact" => ContactId.Derive(vector["caller"], vector["idempotencyKey"]).ToString(),
        "key" => KeyId.Derive(TypedId.Parse<ContactId>(vector["owner"]), vector.Bytes("publicKey")).ToString(),
        "rsv" => RuleSetVersionId.Derive(vector.Hash("hash")).ToString(),
        var other => throw new NotSupportedException(other),
    });

    public static TheoryData<Vector> Commitments => VectorFile.Rows("commitments.json");

    [Theory]
    [MemberData(nameof(Commitments))]
    public void A_person_is_committed_to(Vector vector) => Assert.Equal(
        vector.Hash("hash"), PersonCommitment.Of(vector.Hex("salt"), vector["person"], vector.Optional("email"), vector.Optional("phone")));

    public static TheoryData<Vector> Rules => VectorFile.Rows("rules.json");

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_set_has_its_hash_and_gives_its_explanation(Vector vector)
    {
        var rules = RuleSetReader.Read(vector.Utf8("document")).Document!;
        Assert.Equal(vector.Utf8("canonical"), rules.Canonical);
        Assert.Equal((vector.Hash("ruleHash"), vector["ruleSetVersion"]), (rules.Hash, RuleSetVersionId.Derive(rules.Hash).ToString()));
        var facts = CalculationFactsReader.Read(vector.Utf8("facts")).Facts!;
        Assert.Equal(vector.Utf8("facts"), facts.ToCanonical());
        var calculation = Calculator.Replay(rules, vector.Utf8("facts")).Calculation!;
        Assert.Equal(vector["explanation"], Encoding.UTF8.GetString(calculation.Explanation));
        Assert.Equal(vector.Hex("explanationHex"), calculation.Explanation);
        Assert.Equal((vector.Hash("factsHash"), vector.Hash("explanationHash")), (calculation.FactsHash, calculation.ExplanationHash));
        var accruals = vector.Json.GetProperty("accruals").EnumerateArray().Select(accrual => accrual.GetProperty("amountMinor").GetInt64());
        Assert.Equal(accruals, calculation.Accruals.Select(accrual => accrual.AmountMinor));
    }
}
