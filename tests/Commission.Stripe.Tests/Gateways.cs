using Commission.Grains.Payouts.Stripe;
using Commission.Storage.Payouts.Stripe;

namespace Commission.Stripe.Tests;

/// <summary>The process ended here.</summary>
internal sealed class ProcessDiedException : Exception;

/// <summary>Sends, and cannot look anything up.</summary>
internal sealed class BlindGateway(IStripeGateway gateway) : PassingGateway(gateway)
{
    public override Task<StripeAnswer<StripeObject?>> FindAsync(StripeOrder order, DateTimeOffset since, CancellationToken cancellationToken) =>
        Task.FromResult<StripeAnswer<StripeObject?>>(new StripeAnswer<StripeObject?>.Unknown("blind"));
}

/// <summary>The process dies when it would send, or when it has sent and before it records.</summary>
internal sealed class DyingGateway(IStripeGateway gateway, bool isSent) : PassingGateway(gateway)
{
    public override async Task<StripeAnswer<StripeObject>> SendAsync(StripeOrder order, CancellationToken cancellationToken)
    {
        if (isSent)
            await base.SendAsync(order, cancellationToken);
        throw new ProcessDiedException();
    }
}

internal abstract class PassingGateway(IStripeGateway gateway) : IStripeGateway
{
    public bool IsLive => gateway.IsLive;

    public virtual Task<StripeAnswer<StripeObject>> SendAsync(StripeOrder order, CancellationToken cancellationToken) =>
        gateway.SendAsync(order, cancellationToken);

    public virtual Task<StripeAnswer<StripeObject?>> FindAsync(StripeOrder order, DateTimeOffset since, CancellationToken cancellationToken) =>
        gateway.FindAsync(order, since, cancellationToken);

    public Task<StripeAnswer<StripeAccountState>> ReadAccountAsync(string account, CancellationToken cancellationToken) =>
        gateway.ReadAccountAsync(account, cancellationToken);

    public Task<StripeAnswer<StripeOnboardingLink>> MintOnboardingLinkAsync(
        string account, Uri returnUrl, Uri refreshUrl, CancellationToken cancellationToken) =>
        gateway.MintOnboardingLinkAsync(account, returnUrl, refreshUrl, cancellationToken);
}
