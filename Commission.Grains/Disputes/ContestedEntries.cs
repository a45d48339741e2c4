using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Disputes;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Disputes;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Disputes;

namespace Commission.Grains.Disputes;

/// <summary>Finds what a dispute is about, and takes it out of the drafts of payouts. What was submitted stays there.</summary>
internal sealed class ContestedEntries(IGrainFactory grains)
{
    private const int Attempts = 3;

    /// <summary>The entries with their rows, in the order of the request; or why they cannot be disputed.</summary>
    public async Task<(IReadOnlyList<(DisputableEntry Row, ContestedEntry Contested)> Entries, Refusal? Refusal)> ReadAsync(
        DisputeTransaction transaction, DisputeId dispute, DisputeRequest request)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (entries, refusal) = Match(await transaction.ReadEntriesAsync(request.Entries), request);
            if (refusal is not null)
                return ([], refusal);
            var drafted = entries.Where(entry => entry.Row.BatchStatus is PayoutBatchStatus.Draft or PayoutBatchStatus.Approved)
                .Select(entry => (Batch: entry.Row.Batch!.Value, entry.Row.Item)).Distinct().ToArray();
            if (drafted.Length == 0)
                return (entries, null);
            foreach (var (batch, item) in drafted)
            {
                await grains.GetGrain<IPayoutBatchGrain>(batch.ToString()).Remove(
                    item, $"{dispute} contests it", null, RequestFingerprint.Of(dispute.ToString(), $"{batch}:{item}", "remove", []));
            }
        }
        return ([], new Refusal(RefusalCodes.Busy, "A payout that has the entries is changing. Nothing was done; try again."));
    }

    private static (IReadOnlyList<(DisputableEntry Row, ContestedEntry Contested)> Entries, Refusal? Refusal) Match(
        IReadOnlyList<DisputableEntry> rows, DisputeRequest request)
    {
        var matched = new List<(DisputableEntry, ContestedEntry)>(rows.Count);
        foreach (var (index, sequence) in request.Entries.Index())
        {
            var row = rows.FirstOrDefault(row => row.Sequence == sequence);
            if (row is null || Contest(row, request.Member) is not { } contested)
            {
                return ([], new Refusal(
                    RefusalCodes.InvalidField,
                    $"entries[{index}] must be the place of an accrual, adjustment or clawback of {request.Member} in the ledger; {sequence} is none.",
                    $"entries[{index}]"));
            }
            if (row.Dispute is { } other)
                return ([], new Refusal(RefusalCodes.AlreadyExists, $"{other} is about entry {sequence} already.", $"entries[{index}]", other.ToString()));
            matched.Add((row, contested));
        }
        return (matched, null);
    }

    private static ContestedEntry? Contest(DisputableEntry row, ContactId member)
    {
        if (LeafEncoding.Decode(row.Bytes) is not EntryLeaf { Entry: var entry } || !(entry.Kind.IsCalculated() || entry.Kind == EntryKind.DisputeAdjustment))
            return null;
        var payable = Accounts.Payable(member);
        var other = entry.Credit == payable ? entry.Debit : entry.Debit == payable ? entry.Credit : null;
        if (other?.StartsWith(Accounts.ReceivablePrefix, StringComparison.Ordinal) != true)
            return null;
        var minor = entry.Credit == payable ? entry.Amount.Minor : -entry.Amount.Minor;
        return new ContestedEntry(
            MerkleTree.LeafHash(row.Bytes), entry.Deal, other[Accounts.ReceivablePrefix.Length..], new Money(minor, entry.Amount.Currency),
            row.BatchStatus is not (PayoutBatchStatus.Submitted or PayoutBatchStatus.Settled));
    }
}
