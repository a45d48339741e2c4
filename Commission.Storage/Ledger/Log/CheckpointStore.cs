using Commission.Domain;
using Commission.Domain.Ledger.Log;
using Npgsql;

namespace Commission.Storage.Ledger.Log;

/// <summary>A stored checkpoint.</summary>
/// <param name="Incarnation">The book's incarnation.</param>
/// <param name="Size">Leaves.</param>
/// <param name="Root">Root over them.</param>
/// <param name="Note">The signed note as it was made.</param>
/// <param name="Cosignatures">Lines of witnesses, each with its end.</param>
/// <param name="SignedAt">When.</param>
public sealed record StoredCheckpoint(int Incarnation, long Size, Hash Root, string Note, IReadOnlyList<string> Cosignatures, DateTimeOffset SignedAt)
{
    /// <summary>The note with all its signatures.</summary>
    public string Published => Note + string.Concat(Cosignatures);
}

/// <summary>Why and since when a book has an incarnation.</summary>
/// <param name="Number">From 1.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Reason">Why.</param>
/// <param name="SignedSize">Leaves of the last checkpoint of the one before, which this one does not go on from; null for the first.</param>
/// <param name="SignedRoot">Its root.</param>
public sealed record Incarnation(int Number, DateTimeOffset StartedAt, string Reason, long? SignedSize, Hash? SignedRoot);

/// <summary>Checkpoints, incarnations, cosignatures and keys of the books, in PostgreSQL. All of it is append-only.</summary>
public sealed class CheckpointStore(NpgsqlDataSource dataSource)
{
    private const string Columns = """
        c.incarnation, c.size, c.root, c.note, c.signed_at,
        array(select s.line from book_cosignature s where (s.book_id, s.incarnation, s.size) = (c.book_id, c.incarnation, c.size) order by s.received_at)
        """;

    /// <summary>The latest checkpoint of the book's present incarnation, or null.</summary>
    public Task<StoredCheckpoint?> FindLatestAsync(int bookId, CancellationToken cancellationToken) => FindAsync(
        $"select {Columns} from book_checkpoint c where c.book_id = $1 order by c.incarnation desc, c.size desc limit 1", [bookId], cancellationToken);

    /// <summary>The smallest checkpoint of the present incarnation that covers so many leaves, or null.</summary>
    public Task<StoredCheckpoint?> FindCoveringAsync(int bookId, long size, CancellationToken cancellationToken) => FindAsync(
        $"""
        select {Columns} from book_checkpoint c
        where c.book_id = $1 and c.size >= $2 and c.incarnation = (select max(number) from book_incarnation where book_id = $1)
        order by c.size limit 1
        """, [bookId, size], cancellationToken);

    /// <summary>The smallest cosigned checkpoint of the present incarnation that covers so many leaves, or null.</summary>
    public Task<StoredCheckpoint?> FindCosignedAsync(int bookId, long size, CancellationToken cancellationToken) => FindAsync(
        $"""
        select {Columns} from book_checkpoint c
        where c.book_id = $1 and c.incarnation = (select max(number) from book_incarnation where book_id = $1)
          and c.size = (select min(s.size) from book_cosignature s where s.book_id = $1 and s.incarnation = c.incarnation and s.size >= $2)
        """, [bookId, size], cancellationToken);

    /// <summary>Stores a checkpoint, unless there is one of that size already: then that one counts.</summary>
    public async Task AddAsync(int bookId, int incarnation, Checkpoint checkpoint, SignedNote note, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "insert into book_checkpoint (book_id, incarnation, size, root, note) values ($1, $2, $3, $4, $5) on conflict do nothing");
        Add(command, bookId, incarnation, checkpoint.Size, checkpoint.Root.ToArray(), note.ToString());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Stores a witness' line.</summary>
    public async Task AddCosignatureAsync(int bookId, int incarnation, long size, string witness, string line, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "insert into book_cosignature (book_id, incarnation, size, line, witness) values ($1, $2, $3, $4, $5) on conflict do nothing");
        Add(command, bookId, incarnation, size, line, witness);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The book's incarnations, the first one first.</summary>
    public async Task<IReadOnlyList<Incarnation>> ListIncarnationsAsync(int bookId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "select number, started_at, reason, signed_size, signed_root from book_incarnation where book_id = $1 order by number");
        Add(command, bookId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var incarnations = new List<Incarnation>();
        while (await reader.ReadAsync(cancellationToken))
        {
            incarnations.Add(new Incarnation(
                reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetInt64(3),
                reader.IsDBNull(4) ? null : new Hash(reader.GetFieldValue<byte[]>(4))));
        }
        return incarnations;
    }

    /// <summary>Begins an incarnation, unless it has begun.</summary>
    public async Task StartIncarnationAsync(int bookId, int number, string reason, SignedHead? signed, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "insert into book_incarnation (book_id, number, reason, signed_size, signed_root) values ($1, $2, $3, $4, $5) on conflict do nothing");
        Add(command, bookId, number, reason);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)signed?.Size ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)signed?.Root.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes a key that signs.</summary>
    public async Task AddKeyAsync(byte[] publicKey, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("insert into log_key (public_key) values ($1) on conflict do nothing");
        Add(command, publicKey);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Public keys (DER) that have ever signed, the first one first.</summary>
    public async Task<IReadOnlyList<byte[]>> ListKeysAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select public_key from log_key order by first_used");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<byte[]>();
        while (await reader.ReadAsync(cancellationToken))
            keys.Add(reader.GetFieldValue<byte[]>(0));
        return keys;
    }

    private async Task<StoredCheckpoint?> FindAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        Add(command, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new StoredCheckpoint(
                reader.GetInt32(0), reader.GetInt64(1), new Hash(reader.GetFieldValue<byte[]>(2)), reader.GetString(3), reader.GetFieldValue<string[]>(5),
                reader.GetFieldValue<DateTimeOffset>(4))
            : null;
    }

    private static void Add(NpgsqlCommand command, params object[] values)
    {
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
    }
}
