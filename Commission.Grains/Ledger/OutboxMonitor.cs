using System.Diagnostics.CodeAnalysis;
using Commission.Storage.Ledger;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Commission.Grains.Ledger;

/// <summary>Measures, in every silo, how far the books are behind; opens and closes the silo's gate.</summary>
internal sealed partial class OutboxMonitor(
    OutboxQueries outbox, AdmissionGate gate, CommandMetrics metrics, TimeProvider time, ILogger<OutboxMonitor> logger) : BackgroundService
{
    private const int DepthLimit = 200_000;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    [SuppressMessage("Design", "CA1031", Justification = "A monitor outlives a database that is away.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var (depth, age) = await outbox.ReadDepthAsync(DepthLimit, stoppingToken);
                metrics.Outbox(depth, age);
                gate.Report(depth);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogUnmeasured(error);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox could not be measured")]
    private partial void LogUnmeasured(Exception error);
}
