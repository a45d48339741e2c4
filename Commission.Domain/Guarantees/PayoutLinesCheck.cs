using Commission.Domain.Ledger;
using Commission.Domain.Payouts;

namespace Commission.Domain.Guarantees;

/// <summary>G6: an item pays entries of the ledger that are its payee's, and holds them as long as it may pay them.</summary>
internal static class PayoutLinesCheck
{
    /// <summary>The first thing that is wrong with an item's lines, or null.</summary>
    public static string? Fault(PayoutBatchState batch, PayoutItemDossier dossier)
    {
        var (item, lines) = (dossier.Item, dossier.Lines);
        if (lines.Count != item.Lines || lines.Index().Any(line => line.Item.Place != line.Index + 1))
            return $"it says {item.Lines} lines, {lines.Count} are stored, or not in their places";
        if (PayoutLines.HashOf(lines.Select(line => (line.Entry, line.AmountMinor))) != item.LinesHash)
            return "its lines do not give its lines hash";
        if (lines.Sum(line => (decimal)line.AmountMinor) != item.Amounts.AmountMinor)
            return $"its lines add up to {lines.Sum(line => (decimal)line.AmountMinor)}, not to {item.Amounts.AmountMinor}";
        var holds = PayoutItemMachine.HoldsEntries(batch.Status, item.Status);
        if (lines.FirstOrDefault(line => line.Holds != holds) is { } odd)
            return $"it is {item.Status.ToString().ToLowerInvariant()}, and its line {odd.Place} {(odd.Holds ? "holds its entry" : "lets its entry go: another payout could pay it")}";
        return lines.Select(line => LineFault(batch, item, line)).FirstOrDefault(fault => fault is not null);
    }

    private static string? LineFault(PayoutBatchState batch, PayoutItem item, PayoutLineDossier line)
    {
        if (line.Hash != line.Entry || line.Leaf is not { } leaf)
            return $"its line {line.Place} names an entry that does not stand where it says";
        var (entry, account) = (leaf.Entry, Accounts.Payable(item.Payee));
        var owed = entry.Credit == account ? entry.Amount.Minor : entry.Debit == account ? -entry.Amount.Minor : 0;
        return !(entry.Kind.IsCalculated() || entry.Kind == EntryKind.DisputeAdjustment) ? $"its line {line.Place} is no accrual: leaf {leaf.Sequence}"
            : owed == 0 ? $"its line {line.Place} pays {item.Payee} for an entry of somebody else: leaf {leaf.Sequence}"
            : owed != line.AmountMinor || entry.Amount.Currency != batch.Currency
                ? $"its line {line.Place} pays {line.AmountMinor} {batch.Currency}, leaf {leaf.Sequence} owes {owed} {entry.Amount.Currency}"
            : null;
    }
}
