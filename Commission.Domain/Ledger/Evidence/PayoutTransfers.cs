using Commission.Domain.Guarantees;
using Commission.Domain.Payouts;

namespace Commission.Domain.Ledger.Evidence;

/// <summary>Recognises the transfers of an item among entries of the ledger: by the engine when it makes a pack, and by whoever verifies it.</summary>
public static class PayoutTransfers
{
    private static readonly PayoutItemStatus[] Steps =
        [PayoutItemStatus.Submitted, PayoutItemStatus.Paid, PayoutItemStatus.Failed, PayoutItemStatus.Returned];

    /// <summary>Facts hashes that the item's transfers may have, with attempt and step.</summary>
    public static Dictionary<Hash, (int Attempt, string Step)> FactsOf(PayoutBatchId batch, PayoutItem item)
    {
        var facts = new Dictionary<Hash, (int, string)>();
        for (var attempt = 1; attempt <= PayoutReference.MaxAttempts; attempt++)
        {
            foreach (var step in Steps)
                facts[Hash.Of(PayoutEntries.FactsOf(batch, item, attempt, step))] = (attempt, step.ToString().ToLowerInvariant());
        }
        return facts;
    }

    /// <summary>The transfers, in the ledger's order; an entry that is none of the item's is left out.</summary>
    public static IReadOnlyList<PayoutTransfer> Of(PayoutBatchId batch, PayoutItem item, IEnumerable<EntryLeaf> entries)
    {
        var facts = FactsOf(batch, item);
        return
        [
            .. entries.Where(leaf => facts.ContainsKey(leaf.Entry.FactsHash))
                .Select(leaf => new PayoutTransfer(leaf, facts[leaf.Entry.FactsHash].Attempt, facts[leaf.Entry.FactsHash].Step)),
        ];
    }

    /// <summary>Why these cannot be all of the item's transfers up to some step, or null.</summary>
    /// <param name="batch">The batch, with who submitted it.</param>
    /// <param name="item">The item.</param>
    /// <param name="transfers">Its transfers.</param>
    public static string? Fault(PayoutBatchState batch, PayoutItem item, IReadOnlyList<PayoutTransfer> transfers)
    {
        if (transfers.Count == 0)
            return "it was never submitted";
        var booked = new BookedEntries();
        foreach (var transfer in transfers)
            booked.Add(new BookedEntry(transfer.Leaf.Entry, transfer.Leaf.Sequence));
        var last = transfers.Max(transfer => transfer.Attempt);
        for (var attempt = 1; attempt <= last; attempt++)
        {
            var steps = PayoutSteps.Of(batch, item, attempt, booked);
            if ((steps.PathFault(attempt, attempt < last ? "|sf|sr|spr" : "s|sp|sf|sr|spr") ?? steps.TransferFault(batch, item, attempt)) is { } fault)
                return fault;
        }
        return null;
    }
}
