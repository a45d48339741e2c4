using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Npgsql;

namespace Commission.Storage.Guarantees;

/// <summary>Reads acts of the administration book.</summary>
internal sealed class ActReader(NpgsqlConnection connection, IReadOnlyDictionary<string, int> books, WaitingRecords waiting)
{
    /// <summary>What was done to something, in order; null while some of it waits for the book.</summary>
    public async Task<IReadOnlyList<ActRecord>?> ReadAsync(Guid subject, CancellationToken cancellationToken)
    {
        if (waiting.Acts.Contains(subject))
            return null;
        var leaves = await connection.ReadAsync(
            "select bytes from book_entry where deal = $1 and book_id = $2 order by sequence", reader => PayoutReader.LeafOf(reader.GetFieldValue<byte[]>(0)),
            cancellationToken, subject, books.GetValueOrDefault(Books.Administration, -1));
        return [.. leaves.OfType<ActLeaf>().Select(leaf => ActRecord.Read(leaf.Act)).OfType<ActRecord>()];
    }
}
