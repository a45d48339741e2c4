using System.Globalization;
using System.Text.Json;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;

namespace Commission.Domain.Ledger.Evidence;

/// <summary>What a pack says to people. Made from leaves alone, by the engine and again by whoever verifies: docs/formats/pack.md.</summary>
public static class EvidenceStatement
{
    /// <summary>The statement's canonical bytes.</summary>
    /// <param name="subject">What the pack is about.</param>
    /// <param name="entries">The ledger's leaves in the pack, in the book's order.</param>
    /// <param name="handshakes">Handshakes of the deal in the order of their chain.</param>
    public static byte[] Of(EvidenceSubject subject, IReadOnlyList<EntryLeaf> entries, IReadOnlyList<HandshakeLeaf> handshakes) => subject switch
    {
        EntrySubject entry => Of(entries.Where(leaf => leaf.Sequence == entry.Sequence), handshakes),
        DealSubject deal => Of(entries.Where(leaf => leaf.Entry.Deal == deal.Deal), handshakes),
        PeriodSubject period => Of(AccountSection.Of(period, entries)),
        _ => throw new ArgumentOutOfRangeException(nameof(subject)),
    };

    private static byte[] Of(IEnumerable<EntryLeaf> entries, IEnumerable<HandshakeLeaf> handshakes)
    {
        var lines = entries.Select(Line).ToArray();
        return Of(lines, [.. handshakes.Select(Sentence), .. lines.Select(Sentence)]).ToBytes();
    }

    private static byte[] Of(AccountSection section)
    {
        var (lines, currency) = (section.Entries.Select(leaf => Line(leaf, section.Period.Account)).ToArray(), section.Period.Currency);
        string[] sentences =
        [
            $"{Date(section.Period.From)}: {new Money(section.OpeningMinor, currency)} owed to {section.Period.Account}.",
            .. lines.Select(Sentence),
            $"{Date(section.Period.To)}: {new Money(section.ClosingMinor, currency)} owed to {section.Period.Account}.",
        ];
        return Of(lines, sentences).Add("closingMinor", section.ClosingMinor).Add("openingMinor", section.OpeningMinor).ToBytes();
    }

    private static CanonicalObject Of(StatementEntry[] lines, string[] sentences) => new CanonicalObject()
        .Add("lines", [.. lines.Select(line => new CanonicalObject()
            .Add("account", line.Account).Add("amountMinor", line.AmountMinor).Add("currency", line.Leaf.Entry.Amount.Currency.Code)
            .Add("deal", line.Leaf.Entry.Deal.ToString()).Add("effectiveOn", Date(line.Leaf.Entry.EffectiveOn)).Add("kind", Kind(line.Leaf))
            .Add("sequence", line.Leaf.Sequence))])
        .Add("text", string.Concat(sentences.Select(sentence => sentence + "\n")));

    private readonly record struct StatementEntry(EntryLeaf Leaf, string Account, long AmountMinor);

    /// <summary>The line of whoever is owed: what the other side of a receivable gains, or gives back.</summary>
    private static StatementEntry Line(EntryLeaf leaf) =>
        Line(leaf, leaf.Debit.Account.StartsWith(Accounts.ReceivablePrefix, StringComparison.Ordinal) ? leaf.Credit.Account : leaf.Debit.Account);

    private static StatementEntry Line(EntryLeaf leaf, string account) =>
        new(leaf, account, leaf.Credit.Account == account ? leaf.Entry.Amount.Minor : -leaf.Entry.Amount.Minor);

    private static string Sentence(StatementEntry line) => string.Create(CultureInfo.InvariantCulture,
        $"{Date(line.Leaf.Entry.EffectiveOn)}: {Amount(line)} {Kind(line.Leaf)} for {line.Account}, entry {line.Leaf.Sequence} of the ledger.");

    private static Money Amount(StatementEntry line) => new(line.AmountMinor, line.Leaf.Entry.Amount.Currency);

    internal static string Kind(EntryLeaf leaf) => leaf.Entry.Kind switch
    {
        EntryKind.Accrual => "accrual",
        EntryKind.Adjustment => "adjustment",
        EntryKind.Clawback => "clawback",
        EntryKind.Payout => "payout",
        EntryKind.PayoutSettlement => "payout settlement",
        EntryKind.PayoutReversal => "payout reversal",
        EntryKind.Hold => "hold",
        EntryKind.HoldRelease => "hold release",
        EntryKind.DisputeAdjustment => "dispute adjustment",
        _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
    };

