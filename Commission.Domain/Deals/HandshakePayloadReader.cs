using System.Text.Json;
using Commission.Domain.Amounts;
using Commission.Domain.Rules;

namespace Commission.Domain.Deals;

/// <summary>Reads what people and systems send: payloads, signatures and bulk lines. Unknown members are refused.</summary>
public static class HandshakePayloadReader
{
    /// <summary>Characters of a business key at most.</summary>
    public const int MaxBusinessKeyLength = 120;

    private const int MaxKeyBytes = 200;

    /// <summary>Reads the payload of a step; the refusal names the field.</summary>
    public static (HandshakePayload? Payload, Refusal? Refusal) Read(HandshakeStep step, JsonElement json) =>
        Guard(() => Payload(step, new StrictNode(json, "payload")));

    /// <summary>Reads a signature.</summary>
    public static (SignatureEnvelope? Envelope, Refusal? Refusal) ReadSignature(JsonElement json) =>
        Guard(() => Signature(new StrictNode(json, "signature")));

    /// <summary>Reads the header of an attested bulk request.</summary>
    public static (BulkAttestation? Attestation, Refusal? Refusal) ReadAttestation(JsonElement json) =>
        Guard(() => Attestation(new StrictNode(json, "").Get("attestation")));

    /// <summary>Reads one line of an attested bulk request.</summary>
    public static (AttestedLine? Line, Refusal? Refusal) ReadLine(ReadOnlyMemory<byte> line) => Guard(() =>
    {
        using var parsed = CanonicalJson.Parse(line);
        return Line(new StrictNode(parsed.RootElement, ""));
    });

    private static (T?, Refusal?) Guard<T>(Func<T> read) where T : class
    {
        try
        {
            return (read(), null);
        }
        catch (StrictJsonException mistake)
        {
            return (null, mistake.Refusal);
        }
        catch (FormatException mistake)
        {
            return (null, new Refusal(RefusalCodes.InvalidField, mistake.Message, (mistake as CanonicalJsonException)?.Path));
        }
    }

    private static HandshakePayload Payload(HandshakeStep step, StrictNode node)
    {
        if (node.Integer("version", 1, 1) != 1 || node.Text("handshake") != step.Name())
            throw StrictNode.Mistake("payload.handshake", $"\"{step.Name()}\"", $"\"{node.Text("handshake")}\"");
        return step switch
        {
            HandshakeStep.Intent => Intent(node),
            HandshakeStep.Acknowledgement => Acknowledgement(node),
            HandshakeStep.Intake => Intake(node),
            HandshakeStep.Settlement => Settlement(node),
            HandshakeStep.Outcome => Outcome(node),
            _ => Closing(step, node),
        };
    }

    private static void AllowAlso(StrictNode node, params ReadOnlySpan<string> own) =>
        node.Allow(["actor", "attestedBy", "deal", "handshake", "previous", "time", "version", .. own]);

    private static DealId Deal(StrictNode node) => node.Id<DealId>("deal");
    private static ContactId Actor(StrictNode node) => node.Id<ContactId>("actor");
    private static ContactId? AttestedBy(StrictNode node) => node.OptionalId<ContactId>("attestedBy");

    private static IntentPayload Intent(StrictNode node)
    {
        AllowAlso(node, "businessKey", "client", "clientCommitment", "furtherUplines", "product", "receiver", "referredOn", "upline", "vertical");
        if (node.Hash("previous") != Hash.Zero)
            throw StrictNode.Mistake("payload.previous", "64 zeros, for H1 is the first", node.Text("previous"));
        return new IntentPayload(
            Deal(node), Actor(node), node.Time("time"), AttestedBy(node), null, node.Text("vertical"), node.Text("product"),
            node.Id<ContactId>("receiver"), node.Id<ContactId>("client"), node.Hash("clientCommitment"), node.Date("referredOn"),
            node.OptionalId<ContactId>("upline"), BusinessKey(node, "businessKey", required: false))
        {
            FurtherUplines = FurtherUplines(node),
        };
    }

