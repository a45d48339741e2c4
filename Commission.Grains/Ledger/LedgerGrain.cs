using System.Diagnostics.CodeAnalysis;
using Commission.Domain;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Ledger;
using Commission.Storage.GroupCommit;
using Commission.Storage.Ledger;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Commission.Grains.Ledger;

/// <summary>
/// The one writer of a book. Should Orleans activate it twice, the later one takes the book over in the database, and the
/// earlier one steps down at its next append.
/// </summary>
[GrainType("ledger")]
[KeepAlive]
[ImplicitStreamSubscription(StreamNames.Books)]
internal sealed partial class LedgerGrain(
    BookStore store, OutboxQueries outbox, LocalBooks local, CheckpointPublisher checkpoints, Serializer serializer, StorageMetrics metrics,
    TimeProvider time, ILogger<LedgerGrain> logger)
    : Grain, ILedgerGrain, IStreamSubscriptionObserver, IAsyncBatchObserver<OutboxBatch>
{
    private const int DrainLimit = 4_096;
    private static readonly TimeSpan CheckpointPeriod = TimeSpan.FromSeconds(1);
    private BookWriter? _writer;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _writer = await BookWriter.StartAsync(store, this.GetPrimaryKeyString(), serializer, time, metrics, logger);
        local.Add(this.GetPrimaryKeyString(), _writer);
        StepDownWhenStopped(_writer).Ignore();
        if (!World.IsSimulated(this.GetPrimaryKeyString()))
            this.RegisterGrainTimer(PublishAsync, new GrainTimerCreationOptions { DueTime = CheckpointPeriod, Period = CheckpointPeriod, Interleave = true });
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_writer is null)
            return;
        local.Remove(this.GetPrimaryKeyString(), _writer);
        await _writer.DisposeAsync().AsTask().WaitAsync(cancellationToken);
    }

    public async Task<int> Drain(TimeSpan olderThan)
    {
        var writer = _writer!;
        var overdue = await outbox.ReadOverdueAsync(this.GetPrimaryKeyString(), olderThan, DrainLimit);
        writer.TryAdd(overdue);
        await writer.WhenDrainedAsync();
        return overdue.Count;
    }

    public async Task Rest()
    {
        await _writer!.WhenDrainedAsync();
        DeactivateOnIdle();
    }

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<OutboxBatch>().ResumeAsync(this);

    public Task OnNextAsync(IList<SequentialItem<OutboxBatch>> items)
    {
        // What finds no room stays in the outbox.
        foreach (var item in items)
            _writer!.TryAdd(item.Item.Messages);
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    /// <summary>Signs where the book ends. What goes wrong is tried again in a second: a book can be written while its key is away.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The book goes on without checkpoints, and says so.")]
    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        try
        {
            await checkpoints.PublishAsync(this.GetPrimaryKeyString(), cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnsigned(error, this.GetPrimaryKeyString());
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "No checkpoint of {Book} could be published")]
    private partial void LogUnsigned(Exception error, string book);

    private async Task StepDownWhenStopped(BookWriter writer)
    {
        await writer.Stopped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        local.Remove(this.GetPrimaryKeyString(), writer);
        DeactivateOnIdle();
    }
}
