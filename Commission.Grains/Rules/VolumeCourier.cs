using System.Diagnostics.CodeAnalysis;
using Commission.Domain.Ledger;
using Commission.Domain.Rules.Volumes;
using Commission.Grains.Interfaces.Rules;
using Commission.Grains.Ledger;
using Commission.Storage.GroupCommit;
using Commission.Storage.Ledger;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace Commission.Grains.Rules;

/// <summary>
/// Brings contributions from the outbox to their accumulators. A row is deleted only when the accumulator's own write is
/// durable; until then it comes again, and the accumulator counts it once.
/// </summary>
internal sealed partial class VolumeCourier(
    IGrainFactory grains, OutboxQueries outbox, Serializer serializer, CommandMetrics metrics, ILogger<VolumeCourier> logger) : BackgroundService
{
    private const int MaxBatch = 2_048;
    private const int EnoughBytes = 4 * 1024 * 1024;
    private const int MaxTogether = 256;
    private const int Parallel = 16;
    private const int SweepLimit = 4_096;

    private readonly OutboxQueue _queue = new(metrics);

    /// <summary>Takes over what was just committed.</summary>
    public void Add(IReadOnlyList<OutboxMessage> messages) => _queue.Add(messages);

    /// <summary>Brings what has waited too long.</summary>
    public async Task SweepAsync(TimeSpan olderThan, CancellationToken cancellationToken) =>
        await DeliverAsync(await outbox.ReadOverdueVolumesAsync(olderThan, SweepLimit, cancellationToken), cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var batch in _queue.BatchesAsync(MaxBatch, EnoughBytes, stoppingToken))
            await DeliverAsync(batch, stoppingToken);
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