    /// <summary>The uplines above the first one; a list that is there is not empty.</summary>
    private static ContactId[] FurtherUplines(StrictNode node)
    {
        if (node.Find("furtherUplines") is not { } list)
            return [];
        var ids = list.Items().Select(item => item.AsId<ContactId>()).ToArray();
        if (ids.Length is 0 or > Members.Uplines.MaxDepth - 1)
            throw StrictNode.Mistake(list.Path, $"1 to {Members.Uplines.MaxDepth - 1} contacts, or no such member", $"{ids.Length}");
        return node.Find("upline") is null ? throw StrictNode.Mistake(list.Path, "none without upline, the nearest one", $"{ids.Length}") : ids;
    }

    private static string? BusinessKey(StrictNode node, string name, bool required)
    {
        var text = required ? node.Text(name) : node.OptionalText(name);
        if (text is null || (text.Length is > 0 and <= MaxBusinessKeyLength && text.All(c => c is >= ' ' and <= '~')))
            return text;
        throw StrictNode.Mistake(node.Path.Length == 0 ? name : $"{node.Path}.{name}", $"1 to {MaxBusinessKeyLength} printable ASCII characters", $"\"{text}\"");
    }

    private static AcknowledgementPayload Acknowledgement(StrictNode node)
    {
        AllowAlso(node, "consent", "ipCommitment", "key", "userAgentCommitment");
        return new AcknowledgementPayload(
            Deal(node), Actor(node), node.Time("time"), node.Hash("previous"), AttestedBy(node), null, node.Hash("consent"),
            node.OptionalBytes("key", MaxKeyBytes), node.OptionalHash("ipCommitment"), node.OptionalHash("userAgentCommitment"));
    }

    private static IntakePayload Intake(StrictNode node)
    {
        AllowAlso(node, "metOn");
        return new IntakePayload(
            Deal(node), Actor(node), node.Time("time"), node.Hash("previous"), AttestedBy(node), null, node.Date("metOn"));
    }

    private static SettlementPayload Settlement(StrictNode node)
    {
        AllowAlso(node, "bases", "currency", "settledOn", "settledValueMinor");
        return new SettlementPayload(
            Deal(node), Actor(node), node.Time("time"), node.Hash("previous"), AttestedBy(node), null,
            node.Date("settledOn"), Value(node), Bases(node));
    }

    private static Money Value(StrictNode node) => Currency.TryParse(node.Text("currency"), out var currency)
        ? new Money(node.Integer("settledValueMinor", 1, Money.MaxMinor), currency)
        : throw StrictNode.Mistake(node.Get("currency").Path, "a currency such as AUD", $"\"{node.Text("currency")}\"");

    private const int MaxBases = 20;

    private static BasisValue[] Bases(StrictNode node)
    {
        var bases = new List<BasisValue>();
        if (node.Find("bases") is not { } stated)
            return [.. bases];
        foreach (var (name, value) in stated.Members())
        {
            if (!Basis.IsName(name) || name is Basis.DealValue or Basis.Deal)
                throw StrictNode.Mistake(value.Path, $"a basis other than deal_value and deal: {Basis.ExpectedName}", $"\"{name}\"");
            bases.Add(new BasisValue(name, value.AsInteger(0, Money.MaxMinor)));
        }
        if (bases.Count == 0)
            throw StrictNode.Mistake(stated.Path, "at least one basis, or no such member", "{}");
        if (bases.Count > MaxBases)
            throw StrictNode.Mistake(stated.Path, $"at most {MaxBases} bases", $"{bases.Count}");
        bases.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return [.. bases];
    }

    private static OutcomePayload Outcome(StrictNode node)
    {
        AllowAlso(node, "key", "outcome");
        if (node.Text("outcome") != "confirmed")
            throw StrictNode.Mistake("payload.outcome", "\"confirmed\"", $"\"{node.Text("outcome")}\"");
        return new OutcomePayload(
            Deal(node), Actor(node), node.Time("time"), node.Hash("previous"), AttestedBy(node), null, node.OptionalBytes("key", MaxKeyBytes));
    }

