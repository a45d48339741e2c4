using Commission.Storage.Payouts.Stripe;
using Api = Stripe;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>
/// What is sent for an order. Everything derives from the order, so that any process sends the same bytes under the same key; and there is
/// nothing about a person in it: Stripe asks the payee itself.
/// </summary>
internal static class StripeParameters
{
    /// <summary>Stripe collects what the law requires of the payee; we pay Stripe's fees and carry losses, as a platform that only sends must.</summary>
    public static Api.AccountCreateOptions Account(StripeOrder order) => new()
    {
        Country = order.Country,
        Controller = new Api.AccountControllerOptions
        {
            Fees = new Api.AccountControllerFeesOptions { Payer = "application" },
            Losses = new Api.AccountControllerLossesOptions { Payments = "application" },
            RequirementCollection = "stripe",
            StripeDashboard = new Api.AccountControllerStripeDashboardOptions { Type = "express" },
        },
        Capabilities = new Api.AccountCapabilitiesOptions { Transfers = new Api.AccountCapabilitiesTransfersOptions { Requested = true } },
        Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["reference"] = order.Key, ["contact"] = order.Subject },
    };

    public static Api.TransferCreateOptions Transfer(StripeOrder order) => new()
    {
        Amount = order.AmountMinor,
        Currency = order.Currency!.ToLowerInvariant(),
        Destination = order.Subject,
        Description = $"Commission {order.Key}",
        TransferGroup = order.Key,
        Metadata = ReferenceOf(order),
    };

    public static Api.TransferReversalCreateOptions Reversal(StripeOrder order) => new() { Amount = order.AmountMinor, Metadata = ReferenceOf(order) };

    public static Api.AccountLinkCreateOptions Link(string account, Uri returnUrl, Uri refreshUrl) => new()
    {
        Account = account,
        Type = "account_onboarding",
        ReturnUrl = returnUrl.ToString(),
        RefreshUrl = refreshUrl.ToString(),
    };

    private static Dictionary<string, string> ReferenceOf(StripeOrder order) => new(StringComparer.Ordinal) { ["reference"] = order.Key };
}
