using Commission.Domain;
using Commission.Domain.Payouts;
using Npgsql;

namespace Commission.Storage.Payouts;

/// <summary>A line of an item with the leaf that it pays.</summary>
/// <param name="Sequence">Place in the ledger.</param>
/// <param name="AmountMinor">What it adds to what is owed.</param>
/// <param name="Bytes">The leaf.</param>
public sealed record PaidLineRow(long Sequence, long AmountMinor, byte[] Bytes);

/// <summary>What an item's evidence pack needs of the books.</summary>
public sealed class PayoutEvidenceQueries(NpgsqlDataSource dataSource)
{
    /// <summary>The entries that an item pays, in their order.</summary>
    public async Task<List<PaidLineRow>> ReadLinesAsync(PayoutBatchId batch, int item, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select l.sequence, l.amount_minor, e.bytes from payout_line l join book_entry e on e.book_id = l.book_id and e.sequence = l.sequence
            where l.batch = $1 and l.item = $2 order by l.place
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = batch.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = item });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<PaidLineRow>();
        while (await reader.ReadAsync(cancellationToken))
            lines.Add(new PaidLineRow(reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)));
        return lines;
    }

    /// <summary>Leaves of a batch in the ledger that have one of these facts.</summary>
    public async Task<List<byte[]>> ReadTransfersAsync(PayoutBatchId batch, IEnumerable<Hash> facts, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select e.bytes from book_entry e join book_head h on h.id = e.book_id
            where e.deal = $1 and h.book = 'ledger' and exists (select from unnest($2::bytea[]) f where position(f in e.bytes) > 0) order by e.sequence
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = batch.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = facts.Select(hash => hash.ToArray()).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var leaves = new List<byte[]>();
        while (await reader.ReadAsync(cancellationToken))
            leaves.Add(reader.GetFieldValue<byte[]>(0));
        return leaves;
    }
}
