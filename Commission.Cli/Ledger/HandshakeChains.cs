using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Ledger;

namespace Commission.Cli.Ledger;

/// <summary>
/// Each deal's handshakes, linked by their hashes. Leaves of one deal may stand in the book in another order than they were
/// made, so links are checked when all are in.
/// </summary>
internal sealed class HandshakeChains
{
    private readonly Dictionary<DealId, Dictionary<Hash, Hash>> _next = [];

    public int Count => _next.Count;

    /// <summary>Adds a handshake; returns what is wrong with it, or null.</summary>
    public string? Add(HandshakeLeaf leaf)
    {
        var deal = leaf.Handshake.Deal;
        using var payload = JsonDocument.Parse(leaf.Handshake.Payload);
        if (payload.RootElement.GetProperty("deal").GetString() != deal.ToString())
            return $"leaf {leaf.Sequence}: its payload is of another deal";
        if (!Hash.TryParse(payload.RootElement.GetProperty("previous").GetString(), out var previous))
            return $"leaf {leaf.Sequence}: its payload names no previous hash";
        if (!_next.TryGetValue(deal, out var links))
            _next[deal] = links = [];
        return links.TryAdd(previous, leaf.Hash) ? null : $"leaf {leaf.Sequence}: two handshakes of {deal} follow the same one";
    }

    /// <summary>The first deal whose handshakes are no single chain from its intent, or null.</summary>
    public string? Fault()
    {
        foreach (var (deal, links) in _next)
        {
            var (hash, length) = (Hash.Zero, 0);
            for (; links.TryGetValue(hash, out var next) && length <= links.Count; length++)
                hash = next;
            if (length != links.Count)
                return $"the handshakes of {deal} are no chain: {length} of {links.Count} link up";
        }
        return null;
    }
}