    private static ClosingPayload Closing(HandshakeStep step, StrictNode node)
    {
        AllowAlso(node, "key", "reason");
        return new ClosingPayload(
            Deal(node), Actor(node), node.Time("time"), node.Hash("previous"), AttestedBy(node), null, step, Reason(node))
        {
            Key = node.OptionalBytes("key", MaxKeyBytes),
        };
    }

    /// <summary>History seldom says why.</summary>
    private static string LineReason(StrictNode node) => node.Find("reason") is null ? "unspecified" : Reason(node);

    private static string Reason(StrictNode node) =>
        node.Text("reason") is { Length: > 0 and <= 60 } reason && reason.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_')
            ? reason
            : throw StrictNode.Mistake(node.Get("reason").Path, "a reason code of 1 to 60 characters a–z, 0–9 and _ (no personal data)", $"\"{node.Text("reason")}\"");

    private static SignatureEnvelope Signature(StrictNode node)
    {
        switch (node.Text("alg"))
        {
            case "ES256":
                node.Allow("alg", "key", "signature");
                return new Es256Signature(node.Id<KeyId>("key"), node.Bytes("signature", 64));
            case "WEBAUTHN-ES256":
                node.Allow("alg", "key", "signature", "authenticatorData", "clientDataJSON");
                return new WebAuthnSignature(
                    node.Id<KeyId>("key"), node.Bytes("authenticatorData", 1024), node.Bytes("clientDataJSON", 4096), node.Bytes("signature", 80));
            case var other:
                throw StrictNode.Mistake("signature.alg", "ES256 or WEBAUTHN-ES256", $"\"{other}\"");
        }
    }

    private static BulkAttestation Attestation(StrictNode node)
    {
        node.Allow("key", "lines", "root", "service", "signature", "time", "version");
        node.Integer("version", 1, 1);
        return new BulkAttestation(
            node.Id<ContactId>("service"), node.Id<KeyId>("key"), (int)node.Integer("lines", 1, 100_000), node.Hash("root"),
            node.Time("time"), node.Bytes("signature", 64));
    }

    private static AttestedLine Line(StrictNode node)
    {
        node.Allow("key", "vertical", "product", "referrer", "upline", "furtherUplines", "receiver", "client", "currency", "referredOn", "acknowledgedOn",
            "intakeOn", "settledOn", "settledValueMinor", "bases", "completedOn", "withdrawnOn", "declinedOn", "reason");
        return new AttestedLine(
            BusinessKey(node, "key", required: true)!, node.Text("vertical"), node.Text("product"), node.Id<ContactId>("referrer"),
            node.OptionalId<ContactId>("upline"), node.Id<ContactId>("receiver"), node.Id<ContactId>("client"), node.Date("referredOn"),
            node.OptionalDate("acknowledgedOn"), node.OptionalDate("intakeOn"), LineSettlement(node), node.OptionalDate("completedOn"),
            LineClosing(node))
        {
            FurtherUplines = FurtherUplines(node),
        };
    }

    private static AttestedSettlement? LineSettlement(StrictNode node)
    {
        if (node.OptionalDate("settledOn") is { } settledOn)
            return new AttestedSettlement(settledOn, Value(node), Bases(node));
        foreach (var name in (ReadOnlySpan<string>)["settledValueMinor", "bases"])
        {
            if (node.Find(name) is not null)
                throw StrictNode.Mistake("settledOn", $"a date, for {name} is there", "nothing");
        }
        return null;
    }

    private static AttestedClosing? LineClosing(StrictNode node) => (node.OptionalDate("withdrawnOn"), node.OptionalDate("declinedOn")) switch
    {
        (null, null) => null,
        ({ } withdrawn, null) => new AttestedClosing(HandshakeStep.Withdrawal, withdrawn, LineReason(node)),
        (null, { } declined) => new AttestedClosing(HandshakeStep.Decline, declined, LineReason(node)),
        _ => throw StrictNode.Mistake("declinedOn", "either withdrawnOn or declinedOn", "both"),
    };
}
