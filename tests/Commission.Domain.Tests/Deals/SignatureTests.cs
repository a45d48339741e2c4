using System.Security.Cryptography;
using System.Text;
using Commission.Domain.Deals;

namespace Commission.Domain.Tests.Deals;

/// <summary>Which signatures count.</summary>
public sealed class SignatureTests
{
    [Fact]
    public void A_signature_over_other_bytes_is_refused()
    {
        var deal = new DealScenario().Given(HandshakeStep.Intake);
        var honest = deal.Command<SettlementPayload>(HandshakeStep.Settlement, payload => payload);
        var forged = honest with { Payload = (SettlementPayload)honest.Payload with { SettledOn = DealScenario.Today.AddDays(1) } };
        deal.When(honest).Accepted();
        deal.When(forged).Refused(RefusalCodes.InvalidSignature, "signature");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(64)]
    public void Garbage_is_no_signature(int length)
    {
        var deal = new DealScenario();
        deal.When(deal.Command(HandshakeStep.Intent) with { Envelope = new Es256Signature(People.Referrer.KeyId, new byte[length]) })
            .Refused(RefusalCodes.InvalidSignature, "signature");
    }

    [Fact]
    public void A_signature_of_another_key_is_refused()
    {
        var deal = new DealScenario();
        var command = deal.Command(HandshakeStep.Intent);
        var foreign = People.Stranger.Sign(command.Payload.ToCanonical());
        deal.When(command with { Envelope = foreign with { Key = People.Referrer.KeyId } }).Refused(RefusalCodes.InvalidSignature);
        deal.When(command with { Envelope = foreign }).Refused(RefusalCodes.UnknownKey, "signature.key");
        deal.When(command with { Envelope = foreign }, People.Stranger).Refused(RefusalCodes.UnknownKey, "signature.key");
    }

    [Fact]
    public void An_unregistered_key_is_refused()
    {
        var deal = new DealScenario();
        DealMachine.Decide(deal.State, deal.Command(HandshakeStep.Intent), deal.Facts with { Signer = null }, deal.Now)
            .Refused(RefusalCodes.UnknownKey, "signature.key");
    }

    [Fact]
    public void A_brought_key_must_be_the_one_that_signed()
    {
        var deal = new DealScenario().Given(HandshakeStep.Intent);
        var other = deal.Command<AcknowledgementPayload>(HandshakeStep.Acknowledgement, payload => payload with { Key = People.Stranger.PublicKey });
        deal.When(other).Refused(RefusalCodes.UnknownKey, "signature.key");
    }

