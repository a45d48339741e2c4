using Commission.Domain.Ledger;
using Commission.Domain.Payouts;

namespace Commission.Domain.Guarantees;

/// <summary>A transfer of the ledger for a payout or a dispute: posted, or on its way to the book.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Place">Its leaf; null while it waits.</param>
public readonly record struct BookedEntry(EntryDraft Entry, long? Place)
{
    /// <summary>Where to look for it.</summary>
    public string Where => Place is { } place ? $"{Books.Ledger} leaf {place}" : "an entry in the outbox";
}

/// <summary>What the ledger has of one batch or dispute, by the facts that caused it. What is taken is accounted for.</summary>
public sealed class BookedEntries
{
    private readonly Dictionary<Hash, List<BookedEntry>> _byFacts = [];

    /// <summary>Adds an entry.</summary>
    public void Add(BookedEntry booked)
    {
        if (!_byFacts.TryGetValue(booked.Entry.FactsHash, out var entries))
            _byFacts[booked.Entry.FactsHash] = entries = new List<BookedEntry>(1);
        entries.Add(booked);
    }

    /// <summary>Takes what one cause left, by ordinal; nothing when it left nothing.</summary>
    public IReadOnlyList<BookedEntry> Take(Hash facts)
    {
        if (!_byFacts.Remove(facts, out var entries))
            return [];
        entries.Sort((a, b) => (a.Entry.Ordinal, a.Place ?? long.MaxValue).CompareTo((b.Entry.Ordinal, b.Place ?? long.MaxValue)));
        return entries;
    }

    /// <summary>What nobody accounted for.</summary>
    public IEnumerable<BookedEntry> Rest => _byFacts.Values.SelectMany(entries => entries);
}

/// <summary>What a rail has of one attempt of an item.</summary>
/// <param name="Reference">The reference by which the rail knows it.</param>
/// <param name="AmountMinor">What it pays, all records of it together.</param>
/// <param name="Outcome">done, refused, or null while nobody knows; a file's is null.</param>
/// <param name="ReversedMinor">What of it went back.</param>
/// <param name="Part">The file that it is in; null for Stripe.</param>
/// <param name="Account">The account that it pays: BSB and number, or Stripe's id.</param>
/// <param name="IsTold">Whether the batch knows all of it; what it does not know yet, it is told within seconds.</param>
public sealed record RailRecord(
    string Reference, long AmountMinor, string? Outcome, long ReversedMinor, int? Part, string? Account, bool IsTold = true);

/// <summary>A ledger entry that an item says it pays.</summary>
/// <param name="Place">Its place among the item's lines, from 1.</param>
/// <param name="Entry">Leaf hash that the line names.</param>
/// <param name="AmountMinor">What it adds to what is owed.</param>
/// <param name="Holds">Whether it keeps other payouts from paying it.</param>
/// <param name="Hash">The hash of the leaf at the place that it names; null when there is none.</param>
/// <param name="Leaf">That leaf, if it is an entry of the ledger.</param>
public sealed record PayoutLineDossier(int Place, Hash Entry, long AmountMinor, bool Holds, Hash? Hash, EntryLeaf? Leaf);

/// <summary>An item with all that is stored beside it.</summary>
/// <param name="Item">Its row.</param>
/// <param name="FilePart">The file that its row names.</param>
/// <param name="Lines">Its lines, by place.</param>
/// <param name="Account">BSB and number of the account that was approved, where it is still the payee's; null otherwise.</param>
public sealed record PayoutItemDossier(PayoutItem Item, int? FilePart, IReadOnlyList<PayoutLineDossier> Lines, string? Account);
