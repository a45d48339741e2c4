using System.Globalization;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Evidence;
using static Commission.Verifier.Findings;

namespace Commission.Verifier;

/// <summary>A deal's handshakes: one chain, the right steps by the right people, each signed with a key of who must sign.</summary>
internal sealed class DealCheck(EvidencePack pack, DealId deal)
{
    private readonly Dictionary<KeyId, EvidenceKey> _keys = pack.Keys.ToDictionary(key => key.Id);
    private readonly Dictionary<Hash, (AttestedLine Line, ContactId Service)> _lines = [];
    private readonly HashSet<KeyId> _used = [];
    private bool _passkey;

    public DealId Deal => deal;

    public IntentPayload Intent { get; private set; } = null!;

    public SettlementPayload? Settlement { get; private set; }

    public OutcomePayload? Outcome { get; private set; }

    /// <summary>The handshakes in the order of their chain.</summary>
    public IReadOnlyList<HandshakeLeaf> Verify(IReadOnlyList<HandshakeLeaf> leaves, bool complete, Findings findings)
    {
        Require(leaves.All(leaf => leaf.Handshake.Deal == deal), Failure.Handshake, $"The pack holds handshakes of other deals than {deal}.");
        var chain = HandshakeChain.Order(leaves);
        Require(chain is { Count: > 0 }, Failure.Handshake, $"The handshakes of {deal} are no chain: one is missing or was changed.");
        for (var i = 0; i < chain!.Count; i++)
        {
            var step = chain[i].Handshake.Step;
            Require(
                (int)step == i + 1 || (step > HandshakeStep.Outcome && i is > 0 and < 4 && i == chain.Count - 1), Failure.Handshake,
                $"{step.Name()} is handshake {i + 1} of {deal}.");
            Verify(chain[i]);
        }
        Require(!complete || Outcome is not null, Failure.Handshake, $"{deal} has entries and not all five handshakes.");
        Require(
            _keys.Keys.All(_used.Contains) && pack.RelyingParty is null == !_passkey, Failure.HandshakeSignature,
            "The pack holds keys or a relying party that no handshake needs.");
        findings.Shown.Add(string.Create(CultureInfo.InvariantCulture, $"{deal}: {chain.Count} handshakes in order, each signed by whom it must be"));
        findings.NotShown.Add("whose the keys are, and since when: the engine's registry says so");
        return chain;
    }

    private void Verify(HandshakeLeaf leaf)
    {
        var (handshake, name) = (leaf.Handshake, leaf.Handshake.Step.Name());
        SignatureEnvelope envelope;
        try
        {
            envelope = SignatureEnvelopeReader.Read(handshake.Envelope);
        }
        catch (FormatException error)
        {
            throw new VerificationException(Failure.Handshake, $"{name}: {error.Message}");
        }
        var payload = envelope switch
        {
            BulkSignature bulk => FromLine(handshake, AddLine(bulk)),
            BulkLineSignature further => FromLine(handshake, further.Line),
            _ => AsSigned(handshake),
        };
        Require(payload.ToCanonical().AsSpan().SequenceEqual(handshake.Payload), Failure.Handshake, $"{name} does not say what was signed.");
        Require(payload.Deal == deal && MayTake(payload), Failure.Handshake, $"{payload.Actor} may not take {name} of {deal}.");
        VerifySignature(payload, handshake.Payload, envelope);
        Remember(payload);
    }

    private void Remember(HandshakePayload payload)
    {
        Intent = payload as IntentPayload ?? Intent;
        Settlement = payload as SettlementPayload ?? Settlement;
        Outcome = payload as OutcomePayload ?? Outcome;
    }

    private bool MayTake(HandshakePayload payload) => payload.Step switch
    {
        HandshakeStep.Intent => true,
        HandshakeStep.Decline => payload.Actor == Intent.Client || payload.Actor == Intent.Receiver,
        HandshakeStep.Withdrawal => payload.Actor == Intent.Client || payload.Actor == Intent.Actor,
        HandshakeStep.Intake or HandshakeStep.Settlement => payload.Actor == Intent.Receiver,
        _ => payload.Actor == Intent.Client,
    };

    private static HandshakePayload AsSigned(HandshakeDraft handshake)
    {
        try
        {
            using var json = CanonicalJson.Parse(handshake.Payload);
            var (payload, refusal) = HandshakePayloadReader.Read(handshake.Step, json.RootElement);
            return payload ?? throw new VerificationException(Failure.Handshake, $"{handshake.Step.Name()}: {refusal!.Text}");
        }
        catch (FormatException error)
        {
            throw new VerificationException(Failure.Handshake, $"{handshake.Step.Name()}: {error.Message}");
        }
    }