    [Fact]
    public void A_brought_key_must_be_P256()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1).ExportSubjectPublicKeyInfo();
        new DealScenario().Given(HandshakeStep.Intent)
            .When<AcknowledgementPayload>(HandshakeStep.Acknowledgement, payload => payload with { Key = key }).Refused(RefusalCodes.InvalidField, "payload.key");
    }

    [Theory]
    [InlineData(1, null, true)]
    [InlineData(0, null, true)]
    [InlineData(-1, null, false)]
    [InlineData(1, 1, true)]
    [InlineData(1, 0, false)]
    public void A_key_counts_from_its_start_until_before_its_end(int startedTicksAgo, int? endsInTicks, bool counts)
    {
        var deal = new DealScenario();
        var key = People.Referrer.SigningKey with
        {
            ValidFrom = deal.Now.AddTicks(-startedTicksAgo),
            ValidTo = endsInTicks is { } ticks ? deal.Now.AddTicks(ticks) : null,
        };
        var decision = deal.Given(facts => facts with { Signer = key }).When(HandshakeStep.Intent);
        Assert.Equal(counts ? null : RefusalCodes.KeyNotValid, decision.Refusal?.Code);
    }

    [Fact]
    public void An_ended_key_signs_nothing_any_more_even_if_the_time_is_put_back()
    {
        var deal = new DealScenario();
        var command = deal.Command(HandshakeStep.Intent);
        deal.Later(TimeSpan.FromHours(1))
            .Given(facts => facts with { Signer = People.Referrer.SigningKey with { ValidTo = DealScenario.Start.AddMinutes(1) } });
        deal.When(command).Refused(RefusalCodes.KeyNotValid, "signature.key");
    }

    [Fact]
    public void An_ended_key_of_a_service_cannot_attest_the_past()
    {
        var deal = new DealScenario();
        var command = deal.Command<IntentPayload>(HandshakeStep.Intent, intent => intent with
        {
            AttestedBy = People.Importer.Id,
            Time = DealScenario.Start.AddDays(-10),
            ReferredOn = DealScenario.Today.AddDays(-10),
        });
        deal.When(command).Accepted();
        deal.Given(facts => facts with { Signer = People.Importer.SigningKey with { ValidTo = DealScenario.Start.AddDays(-1) } });
        deal.When(command).Refused(RefusalCodes.KeyNotValid, "signature.key");
    }

    [Fact]
    public void Envelopes_that_do_not_sign_one_payload_are_refused()
    {
        var deal = new DealScenario();
        var command = deal.Command(HandshakeStep.Intent);
        var bulk = new BulkScenario().Sign(BulkScenario.Line()).Signature;
        SignatureEnvelope[] envelopes = [bulk, new BulkLineSignature(Hash.Zero), new EngineSignature()];
        Assert.All(envelopes, envelope => deal.When(command with { Envelope = envelope }).Refused(RefusalCodes.UnknownKey));
        Assert.False(SignatureVerification.Verify(People.Importer.SigningKey, [], new EngineSignature(), "localhost"));
        Assert.True(SignatureVerification.Verify(People.Importer.SigningKey, [], bulk, "localhost"));
    }

    [Fact]
    public void A_passkey_signs_as_well() => Assert.Null(WithPasskey().Refusal);

    public static TheoryData<string, Func<Passkey, Passkey>> Mistakes => new()
    {
        { "another challenge", passkey => passkey with { Challenge = "other"u8.ToArray() } },
        { "another ceremony", passkey => passkey with { Type = "webauthn.create" } },
        { "another relying party", passkey => passkey with { RelyingParty = "evil.example" } },
        { "nobody was present", passkey => passkey with { Flags = 0 } },
        { "short authenticator data", passkey => passkey with { DataLength = 36 } },
        { "a flipped byte in the signature", passkey => passkey with { Flip = true } },
        { "client data that is no JSON", passkey => passkey with { Raw = "{" } },
        { "client data that is no object", passkey => passkey with { Raw = "[]" } },
        { "client data without a challenge", passkey => passkey with { Raw = """{"type":"webauthn.get"}""" } },
        { "a challenge that is no text", passkey => passkey with { Raw = """{"type":"webauthn.get","challenge":1}""" } },
        { "a challenge that is no Unicode", passkey => passkey with { Raw = """{"type":"webauthn.get","challenge":"\ud800"}""" } },
        { "a name that is no Unicode", passkey => passkey with { Raw = """{"\ud800":1,"type":"webauthn.get"}""" } },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_passkey_assertion_that_is_off_is_refused(string what, Func<Passkey, Passkey> change)
    {
        Assert.NotEmpty(what);
        WithPasskey(change).Refused(RefusalCodes.InvalidSignature, "signature");
    }

    private static Decision<DealEvent> WithPasskey(Func<Passkey, Passkey>? change = null)
    {
        var deal = new DealScenario();
        var command = deal.Command(HandshakeStep.Intent);
        var passkey = new Passkey(command.Payload.ToCanonical());
        return deal.When(command with { Envelope = (change?.Invoke(passkey) ?? passkey).Sign(People.Referrer) });
    }

    /// <summary>What an authenticator makes (W3C WebAuthn level 2, sections 5.8.1 and 6.1).</summary>
    public sealed record Passkey(byte[] Challenge)
    {
        public string Type { get; init; } = "webauthn.get";
        public string RelyingParty { get; init; } = "localhost";
        public byte Flags { get; init; } = 0x05;
        public int DataLength { get; init; } = 37;
        public bool Flip { get; init; }
        public string? Raw { get; init; }

        internal WebAuthnSignature Sign(Person person)
        {
            var challenge = Base64Url.Encode(SHA256.HashData(Challenge));
            var client = Encoding.UTF8.GetBytes(Raw ?? $$"""{"type":"{{Type}}","challenge":"{{challenge}}","origin":"https://localhost","crossOrigin":false}""");
            byte[] authenticator = [.. SHA256.HashData(Encoding.UTF8.GetBytes(RelyingParty)), Flags, 0, 0, 0, 1];
            authenticator = authenticator[..DataLength];
            var signature = person.Key.SignData(
                [.. authenticator, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            if (Flip)
                signature[^1] ^= 1;
            return new WebAuthnSignature(person.KeyId, authenticator, client, signature);
        }
    }

    [Fact]
    public void A_passkey_signature_that_is_no_DER_is_refused()
    {
        var deal = new DealScenario();
        var command = deal.Command(HandshakeStep.Intent);
        var assertion = new Passkey(command.Payload.ToCanonical()).Sign(People.Referrer) with { Signature = [1, 2, 3] };
        deal.When(command with { Envelope = assertion }).Refused(RefusalCodes.InvalidSignature, "signature");
    }
}
