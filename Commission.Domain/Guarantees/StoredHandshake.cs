using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;

namespace Commission.Domain.Guarantees;

/// <summary>A handshake as its leaf has it: payload and envelope read back from their bytes.</summary>
/// <param name="Leaf">The leaf.</param>
/// <param name="Hash">The handshake's hash, computed again.</param>
/// <param name="Step">The step that the payload names.</param>
/// <param name="Deal">The deal that the payload names.</param>
/// <param name="Actor">Whose statement it is.</param>
/// <param name="AttestedBy">The service that signed in the actor's place, or null.</param>
/// <param name="Time">When it was made.</param>
/// <param name="Previous">The handshake before.</param>
/// <param name="Line">The bulk line it was taken from, or null.</param>
/// <param name="BroughtKey">The key that a client brought, or null.</param>
/// <param name="Envelope">The signature.</param>
public sealed record StoredHandshake(
    HandshakeLeaf Leaf, Hash Hash, string Step, string Deal, ContactId Actor, ContactId? AttestedBy, DateTimeOffset Time, Hash Previous, Hash? Line,
    byte[]? BroughtKey, SignatureEnvelope Envelope)
{
    private const int MaxKeyBytes = 200;

    /// <summary>The intent's own fields; null in any other step.</summary>
    public StatedIntent? Intent { get; private init; }

    /// <summary>The settlement's own fields; null in any other step.</summary>
    public StatedSettlement? Settlement { get; private init; }

    /// <summary>Reads a leaf; the text says what cannot be read.</summary>
    public static (StoredHandshake? Handshake, string? Fault) Read(HandshakeLeaf leaf)
    {
        try
        {
            if (!CanonicalJson.Canonicalize(leaf.Handshake.Payload).AsSpan().SequenceEqual(leaf.Handshake.Payload))
                return (null, "its payload is not in canonical form");
            using var payload = CanonicalJson.Parse(leaf.Handshake.Payload);
            var node = new StrictNode(payload.RootElement, "payload");
            var envelope = StoredEnvelope.Read(leaf.Handshake.Envelope);
            return (new StoredHandshake(
                leaf, leaf.Hash, node.Text("handshake"), node.Text("deal"), node.Id<ContactId>("actor"), node.OptionalId<ContactId>("attestedBy"),
                node.Time("time"), node.Hash("previous"), node.OptionalHash("line"), node.OptionalBytes("key", MaxKeyBytes), envelope)
            {
                Intent = leaf.Handshake.Step == HandshakeStep.Intent ? StatedIntent.Read(node) : null,
                Settlement = leaf.Handshake.Step == HandshakeStep.Settlement ? StatedSettlement.Read(node) : null,
            }, null);
        }
        catch (StrictJsonException mistake)
        {
            return (null, mistake.Refusal.Text);
        }
        catch (FormatException mistake)
        {
            return (null, mistake.Message);
        }
    }
}

/// <summary>What an intent states.</summary>
/// <param name="Vertical">Vertical code.</param>
/// <param name="Product">Product code.</param>
/// <param name="Receiver">The receiving member.</param>
/// <param name="Client">The client.</param>
/// <param name="ClientCommitment">All that is said of the client as a person.</param>
/// <param name="ReferredOn">The referral date.</param>
/// <param name="Uplines">The referrer's uplines, nearest first.</param>
public sealed record StatedIntent(
    string Vertical, string Product, ContactId Receiver, ContactId Client, Hash ClientCommitment, DateOnly ReferredOn, IReadOnlyList<ContactId> Uplines)
{
    internal static StatedIntent Read(StrictNode node)
    {
        var further = node.Find("furtherUplines") is { } list ? list.Items().Select(item => item.AsId<ContactId>()).ToArray() : [];
        return new StatedIntent(
            node.Text("vertical"), node.Text("product"), node.Id<ContactId>("receiver"), node.Id<ContactId>("client"), node.Hash("clientCommitment"),
            node.Date("referredOn"), node.OptionalId<ContactId>("upline") is { } nearest ? [nearest, .. further] : []);
    }
}

/// <summary>What a settlement states.</summary>
/// <param name="Value">The settled value.</param>
/// <param name="On">The settlement date.</param>
/// <param name="Bases">Further bases.</param>
public sealed record StatedSettlement(Money Value, DateOnly On, IReadOnlyDictionary<string, long> Bases)
{
    internal static StatedSettlement Read(StrictNode node)
    {
        var currency = Currency.TryParse(node.Text("currency"), out var known)
            ? known
            : throw StrictNode.Mistake("payload.currency", "a currency", node.Text("currency"));
        var bases = new SortedDictionary<string, long>(StringComparer.Ordinal);
        if (node.Find("bases") is { } stated)
        {
            foreach (var (name, value) in stated.Members())
                bases[name] = value.AsInteger(0, Money.MaxMinor);
        }
        return new StatedSettlement(new Money(node.Integer("settledValueMinor", 1, Money.MaxMinor), currency), node.Date("settledOn"), bases);
    }
}

/// <summary>Reads the envelopes that stand in leaves: docs/formats/handshake.md.</summary>
public static class StoredEnvelope
{
    private const int MaxLineBytes = 64 * 1024;
    private const int MaxPathBytes = 64 * Hash.Size;

    /// <summary>Reads an envelope; what is read gives the same bytes again.</summary>
    /// <exception cref="FormatException">The bytes are no envelope.</exception>
    public static SignatureEnvelope Read(byte[] bytes)
    {
        try
        {
            using var json = CanonicalJson.Parse(bytes);
            var envelope = Read(new StrictNode(json.RootElement, "envelope"));
            return envelope.ToCanonical().AsSpan().SequenceEqual(bytes) ? envelope : throw new FormatException("The envelope is not in canonical form.");
        }
        catch (StrictJsonException mistake)
        {
            throw new FormatException(mistake.Refusal.Text, mistake);
        }
    }

    private static SignatureEnvelope Read(StrictNode node) => node.Text("alg") switch
    {
        "ES256" => new Es256Signature(node.Id<KeyId>("key"), node.Bytes("signature", 64)),
        "WEBAUTHN-ES256" => new WebAuthnSignature(
            node.Id<KeyId>("key"), node.Bytes("authenticatorData", 1024), node.Bytes("clientDataJSON", 4096), node.Bytes("signature", 80)),
        "ES256-BULK" => Bulk(node),
        "ES256-BULK-LINE" => new BulkLineSignature(node.Hash("line")),
        "none" => new EngineSignature(),
        var other => throw new FormatException($"There is no signature algorithm '{other}'."),
    };

    private static BulkSignature Bulk(StrictNode node)
    {
        var path = node.Bytes("path", MaxPathBytes);
        if (path.Length % Hash.Size != 0)
            throw new FormatException("A bulk signature's path is no list of hashes.");
        var attestation = new BulkAttestation(
            node.Id<ContactId>("service"), node.Id<KeyId>("key"), (int)node.Integer("lines", 1, 100_000), node.Hash("root"), node.Time("time"),
            node.Bytes("signature", 64));
        return new BulkSignature(
            attestation, (int)node.Integer("index", 0, 100_000), [.. path.Chunk(Hash.Size).Select(hash => new Hash(hash))], node.Bytes("line", MaxLineBytes));
    }
}
