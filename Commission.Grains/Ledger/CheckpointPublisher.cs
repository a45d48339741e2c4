using System.Text;
using Commission.Domain.Ledger.Log;
using Commission.Storage.Ledger;
using Commission.Storage.Ledger.Log;
using Microsoft.Extensions.Logging;

namespace Commission.Grains.Ledger;

/// <summary>
/// Signs where a book ends. It never signs what does not go on from what it signed before: a book that was changed is not
/// signed any more; one that lost its end, because a backup was restored, goes on as a new incarnation and says so.
/// </summary>
internal sealed partial class CheckpointPublisher(
    TileQueries tiles, CheckpointStore store, ICheckpointSigner signer, LogNames names, CommandMetrics metrics, TimeProvider time,
    ILogger<CheckpointPublisher> logger)
{
    /// <summary>Signs, remembers and stores a checkpoint of the book, if it has grown since the last.</summary>
    public async Task PublishAsync(string book, CancellationToken cancellationToken)
    {
        if (await tiles.ReadHeadAsync(book, cancellationToken) is not { } head)
            return;
        var latest = await store.FindLatestAsync(head.BookId, cancellationToken);
        var remembered = await signer.ReadLastAsync(await names.MemoryAsync(book), cancellationToken);
        if (latest?.Size == head.Size && remembered?.Size == head.Size && remembered.Incarnation == latest.Incarnation && remembered.Root == head.Root)
            return;
        if (await IncarnationAsync(book, head, latest, remembered, cancellationToken) is not { } incarnation)
            return;
        var checkpoint = new Checkpoint(await names.OriginAsync(book, incarnation), head.Size, head.Root);
        var note = await SignAsync(checkpoint, cancellationToken);
        await signer.RememberAsync(await names.MemoryAsync(book), new SignedHead(incarnation, head.Size, head.Root), cancellationToken);
        await store.AddAsync(head.BookId, incarnation, checkpoint, note, cancellationToken);
        if (await tiles.ReadPostedAtAsync(head, cancellationToken) is { } postedAt)
            metrics.Published(book, time.GetUtcNow() - postedAt);
    }

    private async Task<SignedNote> SignAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var (text, lines) = (Encoding.UTF8.GetBytes(checkpoint.Text), new List<NoteSignature>());
        foreach (var key in await signer.ListKeysAsync(cancellationToken))
        {
            await store.AddKeyAsync(key, cancellationToken);
            lines.Add(new NoteSignature(checkpoint.Origin, new NoteKey(checkpoint.Origin, key).KeyId, await signer.SignAsync(key, text, cancellationToken)));
        }
        return new SignedNote(checkpoint.Text, lines);
    }

    /// <summary>The incarnation in which the book may be signed; null when it may not.</summary>
    private async Task<int?> IncarnationAsync(
        string book, TreeHead head, StoredCheckpoint? latest, SignedHead? remembered, CancellationToken cancellationToken)
    {
        var present = await store.ListIncarnationsAsync(head.BookId, cancellationToken) is [.., var last] ? last.Number : 0;
        if (remembered is null && latest is null)
        {
            await store.StartIncarnationAsync(head.BookId, Math.Max(1, present), "The book's first checkpoint.", null, cancellationToken);
            return Math.Max(1, present);
        }
        var stored = latest is null ? null : new SignedHead(latest.Incarnation, latest.Size, latest.Root);
        if (stored is not null && !await GoesOnFromAsync(head, stored, cancellationToken))
        {
            LogChanged(book, stored.Size);
            return null;
        }
        if (remembered is null || (remembered.Incarnation <= present && await GoesOnFromAsync(head, remembered, cancellationToken)))
            return present;
        if (remembered.Incarnation == present && remembered.Size <= head.Size && stored is { } known && known.Size >= remembered.Size)
        {
            // The database has a checkpoint at least as new, and the leaves before it are not those that were signed.
            LogChanged(book, remembered.Size);
            return null;
        }
        var next = Math.Max(present, remembered.Incarnation) + 1;
        LogRestored(book, next, remembered.Size, remembered.Incarnation, head.Size);
        await store.StartIncarnationAsync(
            head.BookId, next, "The book does not go on from what was signed before: an older state of the database was restored.", remembered, cancellationToken);
        return next;
    }

    private async Task<bool> GoesOnFromAsync(TreeHead head, SignedHead signed, CancellationToken cancellationToken) =>
        signed.Size <= head.Size && await tiles.ReadRootAsync(head.BookId, signed.Size, cancellationToken) == signed.Root;

    [LoggerMessage(Level = LogLevel.Critical, Message = "The book {Book} was changed before leaf {Size}: its checkpoints are not signed any more")]
    private partial void LogChanged(string book, long size);

    [LoggerMessage(Level = LogLevel.Critical, Message =
        "The book {Book} ends at {Size} and does not go on from checkpoint {Signed} of incarnation {Former}: a backup was restored. Incarnation {Incarnation} begins")]
    private partial void LogRestored(string book, int incarnation, long signed, int former, long size);
}
