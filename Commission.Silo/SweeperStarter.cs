using System.Diagnostics.CodeAnalysis;
using Commission.Domain.Ledger;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Ledger;

namespace Commission.Silo;

/// <summary>
/// Wakes the books when a silo starts, so that what an earlier process left in the outbox is taken at once, and keeps the
/// sweeper awake: after its silo's death a reminder alone would bring it back only in the next minute.
/// </summary>
internal sealed partial class SweeperStarter(IGrainFactory grains, IHostApplicationLifetime lifetime, ILogger<SweeperStarter> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    [SuppressMessage("Design", "CA1031", Justification = "It tries until the silo stops.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        for (var drained = false; !stoppingToken.IsCancellationRequested; await Task.Delay(Pause, stoppingToken))
        {
            try
            {
                await grains.GetGrain<ISweeperGrain>(GrainKeys.OfSweeper(0)).Start();
                if (!drained)
                    await Task.WhenAll(DrainAsync(Books.Ledger), DrainAsync(Books.Handshakes));
                drained = true;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotYet(error);
            }
        }
    }

    private Task<int> DrainAsync(string book) => grains.GetGrain<ILedgerGrain>(book).Drain(TimeSpan.Zero);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweeper could not be reached")]
    private partial void LogNotYet(Exception error);
}
