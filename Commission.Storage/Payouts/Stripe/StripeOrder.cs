using Commission.Domain;
using Commission.Domain.Amounts;

namespace Commission.Storage.Payouts.Stripe;

/// <summary>What Stripe is asked for.</summary>
public enum StripeOrderKind
{
    /// <summary>A connected account for a payee.</summary>
    Account = 1,
    /// <summary>Money to a connected account.</summary>
    Transfer = 2,
    /// <summary>Money back from a transfer.</summary>
    Reversal = 3,
}

/// <summary>
/// One thing that Stripe shall do once. The key is its name for ever: idempotency key, transfer group, and the reference in the metadata;
/// all parameters derive from these members, so that a request can be repeated to the byte by another process.
/// </summary>
/// <param name="Key">For a payout item's attempt <c>payout_…/item/attempt</c>; at most 255 characters.</param>
/// <param name="Kind">What.</param>
/// <param name="Subject">The payee of an account, the destination of a transfer, the transfer of a reversal.</param>
/// <param name="AmountMinor">How much, in minor units; null for an account.</param>
/// <param name="Currency">ISO 4217 in capitals; null for an account.</param>
/// <param name="Country">ISO 3166 of an account; null otherwise.</param>
public sealed record StripeOrder(string Key, StripeOrderKind Kind, string Subject, long? AmountMinor, string? Currency, string? Country)
{
    /// <summary>A transfer to a connected account.</summary>
    public static StripeOrder Transfer(string key, string account, Money amount) => Of(key, StripeOrderKind.Transfer, account, amount);

    /// <summary>A reversal of a transfer, or of a part of it.</summary>
    public static StripeOrder Reversal(string key, string transfer, Money amount) => Of(key, StripeOrderKind.Reversal, transfer, amount);

    /// <summary>A connected account for a payee.</summary>
    /// <param name="payee">Who.</param>
    /// <param name="country">ISO 3166.</param>
    /// <param name="attempt">From 1; a refused account is ordered anew.</param>
    public static StripeOrder Account(ContactId payee, string country, int attempt) =>
        new($"account/{payee}/{attempt}", StripeOrderKind.Account, payee.ToString(), null, null, country);

    private static StripeOrder Of(string key, StripeOrderKind kind, string subject, Money amount)
    {
        if (amount.Minor <= 0)
            throw new ArgumentOutOfRangeException(nameof(amount), amount, "An order moves something.");
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return key.Length is > 0 and <= 255
            ? new StripeOrder(key, kind, subject, amount.Minor, amount.Currency.ToString(), null)
            : throw new ArgumentException("A key has 1 to 255 characters.", nameof(key));
    }
}

/// <summary>How an order ended.</summary>
public enum StripeOutcome
{
    /// <summary>Stripe did it.</summary>
    Done = 1,
    /// <summary>Stripe refused it, and has not done it.</summary>
    Refused = 2,
}

/// <summary>An order as it stands.</summary>
/// <param name="Order">What was asked.</param>
/// <param name="Sends">How often it was sent, or was about to be.</param>
/// <param name="KeyUsedAt">When its idempotency key was first used, or first used again after Stripe had forgotten it; null before.</param>
/// <param name="Outcome">How it ended; null as long as nobody knows.</param>
/// <param name="ObjectId">What Stripe made.</param>
/// <param name="Code">Why it was refused: Stripe's code.</param>
/// <param name="Detail">Why, in words.</param>
/// <param name="ReversedMinor">How much of a transfer went back.</param>
/// <param name="Revision">Grows with everything that becomes known of it.</param>
public sealed record StripeRequest(
    StripeOrder Order, int Sends, DateTimeOffset? KeyUsedAt, StripeOutcome? Outcome, string? ObjectId, string? Code, string? Detail,
    long ReversedMinor, int Revision);

/// <summary>What Stripe holds against our records: nothing is changed, and a person must look.</summary>
public sealed class StripeContradictionException(string message) : Exception(message);
