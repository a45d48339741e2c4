using Commission.Domain;
using Commission.Domain.Disputes;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Storage.GroupCommit;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Disputes;

/// <summary>An entry as it stands in the books and in the payouts.</summary>
/// <param name="BookId">Number of the book.</param>
/// <param name="Sequence">Place in it.</param>
/// <param name="Bytes">The leaf.</param>
/// <param name="Batch">The batch that holds it, or null.</param>
/// <param name="Item">The item of that batch.</param>
/// <param name="BatchStatus">How that batch stands.</param>
/// <param name="Dispute">The undecided dispute that is about it, or null.</param>
public sealed record DisputableEntry(
    int BookId, long Sequence, byte[] Bytes, PayoutBatchId? Batch, int Item, PayoutBatchStatus BatchStatus, DisputeId? Dispute);

/// <summary>One change of a dispute: its rows, its state and what it owes the books, or nothing of them.</summary>
public sealed class DisputeTransaction : RowTransaction
{
    internal DisputeTransaction(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Serializer serializer, IOutboxPublisher publisher, OutboxIds outboxIds)
        : base(connection, transaction, serializer, publisher, outboxIds)
    {
    }

    /// <summary>Entries of the ledger by their places, as they stand now; those that are not there are left out.</summary>
    public async Task<IReadOnlyList<DisputableEntry>> ReadEntriesAsync(long[] sequences, CancellationToken cancellationToken = default)
    {
        await using var command = new NpgsqlCommand("""
            select e.book_id, e.sequence, e.bytes, l.batch, l.item, b.status, d.dispute
            from book_head h join book_entry e on e.book_id = h.id
            left join payout_line l on l.book_id = e.book_id and l.sequence = e.sequence and l.holds
            left join payout_batch b on b.uuid = l.batch
            left join dispute_entry d on d.book_id = e.book_id and d.sequence = e.sequence and d.pending
            where h.book = 'ledger' and e.sequence = any($1)
            """, Connection, Transaction);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = sequences });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<DisputableEntry>(sequences.Length);
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(new DisputableEntry(
                reader.GetInt32(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2),
                reader.IsDBNull(3) ? null : PayoutBatchId.From(reader.GetGuid(3)), reader.IsDBNull(4) ? 0 : reader.GetInt32(4),
                reader.IsDBNull(5) ? PayoutBatchStatus.None : (PayoutBatchStatus)reader.GetInt16(5),
                reader.IsDBNull(6) ? null : DisputeId.From(reader.GetGuid(6))));
        }
        return entries;
    }

    /// <summary>Writes what the dispute is about, in order.</summary>
    public Task WriteEntriesAsync(DisputeId dispute, IReadOnlyList<DisputableEntry> entries, CancellationToken cancellationToken = default) => ExecuteAsync(
        """
        insert into dispute_entry (dispute, place, book_id, sequence, pending)
        select $1, t.place, t.book_id, t.sequence, true from unnest($2::int[], $3::int[], $4::bigint[]) as t(place, book_id, sequence)
        """,
        [
            dispute.Value, Enumerable.Range(1, entries.Count).ToArray(), entries.Select(entry => entry.BookId).ToArray(),
            entries.Select(entry => entry.Sequence).ToArray(),
        ], cancellationToken);

    /// <summary>Frees the entries of a dispute that ended.</summary>
    public Task EndEntriesAsync(DisputeId dispute, CancellationToken cancellationToken = default) =>
        ExecuteAsync("update dispute_entry set pending = false where dispute = $1 and pending", [dispute.Value], cancellationToken);

    /// <summary>Writes what somebody said.</summary>
    public Task WriteMessageAsync(DisputeId dispute, ContactId author, DateTimeOffset at, string text, CancellationToken cancellationToken = default) =>
        ExecuteAsync(
            """
            insert into dispute_message (dispute, number, author, written_at, body)
            select $1, coalesce(max(number), 0) + 1, $2, $3, $4 from dispute_message where dispute = $1
            """, [dispute.Value, author.Value, at.UtcDateTime, text], cancellationToken);

    /// <summary>Writes the state with what it owes the books, and commits all of it.</summary>
    /// <param name="next">The new state.</param>
    /// <param name="version">Its version: one more than what was read.</param>
    /// <param name="outbox">Records by book.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task CommitAsync(
        DisputeState next, int version, IEnumerable<(string Book, IReadOnlyList<BookRecord> Records)> outbox, CancellationToken cancellationToken = default) =>
        CommitAsync(DisputeTable.Table, next.Id.ToString(), next, version, outbox, cancellationToken);
}
