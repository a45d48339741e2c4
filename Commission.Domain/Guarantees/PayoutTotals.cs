using Commission.Domain.Ledger;

namespace Commission.Domain.Guarantees;

/// <summary>G6: what is on its way is what clearing owes, what was paid is what left the bank, and what disputes hold is what is held.</summary>
public sealed class PayoutTotals
{
    private readonly SortedDictionary<(string Account, string Currency), (Int128 Ledger, Int128 Rows)> _totals = [];

    /// <summary>Whether an account's balance is compared.</summary>
    public static bool Counts(string account) =>
        account is Accounts.ClearingAba or Accounts.ClearingStripe or Accounts.Bank || account.StartsWith(Accounts.DisputedPrefix, StringComparison.Ordinal);

    /// <summary>Adds a balance of the ledger, debits less credits.</summary>
    public void AddBalance(string account, string currency, Int128 minor) => Add(account, currency, minor, 0);

    /// <summary>Adds an entry that waits for the ledger.</summary>
    public void AddWaiting(EntryDraft entry)
    {
        if (Counts(entry.Debit))
            AddBalance(entry.Debit, entry.Amount.Currency.Code, entry.Amount.Minor);
        if (Counts(entry.Credit))
            AddBalance(entry.Credit, entry.Amount.Currency.Code, -(Int128)entry.Amount.Minor);
    }

    /// <summary>Adds what rows say was credited to an account.</summary>
    public void AddCredited(string account, string currency, Int128 minor) => Add(account, currency, 0, -minor);

    /// <summary>Compares.</summary>
    public void Check(Findings findings)
    {
        foreach (var ((account, currency), total) in _totals)
        {
            findings.Saw("payout balances");
            if (total.Ledger != total.Rows)
                findings.Break($"{Books.Ledger} account {account} {currency}", $"its balance is {total.Ledger}, payouts and disputes give {total.Rows}");
        }
    }

    private void Add(string account, string currency, Int128 ledger, Int128 rows)
    {
        var total = _totals.GetValueOrDefault((account, currency));
        _totals[(account, currency)] = (total.Ledger + ledger, total.Rows + rows);
    }
}
