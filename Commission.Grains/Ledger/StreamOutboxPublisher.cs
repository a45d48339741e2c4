using System.Diagnostics.CodeAnalysis;
using Commission.Domain.Notifications;
using Commission.Domain.Rules.Volumes;
using Commission.Grains.Interfaces;
using Commission.Grains.Rules;
using Commission.Storage.GroupCommit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace Commission.Grains.Ledger;

/// <summary>
/// The fast path from commits to books. A book of this silo gets its messages at once; for the others it gathers what was
/// committed while the last stream event was under way, and sends it as one event per book. Messages to people are nobody's hurry.
/// </summary>
internal sealed partial class StreamOutboxPublisher(
    IServiceProvider services, LocalBooks local, VolumeCourier courier, CommandMetrics metrics,
    ILogger<StreamOutboxPublisher> logger) : BackgroundService, IOutboxPublisher
{
    private const int MaxBatch = 512;

    // A memory stream copies an event several times: below 85,000 bytes none of the copies is a large object for the
    // collector. (One of more than 1 MB it would lose.)
    private const int EnoughBytes = 48 * 1024;

    private readonly OutboxQueue _queue = new(metrics);

    public void Publish(IReadOnlyList<OutboxMessage> messages)
    {
        foreach (var book in messages.GroupBy(message => message.Book, StringComparer.Ordinal))
        {
            List<OutboxMessage> ofBook = [.. book];
            if (NotificationDraft.IsNotification(book.Key))
                continue;
            if (VolumeRecords.IsVolume(book.Key))
                courier.Add(ofBook);
            else if (!local.TryAdd(book.Key, ofBook))
                _queue.Add(ofBook);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var provider = services.GetRequiredKeyedService<IStreamProvider>(StreamNames.Provider);
        await foreach (var batch in _queue.BatchesAsync(MaxBatch, EnoughBytes, stoppingToken))
        {
            foreach (var book in batch.GroupBy(message => message.Book, StringComparer.Ordinal))
                await SendAsync(provider, book.Key, [.. book]);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A lost event costs time, never a leaf: the outbox rows stay.")]
    private async Task SendAsync(IStreamProvider provider, string book, OutboxMessage[] messages)
    {
        try
        {
            await provider.GetStream<OutboxBatch>(StreamId.Create(StreamNames.Books, book)).OnNextAsync(new OutboxBatch(messages));
        }
        catch (Exception error)
        {
            metrics.Dropped(messages.Length);
            LogDropped(error, messages.Length, book);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stream did not take {Count} messages for {Book}; the sweeper will")]
    private partial void LogDropped(Exception error, int count, string book);
}
