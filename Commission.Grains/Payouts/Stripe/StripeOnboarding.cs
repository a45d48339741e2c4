using Commission.Domain;
using Commission.Storage.Payouts.Stripe;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>Connected accounts of payees: opened once, filled in at Stripe, and watched.</summary>
public sealed class StripeOnboarding(StripeRail rail, IStripeGateway gateway, StripeRequests requests, StripeAccounts accounts)
{
    /// <summary>The payee's account, opened if there is none; null as long as nobody knows whether it was opened.</summary>
    /// <exception cref="StripeRefusedException">Stripe refused to open it; the next call orders it anew.</exception>
    public async Task<StripeAccount?> OpenAsync(ContactId payee, string country, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(payee, rail.IsLive, cancellationToken) is { } known)
            return known;
        var last = await requests.FindAccountOrderAsync(payee, rail.IsLive, cancellationToken);
        var attempt = last is null ? 1 : AttemptOf(last) + (last.Outcome == StripeOutcome.Refused ? 1 : 0);
        var order = last is { Outcome: null } ? last.Order : StripeOrder.Account(payee, country, attempt);
        var request = await rail.SendAsync(order, cancellationToken);
        if (request.Outcome == StripeOutcome.Refused)
            throw new StripeRefusedException(request.Code!, request.Detail!);
        return await accounts.FindAsync(payee, rail.IsLive, cancellationToken);
    }

    /// <summary>A link to Stripe's form, made now; null when the payee has no account.</summary>
    public async Task<StripeAnswer<StripeOnboardingLink>?> MintLinkAsync(ContactId payee, Uri returnUrl, Uri refreshUrl, CancellationToken cancellationToken) =>
        await accounts.FindAsync(payee, rail.IsLive, cancellationToken) is { } account
            ? await gateway.MintOnboardingLinkAsync(account.State.Account, returnUrl, refreshUrl, cancellationToken)
            : null;

    /// <summary>Asks Stripe how a payee's account stands, and keeps the answer; null when there is none.</summary>
    public async Task<StripeAccount?> RefreshAsync(ContactId payee, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(payee, rail.IsLive, cancellationToken) is not { } account)
            return null;
        if (await gateway.ReadAccountAsync(account.State.Account, cancellationToken) is StripeAnswer<StripeAccountState>.Done { Value: var state })
            await accounts.KeepAsync(rail.IsLive, state, cancellationToken);
        return await accounts.FindAsync(payee, rail.IsLive, cancellationToken);
    }

    /// <summary>Asks about the accounts of which events left a doubt.</summary>
    public async Task RefreshDueAsync(int limit, CancellationToken cancellationToken)
    {
        foreach (var account in await accounts.ReadRefreshDueAsync(rail.IsLive, limit, cancellationToken))
            await RefreshAsync(account.Payee, cancellationToken);
    }

    private static int AttemptOf(StripeRequest request) =>
        int.Parse(request.Order.Key.AsSpan(request.Order.Key.LastIndexOf('/') + 1), System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Stripe refused, for a reason that is the caller's to tell.</summary>
public sealed class StripeRefusedException(string code, string text) : Exception(text)
{
    /// <summary>Stripe's code.</summary>
    public string Code => code;
}
