using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Evidence;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;

namespace Commission.Api.Ledger;

/// <summary>Gathers what proves one item of a payout batch, and nothing of the others but the hashes on its path.</summary>
internal sealed class PayoutEvidence(PayoutQueries payouts, PayoutEvidenceQueries evidence, EvidenceAssembly assembly, IGrainFactory grains)
{
    public async Task<PayoutPack> OfItemAsync(PayoutBatchId batch, int number, CancellationToken cancellationToken)
    {
        var state = await grains.GetGrain<IPayoutBatchGrain>(batch.ToString()).Get()
            ?? throw new ProblemException(new Refusal(RefusalCodes.UnknownPayout, $"There is no payout batch {batch}.", "id"));
        var (hasher, leaves, item, index) = (new BatchHasher(batch, state.Rail, state.Currency), new List<Hash>(), (PayoutItem?)null, -1);
        await foreach (var row in payouts.ReadItemsAsync(batch, cancellationToken))
        {
            if (!state.Approved(row.Item))
                continue;
            if (row.Item.Number == number)
                (item, index) = (row.Item, leaves.Count);
            hasher.Add(row.Item with { Status = PayoutItemStatus.Pending });
            leaves.Add(row.Item.Leaf);
        }
        if (item is null)
            throw new ProblemException(new Refusal(RefusalCodes.UnknownItem, $"{batch} has no item {number}, or it was taken out before the approval.", "number"));
        if (item.Submission == Hash.Zero && item.Attempt == 1)
            throw new ProblemException(new Refusal(RefusalCodes.WrongState, $"Item {number} is {item.Status}: no money has moved that could be proved.", "number"));
        if (hasher.Header().Hash != state.ApprovedHash)
            throw new ProblemException(new Refusal(RefusalCodes.WrongState, $"{batch} was approved in a form that proves no single item.", "id"));
        return await PackAsync(state, hasher.Header(), item, index, MerkleTree.AuditPath([.. leaves], index), cancellationToken);
    }

    private async Task<PayoutPack> PackAsync(
        PayoutBatchState state, BatchHeader header, PayoutItem item, int index, Hash[] path, CancellationToken cancellationToken)
    {
        var lines = await evidence.ReadLinesAsync(state.Id, item.Number, cancellationToken);
        var facts = PayoutTransfers.FactsOf(state.Id, item);
        var stored = await evidence.ReadTransfersAsync(
            state.Id, facts.Where(one => one.Value.Attempt <= item.Attempt).Select(one => one.Key), cancellationToken);
        var paid = lines.ConvertAll(line => (EntryLeaf)LeafEncoding.Decode(line.Bytes));
        var transfers = PayoutTransfers.Of(state.Id, item, stored.ConvertAll(bytes => (EntryLeaf)LeafEncoding.Decode(bytes)));

        // Texts of later acts may be about other payees.
        var acts = (await assembly.ActsAsync(state.Id.Value, cancellationToken)).FindAll(act => ActOf(act.Bytes) is >= AdministrativeAct.PayoutDrafted
            and <= AdministrativeAct.PayoutSubmitted);
        var approver = acts.Select(act => ActRecord.Read(((ActLeaf)LeafEncoding.Decode(act.Bytes)).Act)!)
            .LastOrDefault(act => act.Act == AdministrativeAct.PayoutApproved)?.Actor;

        // What the rows say has happened may still be on its way to the books.
        if (approver is null || !acts.Exists(act => ActOf(act.Bytes) == AdministrativeAct.PayoutSubmitted)
            || PayoutTransfers.Fault(state, item, transfers) is not null || !HasAll(state, item, transfers))
            throw EvidenceAssembly.NotCovered(Books.Ledger);
        List<(long Index, byte[] Bytes)> entries =
            [.. lines.Select(line => (line.Sequence, line.Bytes)), .. transfers.Zip(stored, (transfer, bytes) => (transfer.Leaf.Sequence, bytes))];
        EvidenceBook[] books =
        [
            await assembly.BookAsync(Books.Administration, acts, cancellationToken),
            await assembly.BookAsync(Books.Ledger, [.. entries.DistinctBy(entry => entry.Index)], cancellationToken),
        ];
        return new PayoutPack(
            books, header, item, index, path, lines.ConvertAll(line => new PaidLine(line.Sequence, line.AmountMinor)),
            PayoutStatement.Of(header, item, paid, transfers, approver));
    }

    private static AdministrativeAct ActOf(byte[] leaf) => ((ActLeaf)LeafEncoding.Decode(leaf)).Act.Act;

    private static bool HasAll(PayoutBatchState state, PayoutItem item, IReadOnlyList<PayoutTransfer> transfers)
    {
        var booked = new BookedEntries();
        foreach (var transfer in transfers)
            booked.Add(new BookedEntry(transfer.Leaf.Entry, transfer.Leaf.Sequence));
        return PayoutSteps.Of(state, item, item.Attempt, booked).Fault(item, item.Attempt) is null;
    }
}