    private static string Sentence(HandshakeLeaf leaf)
    {
        using var json = CanonicalJson.Parse(leaf.Handshake.Payload);
        var payload = json.RootElement;
        string Text(string name) => payload.GetProperty(name).GetString() ?? "";
        var day = Text("time")[..Math.Min(10, Text("time").Length)];
        var told = leaf.Handshake.Step switch
        {
            HandshakeStep.Intent => $"{Text("referredOn")}: {Text("actor")} referred {Text("client")} to {Text("receiver")} ({Text("vertical")} {Text("product")})",
            HandshakeStep.Acknowledgement => $"{day}: {Text("actor")} acknowledged",
            HandshakeStep.Intake => $"{Text("metOn")}: {Text("actor")} met the client",
            HandshakeStep.Settlement => $"{Text("settledOn")}: {Text("actor")} settled for {Settled(payload)}",
            HandshakeStep.Outcome => $"{day}: {Text("actor")} confirmed the outcome",
            _ => $"{day}: ended, {Text("reason")}",
        };
        return payload.TryGetProperty("attestedBy", out var service) ? $"{told}, attested by {service.GetString()}." : told + ".";
    }

    private static Money Settled(JsonElement payload) => Currency.TryParse(payload.GetProperty("currency").GetString(), out var currency)
        ? new Money(payload.GetProperty("settledValueMinor").GetInt64(), currency)
        : throw new FormatException("A settlement is in an unknown currency.");

    internal static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>
/// The entries of an account's chain that were posted in a period, and its neighbours: the last one before and the first one
/// after. They show that nothing is missing at either end.
/// </summary>
/// <param name="Period">Account, currency and days.</param>
/// <param name="Before">The account's entry before the first, or null.</param>
/// <param name="Entries">The period's entries in the order of the account's chain.</param>
/// <param name="After">The account's entry after the last, or null.</param>
public sealed record AccountSection(PeriodSubject Period, EntryLeaf? Before, IReadOnlyList<EntryLeaf> Entries, EntryLeaf? After)
{
    /// <summary>What was owed before the first entry: minus the balance.</summary>
    public long OpeningMinor => Entries.Count > 0
        ? ChangeOf(Entries[0]) - Side(Entries[0]).BalanceMinor
        : Before is not null ? -Side(Before).BalanceMinor : After is not null ? ChangeOf(After) - Side(After).BalanceMinor : 0;

    /// <summary>What was owed after the last entry.</summary>
    public long ClosingMinor => Entries.Count > 0 ? -Side(Entries[^1]).BalanceMinor : OpeningMinor;

    /// <summary>Divides the entries of a pack that move the account.</summary>
    public static AccountSection Of(PeriodSubject period, IEnumerable<EntryLeaf> entries)
    {
        var own = entries.Where(leaf => leaf.Entry.Amount.Currency == period.Currency
            && (leaf.Debit.Account == period.Account || leaf.Credit.Account == period.Account)).ToList();
        own.Sort((a, b) => SideOf(a, period.Account).Sequence.CompareTo(SideOf(b, period.Account).Sequence));
        var before = own.Count > 0 && own[0].PostedAt < period.Start ? own[0] : null;
        var after = own.Count > (before is null ? 0 : 1) && own[^1].PostedAt >= period.End ? own[^1] : null;
        return new AccountSection(period, before, own.GetRange(before is null ? 0 : 1, own.Count - (before is null ? 0 : 1) - (after is null ? 0 : 1)), after);
    }

    /// <summary>The account's side of an entry.</summary>
    public EntrySide Side(EntryLeaf leaf) => SideOf(leaf, Period.Account);

    private long ChangeOf(EntryLeaf leaf) => leaf.Debit.Account == Period.Account ? leaf.Entry.Amount.Minor : -leaf.Entry.Amount.Minor;

    private static EntrySide SideOf(EntryLeaf leaf, string account) => leaf.Debit.Account == account ? leaf.Debit : leaf.Credit;
}
