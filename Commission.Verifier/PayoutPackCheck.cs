using System.Text.Json;
using Commission.Domain;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Evidence;
using Commission.Domain.Payouts;
using static Commission.Verifier.Findings;

namespace Commission.Verifier;

/// <summary>An item of a payout: it was approved by somebody else than its makers, it pays its entries, and the ledger moved just that.</summary>
internal static class PayoutPackCheck
{
    public static void Verify(PayoutPack pack, PackLeaves leaves, Findings findings)
    {
        var (header, item) = (pack.Header, pack.Item);
        Require(
            MerkleTree.RootFromPath(item.Leaf, pack.Index, header.Items, [.. pack.Path]) == header.ItemsRoot, Failure.Inclusion,
            $"Item {item.Number} is not in the batch of {header.Items} items that the pack names.");
        var (approver, submitter) = Authority(header, leaves.Acts);
        var paid = Paid(pack, leaves.Entries);
        var transfers = PayoutTransfers.Of(header.Batch, item, leaves.Entries);
        var state = new PayoutBatchState { Id = header.Batch, Rail = header.Rail, Currency = header.Currency, Submitter = submitter };
        var fault = PayoutTransfers.Fault(state, item, transfers);
        Require(fault is null, Failure.Calculation, $"The ledger does not show what item {item.Number} moves: {fault}.");
        Require(
            paid.Concat(transfers.Select(transfer => transfer.Leaf)).Distinct().Count() == leaves.Entries.Count && leaves.Handshakes.Count == 0,
            Failure.Completeness, "The pack holds leaves that are no part of the item.");
        var statement = PayoutStatement.Of(header, item, paid, transfers, approver);
        Require(statement.AsSpan().SequenceEqual(pack.Statement), Failure.Statement, "What the pack says to people is not what its leaves say.");
        using var said = JsonDocument.Parse(statement);
        findings.Shown.Add($"{header.Batch}: item {item.Number} is one of the {header.Items} that were approved");
        findings.Shown.Add(said.RootElement.GetProperty("text").GetString()!.TrimEnd('\n'));
        findings.NotShown.AddRange(
        [
            "whose account the destination is: the engine's register of accounts says so",
            "that the bank paid: its statement says so",
            "that no later step follows, and no other payout pays these entries: only the whole book shows that (commission-verify book)",
            "what the paid entries rest on: each has an evidence pack of its own",
        ]);
    }

    /// <summary>Who approved and who submitted; the act that approved names the batch as the pack has it.</summary>
    private static (string Approver, ContactId Submitter) Authority(BatchHeader header, List<ActLeaf> leaves)
    {
        Require(leaves.All(leaf => leaf.Act.Subject == header.Batch.Value), Failure.Authority, "The pack holds acts that are not about the batch.");
        var acts = leaves.Select(leaf => ActRecord.Read(leaf.Act)).OfType<ActRecord>().ToList();
        var last = acts.FindLastIndex(act => act.Act is AdministrativeAct.PayoutDrafted or AdministrativeAct.PayoutEdited);
        var approved = acts.FindLastIndex(act => act.Act == AdministrativeAct.PayoutApproved);
        var submitted = acts.FindIndex(act => act.Act == AdministrativeAct.PayoutSubmitted);
        Require(
            acts.Count == leaves.Count && acts.FindIndex(act => act.Act == AdministrativeAct.PayoutDrafted) == 0 && last < approved && approved < submitted,
            Failure.Authority, "The pack does not show that the batch was drafted, approved after its last change, and submitted.");
        Require(
            acts[approved].Text("hash") == header.Hash.ToString() && acts[last].Text("hash") == header.Hash.ToString(), Failure.Authority,
            "What was approved is not the batch that the pack names.");
        var approver = acts[approved].Actor;
        Require(
            acts.Take(last + 1).Where(act => act.Act != AdministrativeAct.PayoutApproved).All(act => act.Actor != approver), Failure.Authority,
            "The batch was approved by one of its makers.");
        return TypedId.TryParse<ContactId>(acts[submitted].Actor, out var submitter)
            ? (approver, submitter)
            : throw new VerificationException(Failure.Authority, "Nobody submitted the batch.");
    }

    private static List<EntryLeaf> Paid(PayoutPack pack, List<EntryLeaf> entries)
    {
        var (item, account) = (pack.Item, Accounts.Payable(pack.Item.Payee));
        var paid = new List<EntryLeaf>(pack.Lines.Count);
        foreach (var line in pack.Lines)
        {
            var leaf = entries.Find(leaf => leaf.Sequence == line.Sequence);
            Require(leaf is not null, Failure.Completeness, $"The pack does not hold entry {line.Sequence}, which the item pays.");
            Require(
                (leaf!.Entry.Kind.IsCalculated() || leaf.Entry.Kind == EntryKind.DisputeAdjustment) && leaf.Entry.Amount.Currency == pack.Header.Currency
                && PayoutStatement.Owed(leaf, account) == line.AmountMinor,
                Failure.Calculation, $"Entry {line.Sequence} does not owe {line.AmountMinor} to {account}.");
            paid.Add(leaf);
        }
        Require(paid.Distinct().Count() == paid.Count, Failure.Calculation, "The item pays an entry twice.");
        var hash = PayoutLines.HashOf(paid.Zip(pack.Lines, (leaf, line) => (MerkleTree.LeafHash(LeafEncoding.Encode(leaf)), line.AmountMinor)));
        Require(
            paid.Count == item.Lines && hash == item.LinesHash && pack.Lines.Sum(line => (decimal)line.AmountMinor) == item.Amounts.AmountMinor,
            Failure.Calculation, "The entries in the pack are not those that the item pays.");
        return paid;
    }
}
