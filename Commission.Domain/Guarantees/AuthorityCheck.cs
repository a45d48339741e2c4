using Commission.Domain.Deals;
using Commission.Domain.Ledger;

namespace Commission.Domain.Guarantees;

/// <summary>G2: each step was taken by whoever may take it, in order, and signed with a key that counted then.</summary>
public static class AuthorityCheck
{
    /// <summary>An attested date counts from its midnight, and may be tomorrow's east of Greenwich.</summary>
    private static readonly TimeSpan AttestedSkew = TimeSpan.FromDays(1);

    /// <summary>Checks one deal.</summary>
    public static void Check(DealDossier dossier, KnownFacts known, Findings findings)
    {
        findings.Saw("deals");
        var lines = LinesOf(dossier);
        for (var i = 0; i < dossier.Chain.Count; i++)
        {
            var handshake = dossier.Chain[i];
            var where = $"{dossier.Deal} {handshake.Step} ({DealDossier.Where(handshake.Leaf)})";
            findings.BreakIf(where, OrderFault(dossier, i) ?? ActorFault(dossier, handshake));
            findings.BreakIf(where, SignatureFault(dossier, handshake, lines, known, findings));
        }
        if (dossier.Entries.Count == 0 || dossier.HandshakesWait)
            return;
        findings.Saw("deals with money");
        if (!dossier.IsComplete)
        {
            findings.Break($"{dossier.Deal}", $"money accrued after {dossier.Chain.Count} of five handshakes");
            return;
        }
        var last = dossier.Chain[^1];
        var allowed = last.AttestedBy is null ? DealMachine.ClockSkew : AttestedSkew;
        var early = dossier.Entries.FirstOrDefault(entry => entry.Leaf.PostedAt + allowed < last.Time);
        if (early is not null)
            findings.Break(DealDossier.Where(early.Leaf), $"it was posted at {early.Leaf.PostedAt:O}, before the last handshake of {dossier.Deal} was made");
    }

    private static string? OrderFault(DealDossier dossier, int place)
    {
        var step = dossier.Chain[place].Leaf.Handshake.Step;
        var inOrder = step switch
        {
            HandshakeStep.Expiry => place == 1,
            HandshakeStep.Decline or HandshakeStep.Withdrawal => place is >= 1 and <= 3,
            _ => (int)step == place + 1,
        };
        return inOrder ? null : $"it stands at place {place + 1} of its chain";
    }

    private static string? ActorFault(DealDossier dossier, StoredHandshake handshake)
    {
        if (dossier.Intent is not { } intent)
            return "there is no intent that says who may take it";
        var referrer = dossier.Chain[0].Actor;
        var may = handshake.Leaf.Handshake.Step switch
        {
            HandshakeStep.Intent => handshake.Actor != intent.Receiver && handshake.Actor != intent.Client && intent.Receiver != intent.Client,
            HandshakeStep.Acknowledgement or HandshakeStep.Outcome or HandshakeStep.Expiry => handshake.Actor == intent.Client,
            HandshakeStep.Intake or HandshakeStep.Settlement => handshake.Actor == intent.Receiver,
            HandshakeStep.Decline => handshake.Actor == intent.Client || handshake.Actor == intent.Receiver,
            HandshakeStep.Withdrawal => handshake.Actor == intent.Client || handshake.Actor == referrer,
            _ => false,
        };
        return may ? null : $"{handshake.Actor} may not take this step";
    }

    private static string? SignatureFault(
        DealDossier dossier, StoredHandshake handshake, Dictionary<Hash, Attested> lines, KnownFacts known, Findings findings)
    {
        if (handshake.Envelope is EngineSignature)
            return handshake.Leaf.Handshake.Step == HandshakeStep.Expiry ? null : "nobody signed it";
        if (handshake.Leaf.Handshake.Step == HandshakeStep.Expiry)
            return "an expiry is the engine's own act, and this one is signed";
        findings.Saw("signatures");
        if (handshake.AttestedBy is { } service && AuthorityFault(dossier, handshake, service, known) is { } unauthorised)
            return unauthorised;
        return handshake.Envelope switch
        {
            BulkSignature or BulkLineSignature => BulkFault(handshake, lines, known),
            Es256Signature signed => OwnFault(dossier, handshake, signed.Key, known),
            WebAuthnSignature assertion => OwnFault(dossier, handshake, assertion.Key, known),
            _ => "its envelope is unknown",
        };
    }

    /// <summary>A client has no account in which to authorise a service: the receiving member answers for it.</summary>
    private static string? AuthorityFault(DealDossier dossier, StoredHandshake handshake, ContactId service, KnownFacts known)
    {
        var answers = dossier.Intent is { } intent && handshake.Actor == intent.Client ? intent.Receiver : handshake.Actor;
        return known.Contacts.GetValueOrDefault(answers)?.AuthorisedServices.Contains(service) == true ? null : $"{service} is not authorised to act for {answers}";
    }

