using System.Text.Json;
using Commission.Domain.Ledger;

namespace Commission.Domain.Deals;

/// <summary>The order of a deal's handshakes. Their leaves may stand in the book in another order than they were made.</summary>
public static class HandshakeChain
{
    /// <summary>The handshakes from the intent on, each naming the hash of the one before; null when they are no single chain.</summary>
    /// <param name="leaves">The handshakes of one deal, in any order.</param>
    public static IReadOnlyList<HandshakeLeaf>? Order(IReadOnlyCollection<HandshakeLeaf> leaves)
    {
        var next = new Dictionary<Hash, HandshakeLeaf>();
        foreach (var leaf in leaves)
        {
            if (PreviousOf(leaf.Handshake.Payload) is not { } previous || !next.TryAdd(previous, leaf))
                return null;
        }
        var chain = new List<HandshakeLeaf>();
        for (var hash = Hash.Zero; next.Remove(hash, out var leaf); hash = leaf.Hash)
            chain.Add(leaf);
        return chain.Count == leaves.Count ? chain : null;
    }

    private static Hash? PreviousOf(byte[] payload)
    {
        try
        {
            using var json = CanonicalJson.Parse(payload);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("previous", out var previous) && previous.ValueKind == JsonValueKind.String
                && Hash.TryParse(CanonicalJson.TextOf(previous, "previous"), out var hash)
                    ? hash
                    : null;
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
