using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Commission.Storage.Payouts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Commission.Grains.Payouts;

/// <summary>
/// Issues what payouts owe their payees. Every silo has one; the database gives one of them the turn, so that numbers have no gaps and
/// what takes back comes after what gave.
/// </summary>
internal sealed partial class TaxPaperCourier : BackgroundService
{
    private const int Page = 200;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(10);

    private readonly TaxPaperStore _store;
    private readonly TaxPaperIssuing _issuing;
    private readonly TimeProvider _time;
    private readonly ILogger<TaxPaperCourier> _logger;
    private (long Waiting, long Failing) _counted;
    private long _countedAt;

    public TaxPaperCourier(TaxPaperStore store, TaxPaperIssuing issuing, IMeterFactory meters, TimeProvider time, ILogger<TaxPaperCourier> logger)
    {
        (_store, _issuing, _time, _logger) = (store, issuing, time, logger);
        var meter = meters.Create(CommandMetrics.MeterName);
        meter.CreateObservableGauge("commission.papers.due", () => _counted.Waiting, "steps", "Steps of payouts that papers are owed for");
        meter.CreateObservableGauge("commission.papers.failing", () => _counted.Failing, "steps", "Those whose papers could not be made so far");
    }

    [SuppressMessage("Design", "CA1031", Justification = "It tries until the process stops.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await TurnAsync(stoppingToken) == Page)
                    stoppingToken.ThrowIfCancellationRequested();
                await CountAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotYet(error);
            }
        }
    }

    /// <summary>How many steps were looked at.</summary>
    private async Task<int> TurnAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await _store.TryBeginAsync(cancellationToken);
        if (transaction is null)
            return 0;
        var due = await transaction.ReadDueAsync(Page, cancellationToken);
        if (due.Count == 0)
            return 0;
        var issued = await _issuing.MakeAsync(transaction, due, cancellationToken);
        await transaction.CommitAsync(issued.Papers, issued.Messages, issued.Done, _time.GetUtcNow(), cancellationToken);
        foreach (var (undone, problem) in issued.Undone)
        {
            LogUndone(problem, undone);
            await _store.PutOffAsync(undone, problem.Message, cancellationToken);
        }
        return due.Count;
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        if (_countedAt != 0 && _time.GetElapsedTime(_countedAt) < CountEvery)
            return;
        _countedAt = _time.GetTimestamp();
        _counted = await _store.CountAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tax papers could not be issued; it will be tried again")]
    private partial void LogNotYet(Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "The papers of step {Due} could not be made (tax_paper_due.problem); it will be tried again")]
    private partial void LogUndone(Exception error, long due);
}
