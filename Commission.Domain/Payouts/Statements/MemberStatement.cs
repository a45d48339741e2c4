using Commission.Domain.Amounts;
using Commission.Domain.Disputes;
using Commission.Domain.Ledger;

namespace Commission.Domain.Payouts.Statements;

/// <summary>What an entry of a statement is.</summary>
public enum StatementKind
{
    /// <summary>Commission that accrued.</summary>
    Accrual = 1,
    /// <summary>What later facts, or the decision of a dispute, changed.</summary>
    Adjustment = 2,
    /// <summary>What was taken back.</summary>
    Clawback = 3,
    /// <summary>Held for a dispute, or released by it: owed and held together stay as they were.</summary>
    Hold = 4,
    /// <summary>GST that a payout adds, or takes back.</summary>
    Gst = 5,
    /// <summary>Withheld from a payout, or given back with it.</summary>
    Withholding = 6,
    /// <summary>Paid out, or come back.</summary>
    Payout = 7,
}

/// <summary>An entry as a statement shows it.</summary>
/// <param name="On">The day on which the ledger took it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Description">The same in words, with the deal, batch or dispute.</param>
/// <param name="OwedMinor">What it adds to what is owed; negative where it takes away.</param>
/// <param name="HeldMinor">What it adds to what disputes hold.</param>
/// <param name="Sequence">Its place in the ledger.</param>
/// <param name="Entry">Its leaf hash.</param>
public sealed record StatementLine(
    DateOnly On, StatementKind Kind, string Description, long OwedMinor, long HeldMinor, long Sequence, Hash Entry);

/// <summary>What is owed to a member, and what disputes hold of it.</summary>
/// <param name="OwedMinor">Minus the balance of the payable account.</param>
/// <param name="HeldMinor">Minus the balance of the disputed account.</param>
public readonly record struct StatementBalance(long OwedMinor, long HeldMinor)
{
    internal StatementBalance Plus(StatementLine line) => new(checked(OwedMinor + line.OwedMinor), checked(HeldMinor + line.HeldMinor));
}

/// <summary>
/// A member's period in the ledger. Entries belong to the day on which the ledger took them, so that a period that has passed never
/// changes; every balance on the way is compared with the one in the entry itself.
/// </summary>
/// <param name="Member">Whose.</param>
/// <param name="Currency">Its currency.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
/// <param name="Opening">Before the first entry.</param>
/// <param name="Lines">The entries, in the order of the ledger.</param>
/// <param name="Closing">After the last entry.</param>
public sealed record MemberStatement(
    ContactId Member, Currency Currency, DateOnly From, DateOnly To, StatementBalance Opening, IReadOnlyList<StatementLine> Lines, StatementBalance Closing)
{
    /// <summary>What the lines of one kind add to what is owed.</summary>
    public long SumOf(StatementKind kind) => Lines.Where(line => line.Kind == kind).Sum(line => line.OwedMinor);

    /// <summary>Makes the statement of the entries of a period.</summary>
    /// <param name="member">Whose.</param>
    /// <param name="currency">Its currency.</param>
    /// <param name="period">First and last day.</param>
    /// <param name="zone">Where days begin.</param>
    /// <param name="opening">The balances before.</param>
    /// <param name="entries">All entries of the member's accounts in the period, in the order of the ledger.</param>
    /// <exception cref="InvalidDataException">The balances in the entries are not what they add up to.</exception>
    public static MemberStatement Of(
        ContactId member, Currency currency, (DateOnly From, DateOnly To) period, TimeZoneInfo zone, StatementBalance opening,
        IEnumerable<(EntryLeaf Leaf, Hash Hash)> entries)
    {
        var (payable, disputed) = (Accounts.Payable(member), Accounts.Disputed(member));
        var (lines, balance) = (new List<StatementLine>(), opening);
        foreach (var (leaf, hash) in entries)
        {
            var line = Line(leaf, hash, payable, disputed, zone);
            lines.Add(line);
            balance = balance.Plus(line);
            if (BalanceOf(leaf, payable) is { } owed && owed != balance.OwedMinor)
                throw new InvalidDataException($"After entry {leaf.Sequence} {owed} is owed, not {balance.OwedMinor}.");
            if (BalanceOf(leaf, disputed) is { } held && held != balance.HeldMinor)
                throw new InvalidDataException($"After entry {leaf.Sequence} {held} is held, not {balance.HeldMinor}.");
        }
        return new MemberStatement(member, currency, period.From, period.To, opening, lines, balance);
    }

    private static long? BalanceOf(EntryLeaf leaf, string account) =>
        leaf.Debit.Account == account ? -leaf.Debit.BalanceMinor : leaf.Credit.Account == account ? -leaf.Credit.BalanceMinor : null;

    private static StatementLine Line(EntryLeaf leaf, Hash hash, string payable, string disputed, TimeZoneInfo zone)
    {
        var entry = leaf.Entry;
        var (owed, held) = (Moved(entry, payable), Moved(entry, disputed));
        var other = entry.Debit == payable ? entry.Credit : entry.Debit;
        var (kind, words) = Words(entry.Kind, other, owed);
        return new StatementLine(
            DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(leaf.PostedAt, zone).DateTime), kind, $"{words}, {Subject(entry)}", owed, held, leaf.Sequence, hash);
    }

    private static long Moved(EntryDraft entry, string account) =>
        (entry.Credit == account ? entry.Amount.Minor : 0) - (entry.Debit == account ? entry.Amount.Minor : 0);

    private static (StatementKind Kind, string Words) Words(EntryKind kind, string other, long owed) => kind switch
    {
        EntryKind.Accrual => (StatementKind.Accrual, "Commission"),
        EntryKind.Adjustment => (StatementKind.Adjustment, "Adjustment"),
        EntryKind.Clawback => (StatementKind.Clawback, "Clawback"),
        EntryKind.Hold => (StatementKind.Hold, "Held for a dispute"),
        EntryKind.HoldRelease => (StatementKind.Hold, "Released by a dispute"),
        EntryKind.DisputeAdjustment => (StatementKind.Adjustment, "Decision of a dispute"),
        _ when other == Accounts.Gst => (StatementKind.Gst, owed > 0 ? "GST added" : "GST taken back"),
        _ when other == Accounts.Withholding => (StatementKind.Withholding, owed < 0 ? "Withheld, no ABN" : "Withheld and given back"),
        _ => (StatementKind.Payout, owed < 0 ? "Payout" : "Payout that did not arrive"),
    };

    private static string Subject(EntryDraft entry) => entry.Kind switch
    {
        EntryKind.Hold or EntryKind.HoldRelease or EntryKind.DisputeAdjustment => new DisputeId(entry.Deal.Value).ToString(),
        EntryKind.Payout or EntryKind.PayoutSettlement or EntryKind.PayoutReversal => new PayoutBatchId(entry.Deal.Value).ToString(),
        _ => entry.Deal.ToString(),
    };
}
