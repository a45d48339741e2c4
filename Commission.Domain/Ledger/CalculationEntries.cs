using Commission.Domain.Amounts;
using Commission.Domain.Rules;

namespace Commission.Domain.Ledger;

/// <summary>What the entries of one calculation have in common.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Deal">The deal.</param>
/// <param name="Vertical">Its vertical: whose receivable stands against them.</param>
/// <param name="Currency">The currency of all amounts.</param>
/// <param name="EffectiveOn">The date they count from.</param>
/// <param name="Actor">Whose act caused them.</param>
/// <param name="FirstOrdinal">The ordinal of the first: not 0 where one cause is calculated again and again.</param>
public sealed record EntryCause(
    EntryKind Kind, DealId Deal, string Vertical, Currency Currency, DateOnly EffectiveOn, ContactId Actor, int FirstOrdinal = 0);

/// <summary>The entries of a calculation. What is owed credits the payee; what is taken back is the same transfer the other way round.</summary>
public static class CalculationEntries
{
    /// <summary>One entry for each accrual, in order; the first carries the facts.</summary>
    /// <param name="cause">What they have in common.</param>
    /// <param name="calculation">The calculation.</param>
    /// <param name="corrects">What each corrects; zero for an accrual.</param>
    public static IEnumerable<BookRecord> Of(EntryCause cause, Calculation calculation, Func<Accrual, Hash> corrects) =>
        calculation.Accruals.Select((accrual, index) => Entry(cause, calculation, accrual, index, corrects(accrual)));

    /// <summary>The accounts that an amount moves between: debit, then credit.</summary>
    public static (string Debit, string Credit) AccountsOf(string vertical, Accrual accrual)
    {
        var (receivable, owed) = (Accounts.Receivable(vertical), accrual.Payee is { } payee ? Accounts.Payable(payee) : Accounts.PlatformFee);
        return accrual.AmountMinor > 0 ? (receivable, owed) : (owed, receivable);
    }

    private static EntryDraft Entry(EntryCause cause, Calculation calculation, Accrual accrual, int index, Hash corrects)
    {
        var (debit, credit) = AccountsOf(cause.Vertical, accrual);
        return new EntryDraft(
            cause.Kind, cause.Deal, debit, credit, new Money(Math.Abs(accrual.AmountMinor), cause.Currency), cause.EffectiveOn,
            calculation.RuleHash, calculation.FactsHash, calculation.ExplanationHash, cause.Actor, cause.FirstOrdinal + index, corrects)
        {
            Facts = index == 0 ? calculation.Facts : null,
        };
    }
}
