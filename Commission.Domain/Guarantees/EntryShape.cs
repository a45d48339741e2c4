using Commission.Domain.Ledger;

namespace Commission.Domain.Guarantees;

/// <summary>G4: which accounts an entry of a payout or a dispute may move. What a rule calculated is calculated again instead.</summary>
public static class EntryShape
{
    /// <summary>What the entry does that its kind does not; null when it is in order.</summary>
    public static string? Fault(EntryDraft entry) => entry.Kind.IsCalculated() || Fits(entry.Kind, entry.Debit, entry.Credit)
        ? null
        : $"an entry of kind {(int)entry.Kind} does not move {entry.Debit} to {entry.Credit}";

    private static bool Fits(EntryKind kind, string debit, string credit) => kind switch
    {
        EntryKind.Payout => IsTax(debit, credit) || (IsPayable(debit) && IsClearing(credit)),
        EntryKind.PayoutSettlement => IsClearing(debit) && credit == Accounts.Bank,
        EntryKind.PayoutReversal => IsTax(debit, credit) || (IsClearing(debit) && IsPayable(credit)) || (debit == Accounts.Bank && IsClearing(credit)),
        EntryKind.Hold or EntryKind.HoldRelease => IsHold(debit, credit) || IsHold(credit, debit),
        EntryKind.DisputeAdjustment => (IsReceivable(debit) && IsPayable(credit)) || (IsPayable(debit) && IsReceivable(credit)),
        _ => false,
    };

    private static bool IsTax(string debit, string credit) =>
        (debit is Accounts.Gst or Accounts.Withholding && IsPayable(credit)) || (credit is Accounts.Gst or Accounts.Withholding && IsPayable(debit));

    private static bool IsHold(string payable, string disputed) => IsPayable(payable)
        && disputed.StartsWith(Accounts.DisputedPrefix, StringComparison.Ordinal)
        && payable.AsSpan(Accounts.PayablePrefix.Length).SequenceEqual(disputed.AsSpan(Accounts.DisputedPrefix.Length));

    private static bool IsPayable(string account) => account.StartsWith(Accounts.PayablePrefix, StringComparison.Ordinal);

    private static bool IsReceivable(string account) => account.StartsWith(Accounts.ReceivablePrefix, StringComparison.Ordinal);

    private static bool IsClearing(string account) => account is Accounts.ClearingAba or Accounts.ClearingStripe;
}
