using Commission.Domain.Deals;
using Commission.Domain.Ledger;

namespace Commission.Domain.Guarantees;

/// <summary>An entry with the facts that are stored beside it.</summary>
/// <param name="Leaf">The entry.</param>
/// <param name="Facts">Canonical facts, with the first entry of a calculation.</param>
public sealed record StoredEntry(EntryLeaf Leaf, byte[]? Facts);

/// <summary>All that the books hold of one deal.</summary>
/// <param name="Deal">The deal.</param>
/// <param name="HandshakeLeaves">Its leaves of the handshakes book, in the book's order.</param>
/// <param name="Entries">Its entries of the ledger, in the book's order.</param>
/// <param name="HandshakesWait">Whether more handshakes stand in the outbox.</param>
/// <param name="EntriesWait">Whether more entries stand in the outbox.</param>
public sealed record DealDossier(
    DealId Deal, IReadOnlyList<HandshakeLeaf> HandshakeLeaves, IReadOnlyList<StoredEntry> Entries, bool HandshakesWait, bool EntriesWait)
{
    /// <summary>The handshakes as they link up, from the intent on.</summary>
    public IReadOnlyList<StoredHandshake> Chain { get; private set; } = [];

    /// <summary>What cannot be read, and what does not link up.</summary>
    public IReadOnlyList<Violation> Faults { get; private set; } = [];

    /// <summary>The intent, or null.</summary>
    public StatedIntent? Intent => Chain.Count > 0 ? Chain[0].Intent : null;

    /// <summary>The settlement, or null.</summary>
    public StatedSettlement? Settlement => Chain.FirstOrDefault(handshake => handshake.Settlement is not null)?.Settlement;

    /// <summary>Whether the five handshakes are there.</summary>
    public bool IsComplete => Chain.Count == 5 && Chain.Select(handshake => handshake.Leaf.Handshake.Step).SequenceEqual(
        [HandshakeStep.Intent, HandshakeStep.Acknowledgement, HandshakeStep.Intake, HandshakeStep.Settlement, HandshakeStep.Outcome]);

    /// <summary>Reads and links the handshakes.</summary>
    public DealDossier Link()
    {
        var (byPrevious, faults) = (new Dictionary<Hash, StoredHandshake>(), new List<Violation>());
        foreach (var leaf in HandshakeLeaves)
        {
            var (handshake, fault) = StoredHandshake.Read(leaf);
            if (handshake is null)
                faults.Add(new Violation(Where(leaf), fault!));
            else if (handshake.Deal != Deal.ToString() || handshake.Step != leaf.Handshake.Step.Name())
                faults.Add(new Violation(Where(leaf), $"it is filed as {leaf.Handshake.Step.Name()} of {Deal}, its payload says {handshake.Step} of {handshake.Deal}"));
            else if (!byPrevious.TryAdd(handshake.Previous, handshake))
                faults.Add(new Violation(Where(leaf), $"two handshakes of {Deal} follow the same one"));
        }
        var (chain, at) = (new List<StoredHandshake>(), Hash.Zero);
        while (chain.Count < byPrevious.Count && byPrevious.TryGetValue(at, out var next))
        {
            chain.Add(next);
            at = next.Hash;
        }
        if (chain.Count < byPrevious.Count && !HandshakesWait)
            faults.Add(new Violation($"{Deal}", $"its handshakes are no chain: {chain.Count} of {byPrevious.Count} link up"));
        (Chain, Faults) = (chain, faults);
        return this;
    }

    internal static string Where(Leaf leaf) => $"{leaf.Book} leaf {leaf.Sequence}";
}
