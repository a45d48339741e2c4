using System.Diagnostics.CodeAnalysis;
using Commission.Storage.Payouts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Commission.Grains.Payouts;

/// <summary>
/// Issues what payouts owe their payees. Every silo has one; the database gives one of them the turn, so that numbers have no gaps and
/// what takes back comes after what gave.
/// </summary>
internal sealed partial class TaxPaperCourier(TaxPaperStore store, TaxPaperIssuing issuing, TimeProvider time, ILogger<TaxPaperCourier> logger)
    : BackgroundService
{
    private const int Page = 200;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    [SuppressMessage("Design", "CA1031", Justification = "It tries until the process stops.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await TurnAsync(stoppingToken) == Page)
                    stoppingToken.ThrowIfCancellationRequested();
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
        await using var transaction = await store.TryBeginAsync(cancellationToken);
        if (transaction is null)
            return 0;
        var due = await transaction.ReadDueAsync(Page, cancellationToken);
        if (due.Count == 0)
            return 0;
        var issued = await issuing.MakeAsync(transaction, due, cancellationToken);
        await transaction.CommitAsync(issued.Papers, issued.Messages, issued.Done, time.GetUtcNow(), cancellationToken);
        foreach (var (undone, problem) in issued.Undone)
        {
            LogUndone(problem, undone);
            await store.PutOffAsync(undone, problem.Message, cancellationToken);
        }
        return due.Count;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tax papers could not be issued; it will be tried again")]
    private partial void LogNotYet(Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "The papers of step {Due} could not be made (tax_paper_due.problem); it will be tried again")]
    private partial void LogUndone(Exception error, long due);
}
