using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Commission.Domain;
using Commission.Domain.Guarantees;
using Commission.Storage.Guarantees;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commission.Grains.Guarantees;

/// <summary>When the guarantees are checked without being asked.</summary>
public sealed class GuaranteeOptions
{
    /// <summary>From one run to the next.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>From one that reads everything to the next.</summary>
    public TimeSpan FullEvery { get; set; } = TimeSpan.FromDays(1);

    /// <summary>From a payout batch's submission to its settlement; what takes longer is a finding.</summary>
    public TimeSpan PayoutsWithin { get; set; } = TimeSpan.FromDays(10);
}

/// <summary>Runs what waits in the queue of the guarantees, and puts a run there when one is due. Every silo does; one gets each run.</summary>
internal sealed partial class GuaranteeRunner(
    GuaranteeRuns runs, GuaranteeAudit audit, SelfTestBench bench, GuaranteeMetrics metrics, IOptions<GuaranteeOptions> options,
    TimeProvider time, ILogger<GuaranteeRunner> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(1);

    [SuppressMessage("Design", "CA1031", Justification = "A check outlives a database that is away; a run that fails says so.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var first = time.GetUtcNow() + (options.Value.Every < FirstAfter ? options.Value.Every : FirstAfter);
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (time.GetUtcNow() >= first)
                    await ScheduleAsync(stoppingToken);
                if (await runs.HasWorkAsync(stoppingToken))
                    await RunAllAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(error);
            }
        }
    }

    private async Task RunAllAsync(CancellationToken cancellationToken)
    {
        await using var hold = await runs.TryHoldAsync(cancellationToken);
        while (hold is not null && await runs.TakeAsync(cancellationToken) is { } run)
            await RunAsync(run, cancellationToken);
    }

    /// <summary>The name of a scheduled run is its time's, so that many silos make one.</summary>
    private async Task ScheduleAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await runs.FindLastStartAsync(cancellationToken) is { } last && now - last < options.Value.Every)
            return;
        var slot = (now.UtcTicks / Math.Max(1, options.Value.Every.Ticks)).ToString(CultureInfo.InvariantCulture);
        var (_, fullAt) = await runs.ReadProgressAsync(cancellationToken);
        var full = fullAt is null || now - fullAt >= options.Value.FullEvery;
        await runs.AddAsync(GuaranteeRunId.Derive("schedule", slot), GuaranteeRun.Check, full, null, null, cancellationToken);
    }

    private async Task RunAsync(GuaranteeRun run, CancellationToken cancellationToken)
    {
        try
        {
            if (run.Kind == GuaranteeRun.SelfTest)
                await TestAsync(run, cancellationToken);
            else
                await CheckAsync(run, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(error);
            await runs.FinishAsync(run.Id, "failed", null, null, null, cancellationToken);
        }
    }

    private async Task CheckAsync(GuaranteeRun run, CancellationToken cancellationToken)
    {
        var (start, at) = (Stopwatch.GetTimestamp(), time.GetUtcNow());
        var (verified, fullAt) = await runs.ReadProgressAsync(cancellationToken);

        // What one run found broken, one that reads only what is new might not see: until all holds again, everything is read.
        var isWhole = run.Full || await runs.FindLatestAsync(GuaranteeRun.Check, cancellationToken) is { Held: false, WasLateOnly: false };
        var found = await audit.CheckAsync(isWhole ? new Dictionary<string, VerifiedBook>() : verified, cancellationToken);
        var full = found.Books.All(book => book.From == 0);
        var report = new GuaranteeReport(run.Id.ToString(), at, full, full ? at : fullAt, found.Books, found.Outcomes);
        var note = await audit.SignAsync(report.NoteText, cancellationToken);
        if (report.IsAtMostLate)
            await runs.WriteProgressAsync(found.Books, at, full, cancellationToken);
        await runs.FinishAsync(run.Id, "completed", report.Holds, report.ToCanonical(), note.ToString(), cancellationToken);
        metrics.Ran(found.Outcomes, Stopwatch.GetElapsedTime(start));
        foreach (var broken in found.Outcomes.Where(outcome => outcome.Verdict == Verdict.Broken))
            LogBroken(broken.Guarantee.Code(), broken.Guarantee.Name(), broken.ViolationCount, broken.Violations[0].Where, broken.Violations[0].What);
    }

    private async Task TestAsync(GuaranteeRun run, CancellationToken cancellationToken)
    {
        var report = await bench.RunAsync(run.Id.ToString(), audit.RelyingParty, audit.Limits, cancellationToken);
        var note = await audit.SignAsync(report.NoteText, cancellationToken);
        await runs.FinishAsync(run.Id, "completed", report.SawAll, report.ToCanonical(), note.ToString(), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Code} ({Name}) is broken, {Count} times; the first at {Where}: {What}")]
    private partial void LogBroken(string code, string name, int count, string where, string what);

    [LoggerMessage(Level = LogLevel.Error, Message = "A run of the guarantees failed")]
    private partial void LogFailed(Exception error);
}
