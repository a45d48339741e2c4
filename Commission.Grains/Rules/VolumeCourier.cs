using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Commission.Domain.Ledger;
using Commission.Domain.Rules.Volumes;
using Commission.Grains.Interfaces.Rules;
using Commission.Storage.GroupCommit;
using Commission.Storage.Ledger;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace Commission.Grains.Rules;

/// <summary>
/// Brings contributions from the outbox to their accumulators. A row is deleted only when the accumulator's own write is
/// durable; until then it comes again, and the accumulator counts it once. The queue is bounded and may drop: the sweeper
/// brings what is missing.
/// </summary>
internal sealed partial class VolumeCourier(
    IGrainFactory grains, OutboxQueries outbox, Serializer serializer, CommandMetrics metrics, ILogger<VolumeCourier> logger) : BackgroundService
{
    private const int Capacity = 32_768;
    private const int MaxBatch = 2_048;
    private const int MaxTogether = 256;
    private const int Parallel = 16;
    private const int SweepLimit = 4_096;

    private readonly Channel<OutboxMessage> _queue = Channel.CreateBounded<OutboxMessage>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Takes over what was just committed.</summary>
    public void Add(IReadOnlyList<OutboxMessage> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (_queue.Writer.TryWrite(messages[i]))
                continue;
            metrics.Dropped(messages.Count - i);
            return;
        }
    }

    /// <summary>Brings what has waited too long.</summary>
    public async Task SweepAsync(TimeSpan olderThan, CancellationToken cancellationToken) =>
        await DeliverAsync(await outbox.ReadOverdueVolumesAsync(olderThan, SweepLimit, cancellationToken), cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<OutboxMessage>();
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var message))
                batch.Add(message);
            await DeliverAsync(batch, stoppingToken);
        }
    }

    private Task DeliverAsync(IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        var parcels = messages.GroupBy(message => message.Book, StringComparer.Ordinal).SelectMany(volume => volume.Chunk(MaxTogether));
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken };
        return System.Threading.Tasks.Parallel.ForEachAsync(parcels, options, (parcel, cancellation) => DeliverAsync(parcel, cancellation));
    }

    [SuppressMessage("Design", "CA1031", Justification = "What does not arrive now stays in the outbox and comes again.")]
    private async ValueTask DeliverAsync(OutboxMessage[] parcel, CancellationToken cancellationToken)
    {
        try
        {
            // Each message holds one contribution.
            var commands = Array.ConvertAll(parcel, message => ((ContributionDraft)RecordOf(message)).Command);
            var refusals = await grains.GetGrain<IVolumeGrain>(parcel[0].Book).Record(commands);
            await outbox.DeleteAsync([.. parcel.Where((_, i) => refusals[i] is null).Select(message => message.Id)], cancellationToken);
            for (var i = 0; i < parcel.Length; i++)
            {
                if (refusals[i] is not { } refusal)
                    continue;
                LogParked(parcel[i].Book, commands[i].Contribution.Id, refusal.Code);
                await outbox.ParkAsync(parcel[i].Id, $"{refusal.Code}: {refusal.Text}", cancellationToken);
            }
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogUndelivered(error, parcel.Length, parcel[0].Book);
        }
    }

    private BookRecord RecordOf(OutboxMessage message) => (message.Records ?? serializer.Deserialize<BookRecord[]>(message.Payload)!).Single();

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} contributions to {Volume} were not delivered; they will be brought again")]
    private partial void LogUndelivered(Exception error, int count, string volume);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Volume} refuses {Contribution} for good ({Code}); it is put aside in outbox_parked")]
    private partial void LogParked(string volume, string contribution, string code);
}
