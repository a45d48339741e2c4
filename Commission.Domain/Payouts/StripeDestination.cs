using System.Security.Cryptography;

namespace Commission.Domain.Payouts;

/// <summary>By what a batch knows a connected account of Stripe's: the account, whose it is, and in which mode, test or live.</summary>
public static class StripeDestination
{
    /// <summary>
    /// SHA-256 of a domain separator and the canonical JSON of account, mode and payee. The account's id says nothing about a person and
    /// cannot be guessed, so that no key is needed. Source: docs/formats/payout.md.
    /// </summary>
    /// <param name="payee">Whose account.</param>
    /// <param name="isLive">Live mode, or test mode: the same payee has another destination in the other.</param>
    /// <param name="account">Stripe's id, <c>acct_…</c>.</param>
    public static Hash Of(ContactId payee, bool isLive, string account)
    {
        byte[] bytes =
        [
            .. "commission/stripe-destination/v1\n"u8,
            .. new CanonicalObject().Add("account", account).Add("mode", ModeOf(isLive)).Add("payee", payee.ToString()).ToBytes(),
        ];
        return new Hash(SHA256.HashData(bytes));
    }

    /// <summary>Stripe's word for a world: <c>live</c> or <c>test</c>.</summary>
    public static string ModeOf(bool isLive) => isLive ? "live" : "test";
}
