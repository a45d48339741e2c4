using System.Diagnostics.CodeAnalysis;
using Commission.Storage.Payouts.Stripe;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>
/// Sends the orders that wait: those that a batch has just placed, and those that lost answers and dead processes left open; asks about
/// accounts of which events left a doubt. Every silo does it at once: each order is taken up by one of them at a time.
/// </summary>
public sealed partial class StripeCourier(
    StripeRail rail, StripeOnboarding onboarding, StripeRequests requests, StripeOptions options, StripeWakeUp wakeUp, StripeMetrics metrics,
    ILogger<StripeCourier> logger) : BackgroundService
{
    private const int AccountsAtOnce = 100;

    /// <inheritdoc />
    [SuppressMessage("Design", "CA1031", Justification = "It tries until the process stops.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await rail.ResumeAsync(options.ResumeEvery, stoppingToken);
                await onboarding.RefreshDueAsync(AccountsAtOnce, stoppingToken);
                metrics.Observe(await requests.ReadFiguresAsync(rail.IsLive, stoppingToken));
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotYet(error);
            }
            await wakeUp.WaitAsync(options.ResumeEvery, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Open orders to Stripe could not be taken up; it will be tried again")]
    private partial void LogNotYet(Exception error);
}
