using Commission.Domain.Ledger;
using Orleans.Serialization;

namespace Commission.Storage.GroupCommit;

/// <summary>Makes outbox messages of what a transaction owes the books.</summary>
internal static class OutboxMessages
{
    /// <summary>Writes messages: parameters 1 to 3 are their ids, books and payloads.</summary>
    public const string InsertSql = "insert into outbox (id, book, payload) select * from unnest($1::bigint[], $2::text[], $3::bytea[])";

    /// <summary>Records of one outbox row at most, so that an append of the book stays small.</summary>
    private const int MaxRecords = 512;

    public static async Task<IReadOnlyList<OutboxMessage>> MakeAsync(
        Serializer serializer, OutboxIds ids, IEnumerable<(string Book, IReadOnlyList<BookRecord> Records)> outbox)
    {
        var parts = outbox.SelectMany(part => part.Records.Chunk(MaxRecords).Select(records => (part.Book, records))).ToList();
        if (parts.Count == 0)
            return [];
        var first = await ids.TakeAsync(parts.Count);
        return [.. parts.Select((part, i) =>
            new OutboxMessage(first + i, part.Book, serializer.SerializeToArray(part.records)) { Records = part.records })];
    }
}
