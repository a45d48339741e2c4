using Commission.Domain.Rules;

namespace Commission.Domain.Ledger;

/// <summary>
/// Calculates the entries of a ledger again, from the rules and the facts alone. The entries of one calculation stand
/// together and its first brings the facts. Feed entries in the book's order; the first fault stops it.
/// </summary>
public sealed class CalculationReplay
{
    private Calculation? _calculation;
    private EntryDraft? _first;
    private int _next;

    /// <summary>Entries that were calculated again.</summary>
    public long Entries { get; private set; }

    /// <summary>Calculations that were made again.</summary>
    public long Calculations { get; private set; }

    /// <summary>The vertical whose receivable an entry moves, or null when it moves none: then it comes from no calculation.</summary>
    public static string? VerticalOf(EntryDraft entry)
    {
        const string Receivable = "receivable:";
        var account = entry.Debit.StartsWith(Receivable, StringComparison.Ordinal) ? entry.Debit : entry.Credit;
        return account.StartsWith(Receivable, StringComparison.Ordinal) ? account[Receivable.Length..] : null;
    }

    /// <summary>Checks the next entry; returns what is wrong with it, or null.</summary>
    /// <param name="leaf">The entry.</param>
    /// <param name="facts">The facts that are stored with it; null when it is not the first of its calculation.</param>
    /// <param name="document">The rule set that it names; needed with the facts.</param>
    public string? Next(EntryLeaf leaf, byte[]? facts, RuleSetDocument? document)
    {
        var fault = (facts is null ? null : Begin(leaf.Entry, facts, document)) ?? Compare(leaf.Entry);
        return fault is null ? null : $"entry {leaf.Sequence} of {leaf.Entry.Deal}: {fault}";
    }

    /// <summary>What is wrong with the end, or null.</summary>
    public string? End() => _calculation is { } last && _next < last.Accruals.Count
        ? $"{_first!.Deal}: a calculation gives {last.Accruals.Count} entries, the ledger has {_next}"
        : null;

    private string? Begin(EntryDraft entry, byte[] facts, RuleSetDocument? document)
    {
        if (End() is { } unfinished)
            return unfinished;
        if (document is null || document.Hash != entry.RuleHash)
            return $"there is no rule set {entry.RuleHash}";
        if (Hash.Of(facts) != entry.FactsHash)
            return "the stored facts are not those of its hash";
        var (calculation, refusal) = Calculator.Replay(document, facts);
        if (calculation is null)
            return $"its facts cannot be calculated: {refusal!.Text}";
        (_calculation, _first, _next) = (calculation, entry, 0);
        Calculations++;
        return null;
    }

    private string? Compare(EntryDraft entry)
    {
        if (_calculation is not { } calculation || entry.FactsHash != calculation.FactsHash || entry.Deal != _first!.Deal)
            return "no facts are stored with its calculation";
        if (_next >= calculation.Accruals.Count)
            return $"its calculation gives {calculation.Accruals.Count} entries only";
        var accrual = calculation.Accruals[_next];
        var accounts = CalculationEntries.AccountsOf(VerticalOf(entry) ?? "", accrual);
        var fault = entry.ExplanationHash != calculation.ExplanationHash ? $"the explanation's hash is {entry.ExplanationHash}, recomputed {calculation.ExplanationHash}"
            : entry.Amount.Minor != Math.Abs(accrual.AmountMinor) ? $"the amount is {entry.Amount.Minor}, recomputed {Math.Abs(accrual.AmountMinor)}"
            : (entry.Debit, entry.Credit) != accounts ? $"it moves {entry.Debit} to {entry.Credit}, recomputed {accounts.Debit} to {accounts.Credit}"
            : entry.Kind != _first.Kind || entry.Ordinal != _first.Ordinal + _next ? "its kind or ordinal does not go on from its calculation's first entry"
            : null;
        _next++;
        Entries++;
        return fault;
    }
}
