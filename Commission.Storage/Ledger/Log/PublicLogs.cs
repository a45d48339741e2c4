using Commission.Domain;
using Commission.Domain.Ledger.Log;

namespace Commission.Storage.Ledger.Log;

/// <summary>A public book as a log.</summary>
/// <param name="Book">Its name.</param>
/// <param name="Origin">Installation, book, incarnation.</param>
/// <param name="Leaves">Leaves that the book holds now; the checkpoint may cover fewer.</param>
/// <param name="WaitingSince">When the first leaf came that no checkpoint covers yet; null when all are covered.</param>
/// <param name="Latest">The latest checkpoint.</param>
/// <param name="Keys">Verifier keys that ever signed, the first one first.</param>
/// <param name="Incarnations">Its incarnations, the first one first.</param>
public sealed record PublicLog(
    string Book, string Origin, long Leaves, DateTimeOffset? WaitingSince, StoredCheckpoint Latest, IReadOnlyList<NoteKey> Keys,
    IReadOnlyList<Incarnation> Incarnations);

/// <summary>The books that anybody may read: those that are no simulation and have a checkpoint.</summary>
public sealed class PublicLogs(LedgerQueries ledger, TileQueries tiles, CheckpointStore checkpoints, LogNames names)
{
    public async Task<IReadOnlyList<PublicLog>> ListAsync(CancellationToken cancellationToken = default)
    {
        var logs = new List<PublicLog>();
        var keys = await checkpoints.ListKeysAsync(cancellationToken);
        foreach (var book in (await ledger.ListBooksAsync(cancellationToken)).Where(book => !World.IsSimulated(book.Book)))
        {
            var head = (await tiles.ReadHeadAsync(book.Book, cancellationToken))!;
            if (await checkpoints.FindLatestAsync(head.BookId, cancellationToken) is not { } latest)
                continue;
            var origin = await names.OriginAsync(book.Book, latest.Incarnation);
            var waitingSince = head.Size > latest.Size ? await tiles.ReadPostedAtAsync(head with { Size = latest.Size + 1 }, cancellationToken) : null;
            logs.Add(new PublicLog(
                book.Book, origin, head.Size, waitingSince, latest, [.. keys.Select(key => new NoteKey(origin, key))],
                await checkpoints.ListIncarnationsAsync(head.BookId, cancellationToken)));
        }
        return logs;
    }
}
