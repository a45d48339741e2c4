using Commission.Domain.Amounts;
using Commission.Domain.Rules;

namespace Commission.Domain.Payouts;

/// <summary>An entry of a payable account that no open or paid payout line holds.</summary>
/// <param name="Entry">Leaf hash of the ledger entry.</param>
/// <param name="Payee">Whose account.</param>
/// <param name="Money">What it adds to what is owed; negative for a debt (a clawback, a downward adjustment).</param>
/// <param name="PayableOn">The first day after its cooling-off.</param>
/// <param name="IsDisputed">Whether an open dispute holds it.</param>
/// <param name="MinimumMinor">The minimum payout that its product states; 0 for none.</param>
/// <param name="Gst">How its amount stands to GST.</param>
/// <param name="AwaitsProvider">Whether its product is paid only when the provider has paid, and it has not, or not in full.</param>
public sealed record OpenEntry(
    Hash Entry, ContactId Payee, Money Money, DateOnly PayableOn, bool IsDisputed, long MinimumMinor, GstTreatment Gst, bool AwaitsProvider = false);

/// <summary>What is known of a payee on the day.</summary>
/// <param name="IsVerified">Whether it may be paid: identity and bank details checked, no hold.</param>
/// <param name="Destination">Commitment to where it is paid; null when it has no account on the rail.</param>
/// <param name="WhyNot">Why it may or can not be paid, in words; null for the usual ones.</param>
public sealed record PayeeFacts(bool IsVerified, Hash? Destination, string? WhyNot = null);

/// <summary>Why a payee is paid or not.</summary>
[GenerateSerializer]
public enum EligibilityOutcome
{
    /// <summary>It is paid.</summary>
    Eligible = 1,
    /// <summary>Nothing is due today: all of it is cooling off, disputed, or waits for the provider's money.</summary>
    NothingDue = 2,
    /// <summary>What is due does not exceed its debts; they are carried forward.</summary>
    InDebt = 3,
    /// <summary>Less is due than the minimum; it is carried forward.</summary>
    BelowMinimum = 4,
    /// <summary>The payee is not verified, or held.</summary>
    NotVerified = 5,
    /// <summary>The payee has no account on the rail.</summary>
    NoDestination = 6,
}

/// <summary>A payee in one currency: what it would be paid and what stays, which together are all that is open.</summary>
/// <param name="Payee">Who.</param>
/// <param name="Currency">In what.</param>
/// <param name="Outcome">Why it is paid or not.</param>
/// <param name="Reason">The same in words.</param>
/// <param name="Lines">What is paid, in the order of the entries given; empty unless eligible.</param>
/// <param name="DueMinor">What is due net of debts; negative when the debts exceed it.</param>
/// <param name="CoolingOffMinor">Not due yet: cooling off, or waiting for the provider's money.</param>
/// <param name="DisputedMinor">Held by disputes.</param>
public sealed record PayeeEligibility(
    ContactId Payee, Currency Currency, EligibilityOutcome Outcome, string Reason, IReadOnlyList<OpenEntry> Lines, long DueMinor,
    long CoolingOffMinor, long DisputedMinor);

/// <summary>Decides who is paid. Pure: the caller brings the open entries and what is known of their payees.</summary>
public static class PayoutEligibility
{
    /// <summary>
    /// One decision for each payee and currency, in the order of their ids. Debts are netted at once, even those of an amount that is
    /// cooling off; what a dispute holds, debt or not, stays. The minimum is the highest that a product of the lines states.
    /// </summary>
    /// <param name="entries">All open entries.</param>
    /// <param name="payees">What is known; who is missing is not verified.</param>
    /// <param name="today">The day of the batch.</param>
    /// <exception cref="OverflowException">A sum leaves 64 bits.</exception>
    public static IReadOnlyList<PayeeEligibility> Decide(
        IEnumerable<OpenEntry> entries, IReadOnlyDictionary<ContactId, PayeeFacts> payees, DateOnly today) =>
    [
        .. entries.GroupBy(entry => (entry.Payee, entry.Money.Currency))
            .OrderBy(group => group.Key.Payee.ToString(), StringComparer.Ordinal).ThenBy(group => group.Key.Currency.Code, StringComparer.Ordinal)
            .Select(group => Of(group.Key.Payee, group.Key.Currency, [.. group], payees.GetValueOrDefault(group.Key.Payee), today)),
    ];

    private static PayeeEligibility Of(ContactId payee, Currency currency, List<OpenEntry> entries, PayeeFacts? facts, DateOnly today)
    {
        var disputed = entries.FindAll(entry => entry.IsDisputed);
        var free = entries.FindAll(entry => !entry.IsDisputed);
        var due = free.FindAll(entry => entry.Money.Minor < 0 || (entry.PayableOn <= today && !entry.AwaitsProvider));
        var sum = Sum(due);
        var (outcome, reason) = Judge(due, sum, currency, facts);
        var awaited = Sum(free.FindAll(entry => entry.AwaitsProvider && entry.Money.Minor > 0));
        if (awaited > 0)
            reason += $" {new Money(awaited, currency)} is paid when the provider has paid for its deals in full.";
        return new PayeeEligibility(
            payee, currency, outcome, reason, outcome == EligibilityOutcome.Eligible ? due : [], sum,
            checked(Sum(free) - sum), Sum(disputed));
    }

    private static (EligibilityOutcome Outcome, string Reason) Judge(List<OpenEntry> due, long sum, Currency currency, PayeeFacts? facts)
    {
        if (!due.Exists(entry => entry.Money.Minor > 0) && sum == 0)
            return (EligibilityOutcome.NothingDue, "Nothing is due: what is open is cooling off or disputed.");
        if (sum <= 0)
            return (EligibilityOutcome.InDebt, $"Debts exceed or equal what is due: {new Money(sum, currency)} is carried forward.");
        var minimum = due.Max(entry => entry.MinimumMinor);
        if (sum < minimum)
        {
            return (EligibilityOutcome.BelowMinimum,
                $"{new Money(sum, currency)} is below the minimum of {new Money(minimum, currency)} and is carried forward.");
        }
        return facts switch
        {
            null or { IsVerified: false } => (EligibilityOutcome.NotVerified, facts?.WhyNot ?? "The payee is not verified, or payments to it are held."),
            { Destination: null } => (EligibilityOutcome.NoDestination, facts.WhyNot ?? "The payee has no account that this rail can pay."),
            _ => (EligibilityOutcome.Eligible, $"{new Money(sum, currency)} is due."),
        };
    }

    private static long Sum(List<OpenEntry> entries)
    {
        var sum = 0L;
        foreach (var entry in entries)
            sum = checked(sum + entry.Money.Minor);
        return sum;
    }
}
