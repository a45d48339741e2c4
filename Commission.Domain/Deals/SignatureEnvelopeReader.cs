namespace Commission.Domain.Deals;

/// <summary>Reads envelopes as they stand in leaves, of every kind.</summary>
public static class SignatureEnvelopeReader
{
    private const int MaxLineBytes = 16 * 1024;
    private const int MaxPathHashes = 64;
    private const int MaxLines = 100_000;

    /// <summary>Reads an envelope's canonical bytes.</summary>
    /// <exception cref="FormatException">They are no envelope; the message says why.</exception>
    public static SignatureEnvelope Read(byte[] bytes)
    {
        using var json = CanonicalJson.Parse(bytes);
        SignatureEnvelope envelope;
        try
        {
            envelope = Read(new StrictNode(json.RootElement, "envelope"));
        }
        catch (StrictJsonException mistake)
        {
            throw new FormatException(mistake.Refusal.Text, mistake);
        }
        return envelope.ToCanonical().AsSpan().SequenceEqual(bytes) ? envelope : throw new FormatException("The envelope is not in canonical form.");
    }

    private static SignatureEnvelope Read(StrictNode node)
    {
        switch (node.Text("alg"))
        {
            case "ES256-BULK":
                node.Allow("alg", "index", "key", "line", "lines", "path", "root", "service", "signature", "time");
                var attestation = new BulkAttestation(
                    node.Id<ContactId>("service"), node.Id<KeyId>("key"), (int)node.Integer("lines", 1, MaxLines), node.Hash("root"), node.Time("time"),
                    node.Bytes("signature", 64));
                return new BulkSignature(attestation, (int)node.Integer("index", 0, MaxLines), Path(node), node.Bytes("line", MaxLineBytes));
            case "ES256-BULK-LINE":
                node.Allow("alg", "line");
                return new BulkLineSignature(node.Hash("line"));
            case "none":
                node.Allow("alg", "by");
                return new EngineSignature();
            default:
                var (signature, refusal) = HandshakePayloadReader.ReadSignature(node.Element);
                return signature ?? throw new FormatException(refusal!.Text);
        }
    }

    private static Hash[] Path(StrictNode node)
    {
        var bytes = node.Bytes("path", MaxPathHashes * Hash.Size);
        if (bytes.Length % Hash.Size != 0)
            throw StrictNode.Mistake($"{node.Path}.path", "whole hashes", $"{bytes.Length} bytes");
        var path = new Hash[bytes.Length / Hash.Size];
        for (var i = 0; i < path.Length; i++)
            path[i] = new Hash(bytes.AsSpan(i * Hash.Size, Hash.Size));
        return path;
    }
}
