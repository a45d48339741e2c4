using System.Diagnostics.CodeAnalysis;
using Commission.Domain.Deals;
using Commission.Grains.Disputes;
using Commission.Grains.Interfaces.Agreements;
using Commission.Grains.Interfaces.Deals;
using Commission.Grains.Interfaces.Ledger;
using Commission.Grains.Interfaces.Payouts;
using Commission.Grains.Payouts;
using Commission.Grains.Rules;
using Commission.Storage.Agreements;
using Commission.Storage.Deals;
using Commission.Storage.Ledger;
using Commission.Storage.Payouts;
using Microsoft.Extensions.Logging;

namespace Commission.Grains.Ledger;

/// <summary>
/// Makes good what streams and clocks missed: pokes the books to take overdue outbox rows, brings accumulators theirs, ends
/// overdue deals, finishes agreements and payout batches. Every silo keeps it awake; a reminder does when none has yet.
/// </summary>
[GrainType("sweeper")]
[KeepAlive]
internal sealed partial class SweeperGrain(
    OutboxQueries outbox, ExpiryQueries expiry, AgreementQueries agreements, PayoutQueries payouts, VolumeCourier courier, DisputeClocks disputes,
    PayoutClock clock, StripeNews stripe, TimeProvider time, ILogger<SweeperGrain> logger)
    : Grain, ISweeperGrain, IRemindable
{
    private const string ReminderName = "sweep";
    private const int DepthLimit = 1_000;
    private const int ExpiryPage = 500;
    private const int UnfinishedPage = 100;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ExpiryPeriod = TimeSpan.FromMinutes(1);
    private DateTimeOffset _nextExpiry;
    private IGrainReminder? _reminder;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(SweepAsync, new GrainTimerCreationOptions { DueTime = Period, Period = Period, KeepAlive = true });
        return Task.CompletedTask;
    }

    public async Task Start() =>
        _reminder ??= await this.RegisterOrUpdateReminder(ReminderName, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    [SuppressMessage("Design", "CA1031", Justification = "The next tick tries again; a sweeper that stops is worse than one that logs.")]
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (_, age) = await outbox.ReadDepthAsync(DepthLimit, cancellationToken);
            if (age > Overdue)
            {
                var books = await outbox.ListOverdueBooksAsync(Overdue, cancellationToken);
                await Task.WhenAll([.. books.Select(DrainAsync), courier.SweepAsync(Overdue, cancellationToken)]);
            }
            if (time.GetUtcNow() >= _nextExpiry)
                await ExpireAsync(cancellationToken);
            var unfinished = await agreements.ListUnfinishedAsync(UnfinishedPage, cancellationToken);
            await Task.WhenAll(unfinished.Select(id => GrainFactory.GetGrain<IAgreementGrain>(id).Finish()));
            foreach (var batch in await payouts.ListUnfinishedAsync(UnfinishedPage, cancellationToken))
                await TryAsync(() => GrainFactory.GetGrain<IPayoutBatchGrain>(batch).Finish());
            await TryAsync(() => disputes.SweepAsync(cancellationToken));
            await TryAsync(() => clock.SweepAsync(cancellationToken));
            await TryAsync(() => stripe.SweepAsync(cancellationToken));
        }
        catch (Exception error)
        {
            LogSweepFailed(error);
        }
    }

    /// <summary>What cannot be done, such as a file that nothing is configured for, must not keep the rest from being done.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The next tick tries again.")]
    private async Task TryAsync(Func<Task> part)
    {
        try
        {
            await part();
        }
        catch (Exception error)
        {
            LogSweepFailed(error);
        }
    }

    private Task DrainAsync(string book) => GrainFactory.GetGrain<ILedgerGrain>(book).Drain(Overdue);

    private async Task ExpireAsync(CancellationToken cancellationToken)
    {
        var (overdue, examinedTo) = await expiry.ReadAsync(time.GetUtcNow() - DealMachine.LinkLifetime, ExpiryPage, cancellationToken);
        await Task.WhenAll(overdue.Select(deal => GrainFactory.GetGrain<IDealGrain>(deal.ToString()).Expire()));
        if (examinedTo > DateTimeOffset.MinValue)
            await expiry.WriteAsync(examinedTo, cancellationToken);
        _nextExpiry = overdue.Count < ExpiryPage ? time.GetUtcNow() + ExpiryPeriod : time.GetUtcNow();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sweep failed; the next one tries again")]
    private partial void LogSweepFailed(Exception error);
}
