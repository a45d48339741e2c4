using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>
/// Takes up, again and again, what lost answers and dead processes left open, and asks about accounts of which events left a doubt. Every
/// silo may do it at once: the orders' keys make one thing of it.
/// </summary>
public sealed partial class StripeCourier(
    StripeRail rail, StripeOnboarding onboarding, StripeOptions options, TimeProvider time, ILogger<StripeCourier> logger) : BackgroundService
{
    private const int OrdersAtOnce = 1_000;
    private const int AccountsAtOnce = 100;

    /// <inheritdoc />
    [SuppressMessage("Design", "CA1031", Justification = "It tries until the process stops.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.ResumeEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await rail.ResumeAsync(OrdersAtOnce, stoppingToken);
                await onboarding.RefreshDueAsync(AccountsAtOnce, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotYet(error);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Open orders to Stripe could not be taken up; it will be tried again")]
    private partial void LogNotYet(Exception error);
}