    private static string? OwnFault(DealDossier dossier, StoredHandshake handshake, KeyId id, KnownFacts known)
    {
        var signer = handshake.AttestedBy ?? handshake.Actor;
        if (FindKey(dossier, handshake, signer, id, known) is not { } key)
            return $"{id} is no key of {signer}";
        return CountsFault(key, handshake.Time) ?? (SignatureVerification.Verify(key, handshake.Leaf.Handshake.Payload, handshake.Envelope, known.RelyingParty)
            ? null
            : "the signature does not verify over the payload");
    }

    /// <summary>The key that the step brings, the one that the client brought before, or a registered one.</summary>
    private static SigningKey? FindKey(DealDossier dossier, StoredHandshake handshake, ContactId signer, KeyId id, KnownFacts known)
    {
        if (handshake.BroughtKey is { } brought)
            return known.BroughtKey(signer, id, brought);
        var earlier = dossier.Chain.Take(2).FirstOrDefault(step => step.BroughtKey is not null && step.Actor == signer);
        return (earlier is null ? null : known.BroughtKey(signer, id, earlier.BroughtKey!)) ?? known.KeyOf(signer, id);
    }

    private static string? CountsFault(SigningKey key, DateTimeOffset at) => at >= key.ValidFrom && at < (key.ValidTo ?? DateTimeOffset.MaxValue)
        ? null
        : $"{key.Id} did not count at {at:O}: it is valid from {key.ValidFrom:O} to {key.ValidTo?.ToString("O") ?? "now"}";

    private static string? BulkFault(StoredHandshake handshake, Dictionary<Hash, Attested> lines, KnownFacts known)
    {
        if (handshake.Line is not { } lineHash || !lines.TryGetValue(lineHash, out var attested))
            return "the bulk line that it was taken from is not there";
        if (handshake.Envelope is BulkLineSignature other && other.Line != lineHash)
            return "its envelope names another bulk line than its payload";
        var (bulk, line) = (attested.Bulk, attested.Line);
        if (handshake.AttestedBy != bulk.Attestation.Service)
            return $"its line is attested by {bulk.Attestation.Service}, not by {handshake.AttestedBy}";
        if (PayloadFault(handshake, line, bulk.Attestation.Service, lineHash) is { } other2)
            return other2;
        if (known.KeyOf(bulk.Attestation.Service, bulk.Attestation.Key) is not { } key)
            return $"{bulk.Attestation.Key} is no key of {bulk.Attestation.Service}";
        return attested.Judge(key);
    }

    /// <summary>Only the line is signed: the payload must be the one that follows from it.</summary>
    private static string? PayloadFault(StoredHandshake handshake, AttestedLine line, ContactId service, Hash lineHash)
    {
        var stated = AttestedSteps.Steps(line).FirstOrDefault(step => step.Step == handshake.Leaf.Handshake.Step);
        if (stated.Step == HandshakeStep.None)
            return "its bulk line does not state this step";
        var expected = AttestedSteps.Payload(line, stated, handshake.Previous, service, lineHash, handshake.Intent?.ClientCommitment ?? Hash.Zero);
        return expected.ToCanonical().AsSpan().SequenceEqual(handshake.Leaf.Handshake.Payload) ? null : "its payload is not what the attested line says";
    }

    private static Dictionary<Hash, Attested> LinesOf(DealDossier dossier)
    {
        var lines = new Dictionary<Hash, Attested>();
        foreach (var bulk in dossier.Chain.Select(handshake => handshake.Envelope).OfType<BulkSignature>())
        {
            if (HandshakePayloadReader.ReadLine(bulk.Line).Line is { } line)
                lines[MerkleTree.LeafHash(bulk.Line)] = new Attested(bulk, line);
        }
        return lines;
    }

    /// <summary>A bulk line of a deal. All steps that it states share one signature, which is verified once.</summary>
    private sealed class Attested(BulkSignature bulk, AttestedLine line)
    {
        private bool _judged;
        private string? _fault;

        public BulkSignature Bulk => bulk;

        public AttestedLine Line => line;

        public string? Judge(SigningKey key)
        {
            if (!_judged)
            {
                _fault = CountsFault(key, bulk.Attestation.Time)
                    ?? (!SignatureVerification.IsUnderRoot(bulk) ? "its bulk line is not under the attested root" : null)
                    ?? (SignatureVerification.VerifyBulkHeader(key, bulk.Attestation) ? null : "the attestation's signature does not verify");
                _judged = true;
            }
            return _fault;
        }
    }
}
