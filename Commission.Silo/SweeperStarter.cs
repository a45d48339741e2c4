using System.Diagnostics.CodeAnalysis;
using Commission.Domain.Ledger;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Ledger;

namespace Commission.Silo;

/// <summary>Wakes the sweeper and the books when a silo starts: what an earlier process left in the outbox is taken at once.</summary>
internal sealed partial class SweeperStarter(IGrainFactory grains, IHostApplicationLifetime lifetime, ILogger<SweeperStarter> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    [SuppressMessage("Design", "CA1031", Justification = "It tries until the silo stops.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await grains.GetGrain<ISweeperGrain>(GrainKeys.OfSweeper(0)).Start();
                await grains.GetGrain<ILedgerGrain>(Books.Ledger).Drain(TimeSpan.Zero);
                await grains.GetGrain<ILedgerGrain>(Books.Handshakes).Drain(TimeSpan.Zero);
                return;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotYet(error);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweeper could not be started yet")]
    private partial void LogNotYet(Exception error);
}
