using Commission.Storage.Payouts.Stripe;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>Counts each call by kind and outcome.</summary>
internal sealed class StripeGatewayWithMetrics(IStripeGateway gateway, StripeMetrics metrics) : IStripeGateway
{
    public bool IsLive => gateway.IsLive;

    public async Task<StripeAnswer<StripeObject>> SendAsync(StripeOrder order, CancellationToken cancellationToken)
    {
        var answer = await gateway.SendAsync(order, cancellationToken);
        metrics.Sent(KindOf(order), answer);
        return answer;
    }

    public async Task<StripeAnswer<StripeObject?>> FindAsync(StripeOrder order, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var answer = await gateway.FindAsync(order, since, cancellationToken);
        metrics.Sent($"look-up of {KindOf(order)}", answer);
        return answer;
    }

    public async Task<StripeAnswer<StripeAccountState>> ReadAccountAsync(string account, CancellationToken cancellationToken)
    {
        var answer = await gateway.ReadAccountAsync(account, cancellationToken);
        metrics.Sent("account state", answer);
        return answer;
    }

    public async Task<StripeAnswer<StripeOnboardingLink>> MintOnboardingLinkAsync(
        string account, Uri returnUrl, Uri refreshUrl, CancellationToken cancellationToken)
    {
        var answer = await gateway.MintOnboardingLinkAsync(account, returnUrl, refreshUrl, cancellationToken);
        metrics.Sent("onboarding link", answer);
        return answer;
    }

    private static string KindOf(StripeOrder order) => order.Kind.ToString().ToLowerInvariant();
}
