using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Commission.Domain.Notifications;
using Commission.Storage.Notifications;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commission.Grains.Notifications;

/// <summary>
/// Brings messages from the outbox into their table, and from there to people. Commands wait for neither. Every silo has one; a message is
/// claimed for longer than an attempt can last, so that one of them brings it, and another when that one dies.
/// </summary>
internal sealed partial class NotificationCourier(
    NotificationStore store, NotificationSending sending, NotificationMetrics metrics, IOptions<NotificationOptions> options,
    ILogger<NotificationCourier> logger) : BackgroundService
{
    private const int TakenTogether = 500;
    private const int SentTogether = 8;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync(TakeOverAsync, stoppingToken), options.Value.Enabled ? RepeatAsync(SendAsync, stoppingToken) : Task.CompletedTask,
        RepeatAsync(metrics.ReadAsync, stoppingToken));

    [SuppressMessage("Design", "CA1031", Justification = "It tries until the process stops.")]
    private async Task RepeatAsync(Func<CancellationToken, Task> round, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await round(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotYet(error);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                // The silo stops before the services of its host: what was claimed is free again after a while.
                return;
            }
        }
    }

    private async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        while (await store.TakeOverAsync(TakenTogether, cancellationToken) == TakenTogether)
            cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        List<ClaimedNotification> claimed;
        do
        {
            claimed = await store.ClaimAsync(SentTogether, cancellationToken);
            await Task.WhenAll(claimed.Select(one => SendAsync(one, cancellationToken)));
        }
        while (claimed.Count == SentTogether);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A message that cannot be written must not hold up the others.")]
    private async Task SendAsync(ClaimedNotification claimed, CancellationToken cancellationToken)
    {
        var (outcome, problem) = (DeliveryOutcome.NotNow, (string?)null);
        try
        {
            (outcome, problem) = await sending.SendAsync(claimed, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            problem = error.GetType().Name;
            LogUnwritten(error, claimed.Id);
        }
        var (state, pause) = NotificationDelivery.After(claimed.Attempts, outcome);

        // Pauses are spread, so that what failed together does not come again together.
        pause += TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(1 + (int)Math.Min(pause.TotalMilliseconds / 4, 60_000)));
        await store.RecordAsync(claimed, state, pause, problem, CancellationToken.None);
        metrics.Attempted(claimed.Kind, outcome);
        if (state == NotificationState.Failed)
            LogGivenUp(claimed.Id, claimed.Attempts, problem);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Messages could not be taken over, sent or counted; it will be tried again")]
    private partial void LogNotYet(Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Notification} could not be written")]
    private partial void LogUnwritten(Exception error, NotificationId notification);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Notification} was given up after {Attempts} attempts: {Problem}")]
    private partial void LogGivenUp(NotificationId notification, int attempts, string? problem);
}
