using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Disputes;
using Commission.Domain.Ledger;

namespace Commission.Storage.Payouts;

/// <summary>
/// The calculated entries that the tax of others follows: what a dispute decides changes the price of the commission that was contested, so
/// it has the GST and the withholding of that.
/// </summary>
public sealed class TaxBases
{
    private readonly Dictionary<(DealId Dispute, Hash Opening), EntryDraft> _contested = [];

    internal void Add(DisputeId dispute, ContactId member, byte[] leaf)
    {
        var entry = ((EntryLeaf)LeafEncoding.Decode(leaf)).Entry;
        var minor = entry.Credit == Accounts.Payable(member) ? entry.Amount.Minor : -entry.Amount.Minor;
        var contested = new ContestedEntry(MerkleTree.LeafHash(leaf), entry.Deal, "", new Money(minor, entry.Amount.Currency), false);
        _contested.Add((DealId.From(dispute.Value), DisputeEntries.Opening(dispute, contested)), entry);
    }

    /// <summary>The entry whose rules and deal decide: itself, unless a dispute decided it.</summary>
    /// <exception cref="InvalidDataException">Nobody contested what the entry changes.</exception>
    public EntryDraft Of(EntryDraft entry)
    {
        while (entry.Kind == EntryKind.DisputeAdjustment)
        {
            entry = _contested.GetValueOrDefault((entry.Deal, entry.Corrects))
                ?? throw new InvalidDataException($"An entry of {new DisputeId(entry.Deal.Value)} changes what it was not about.");
        }
        return entry;
    }
}