    private Hash AddLine(BulkSignature bulk)
    {
        var (line, refusal) = HandshakePayloadReader.ReadLine(bulk.Line);
        Require(line is not null, Failure.Handshake, $"A bulk line cannot be read: {refusal?.Text}");
        var hash = MerkleTree.LeafHash(bulk.Line);
        _lines[hash] = (line!, bulk.Attestation.Service);
        return hash;
    }

    private HandshakePayload FromLine(HandshakeDraft handshake, Hash line)
    {
        Require(_lines.TryGetValue(line, out var attested), Failure.Handshake, $"{handshake.Step.Name()} names a bulk line that no handshake brought.");
        return AttestedPayload.Of(handshake, attested.Line, attested.Service, line)
            ?? throw new VerificationException(Failure.Handshake, $"{handshake.Step.Name()} is not in the bulk line that it names.");
    }

    private void VerifySignature(HandshakePayload payload, byte[] bytes, SignatureEnvelope envelope)
    {
        var name = payload.Step.Name();
        var (key, time) = envelope switch
        {
            Es256Signature signed => (signed.Key, payload.Time),
            WebAuthnSignature signed => (signed.Key, payload.Time),
            BulkSignature signed => (signed.Attestation.Key, signed.Attestation.Time),
            _ => ((KeyId?)null, payload.Time),
        };
        Require((payload.Step == HandshakeStep.Expiry) == (envelope is EngineSignature), Failure.HandshakeSignature, $"{name} is not signed.");
        if (key is not { } id)
            return;
        if (payload.BroughtKey is { } brought && KeyId.Derive(payload.Actor, brought) == id)
            _keys.TryAdd(id, new EvidenceKey(payload.Actor, brought, payload.Time, null));
        _passkey |= envelope is WebAuthnSignature;
        Require(
            _keys.TryGetValue(id, out var known) && known.Owner == (payload.AttestedBy ?? payload.Actor), Failure.HandshakeSignature,
            $"{name} is signed with a key that is not of {payload.AttestedBy ?? payload.Actor}.");
        Require(known!.ValidFrom <= time && (known.ValidTo is not { } end || time < end), Failure.HandshakeSignature, $"{name} is signed with a key that was not valid then.");
        _used.Add(id);
        using var imported = Keys.Import(known.PublicKey);
        Require(
            imported is not null && SignatureVerification.Verify(
                new SigningKey(id, known.Owner, known.ValidFrom, known.ValidTo, imported), bytes, envelope, pack.RelyingParty ?? ""),
            Failure.HandshakeSignature, $"The signature of {name} does not verify.");
    }
}

/// <summary>What the engine makes of a line that a service attested: docs/formats/handshake.md, Bulk.</summary>
internal static class AttestedPayload
{
    /// <summary>The payload of a step as the line gives it; null when the line has no such step.</summary>
    public static HandshakePayload? Of(HandshakeDraft handshake, AttestedLine line, ContactId service, Hash hash)
    {
        var (deal, previous) = (DealId.Derive(service, line.Key), Member(handshake.Payload, "previous"));
        return handshake.Step switch
        {
            HandshakeStep.Intent => new IntentPayload(
                deal, line.Referrer, Time(line.ReferredOn), service, hash, line.Vertical, line.Product, line.Receiver, line.Client,
                Member(handshake.Payload, "clientCommitment"), line.ReferredOn, line.Upline, line.Key)
            {
                FurtherUplines = line.FurtherUplines,
            },
            HandshakeStep.Acknowledgement when line.AcknowledgedOn is { } on =>
                new AcknowledgementPayload(deal, line.Client, Time(on), previous, service, hash, null, null, null, null),
            HandshakeStep.Intake when line.IntakeOn is { } on => new IntakePayload(deal, line.Receiver, Time(on), previous, service, hash, on),
            HandshakeStep.Settlement when line.Settlement is { } settled =>
                new SettlementPayload(deal, line.Receiver, Time(settled.On), previous, service, hash, settled.On, settled.Value, settled.Bases),
            HandshakeStep.Outcome when line.CompletedOn is { } on => new OutcomePayload(deal, line.Client, Time(on), previous, service, hash, null),
            HandshakeStep.Decline or HandshakeStep.Withdrawal when line.Closing is { } closing && closing.Step == handshake.Step => new ClosingPayload(
                deal, closing.Step == HandshakeStep.Decline ? line.Receiver : line.Referrer, Time(closing.On), previous, service, hash,
                closing.Step, closing.Reason),
            _ => null,
        };
    }

    /// <summary>What the line does not say and the payload does. Whatever it is, the rebuilt payload is compared byte by byte.</summary>
    private static Hash Member(byte[] payload, string name)
    {
        using var json = CanonicalJson.Parse(payload);
        return json.RootElement.TryGetProperty(name, out var value) && Hash.TryParse(value.ToString(), out var hash) ? hash : Hash.Zero;
    }

    private static DateTimeOffset Time(DateOnly date) => new(date, TimeOnly.MinValue, TimeSpan.Zero);
}
