using System.Collections.Concurrent;
using Commission.Storage.GroupCommit;
using Commission.Storage.Ledger;

namespace Commission.Grains.Ledger;

/// <summary>
/// The books whose writers run in this silo. What was committed here for one of them is handed over as it is; only what a
/// book elsewhere needs goes by stream, where it is written, copied and read again.
/// </summary>
internal sealed class LocalBooks
{
    private readonly ConcurrentDictionary<string, BookWriter> _writers = new(StringComparer.Ordinal);

    public void Add(string book, BookWriter writer) => _writers[book] = writer;

    /// <summary>Forgets the writer, unless a later one has taken its place.</summary>
    public void Remove(string book, BookWriter writer) => _writers.TryRemove(new(book, writer));

    /// <summary>Hands messages to the book's writer; false when it is not here or has no room.</summary>
    public bool TryAdd(string book, IReadOnlyList<OutboxMessage> messages) =>
        _writers.TryGetValue(book, out var writer) && writer.TryAdd(messages);
}
