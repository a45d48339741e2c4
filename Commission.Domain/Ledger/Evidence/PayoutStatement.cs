using System.Globalization;
using Commission.Domain.Amounts;
using Commission.Domain.Payouts;

namespace Commission.Domain.Ledger.Evidence;

/// <summary>A transfer of an item, with the step of the attempt that made it.</summary>
/// <param name="Leaf">The entry.</param>
/// <param name="Attempt">Which attempt, from 1.</param>
/// <param name="Step">submitted, paid, failed or returned.</param>
public sealed record PayoutTransfer(EntryLeaf Leaf, int Attempt, string Step);

/// <summary>What a payout pack says to people, made from what it proves: docs/formats/pack.md, "Payouts".</summary>
public static class PayoutStatement
{
    /// <summary>The statement's canonical bytes.</summary>
    /// <param name="header">The batch.</param>
    /// <param name="item">The item.</param>
    /// <param name="paid">The entries that it pays, in the order of its lines.</param>
    /// <param name="transfers">Its transfers, in the ledger's order.</param>
    /// <param name="approver">Who approved the batch.</param>
    public static byte[] Of(
        BatchHeader header, PayoutItem item, IReadOnlyList<EntryLeaf> paid, IReadOnlyList<PayoutTransfer> transfers, string approver)
    {
        var account = Accounts.Payable(item.Payee);
        Money Money(long minor) => new(minor, header.Currency);
        string[] sentences =
        [
            .. paid.Select(leaf => string.Create(
                CultureInfo.InvariantCulture,
                $"{EvidenceStatement.Date(leaf.Entry.EffectiveOn)}: {Money(Owed(leaf, account))} {EvidenceStatement.Kind(leaf)} for {account}, entry {leaf.Sequence} of the ledger.")),
            $"Item {item.Number} of {header.Batch}: {Money(item.Amounts.AmountMinor)}, with GST of {Money(item.Amounts.GstMinor)}, "
            + $"less {Money(item.Amounts.WithheldMinor)} withheld: {Money(item.Amounts.PayMinor)} by {header.Rail.ToString().ToLowerInvariant()}.",
            $"Approved by {approver}.",
            .. transfers.Select(transfer => string.Create(
                CultureInfo.InvariantCulture,
                $"{EvidenceStatement.Date(transfer.Leaf.Entry.EffectiveOn)}: attempt {transfer.Attempt} {transfer.Step}, {transfer.Leaf.Entry.Amount} from "
                + $"{transfer.Leaf.Credit.Account} to {transfer.Leaf.Debit.Account}, entry {transfer.Leaf.Sequence} of the ledger.")),
        ];
        return new CanonicalObject()
            .Add("payMinor", item.Amounts.PayMinor)
            .Add("payee", item.Payee.ToString())
            .Add("state", State(transfers))
            .Add("text", string.Concat(sentences.Select(sentence => sentence + "\n")))
            .ToBytes();
    }

    /// <summary>What an entry adds to what an account is owed; zero when it does not move it.</summary>
    public static long Owed(EntryLeaf leaf, string account) =>
        leaf.Credit.Account == account ? leaf.Entry.Amount.Minor : leaf.Debit.Account == account ? -leaf.Entry.Amount.Minor : 0;

    /// <summary>The last step of the last attempt.</summary>
    private static string State(IReadOnlyList<PayoutTransfer> transfers) => transfers.Count == 0 ? "none" : transfers[^1].Step;
}
