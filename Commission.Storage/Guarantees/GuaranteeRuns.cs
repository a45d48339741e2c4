using Commission.Domain;
using Commission.Domain.Guarantees;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Guarantees;

/// <summary>A run as it stands.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">check or self-test.</param>
/// <param name="Full">Whether it reads everything.</param>
/// <param name="RequestHash">SHA-256 of the request; null for one of the schedule.</param>
/// <param name="Status">queued, running, completed or failed.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Held">Whether all held, or every break was seen.</param>
/// <param name="Report">The report's canonical bytes.</param>
/// <param name="Note">The signed note over their hash.</param>
public sealed record GuaranteeRun(
    GuaranteeRunId Id, string Kind, bool Full, Hash? RequestHash, string Status, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt, bool? Held,
    byte[]? Report, string? Note)
{
    /// <summary>A check of the books.</summary>
    public const string Check = "check";

    /// <summary>Breaks on a copy.</summary>
    public const string SelfTest = "self-test";

    /// <summary>Whether all that it found was that something is late.</summary>
    public bool WasLateOnly => Report is not null && GuaranteeReport.IsOnlyLate(Report);
}

/// <summary>Runs of the guarantees in PostgreSQL: a queue of what was asked for, and the results.</summary>
public sealed class GuaranteeRuns(NpgsqlDataSource dataSource)
{
    /// <summary>"runs of the guarantees", as a number that no other lock of the database has.</summary>
    private const long LockKey = 0x475541525F52554E;

    private const string Columns = "id, kind, whole, request_hash, status, created_at, finished_at, held, report, note";

    /// <summary>Queues a run; false when it is there already.</summary>
    public async Task<bool> AddAsync(
        GuaranteeRunId id, string kind, bool full, ContactId? actor, Hash? requestHash, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "insert into guarantee_run (id, kind, whole, actor, request_hash) values ($1, $2, $3, $4, $5) on conflict do nothing");
        command.Parameters.Add(new NpgsqlParameter { Value = id.ToString() });
        command.Parameters.Add(new NpgsqlParameter { Value = kind });
        command.Parameters.Add(new NpgsqlParameter { Value = full });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)actor?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)requestHash?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>
    /// The right to run, for one process at a time; null when another has it. It is a session's lock, so it ends with the process,
    /// and whoever gets it next knows that a run which stands as running has died.
    /// </summary>
    public async Task<IAsyncDisposable?> TryHoldAsync(CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await connection.ScalarAsync<bool>("select pg_try_advisory_lock($1)", cancellationToken, LockKey))
            return new RunHold(connection);
        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Whether a run is not finished.</summary>
    public async Task<bool> HasWorkAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select exists (select from guarantee_run where finished_at is null)");
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Takes the oldest run that is not finished; null when there is none. Only who holds the right to run may ask.</summary>
    public Task<GuaranteeRun?> TakeAsync(CancellationToken cancellationToken) => FindAsync(
        $"""
        update guarantee_run set status = 'running'
        where id = (select id from guarantee_run where finished_at is null order by created_at, id limit 1)
        returning {Columns}
        """, [], cancellationToken);

    /// <summary>Ends a run.</summary>
    public async Task FinishAsync(GuaranteeRunId id, string status, bool? held, byte[]? report, string? note, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            update guarantee_run set status = $2, held = $3, report = $4, note = $5, finished_at = clock_timestamp() where id = $1 and finished_at is null
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = id.ToString() });
        command.Parameters.Add(new NpgsqlParameter { Value = status });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)held ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)report ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)note ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>One run, or null.</summary>
    public Task<GuaranteeRun?> FindAsync(GuaranteeRunId id, CancellationToken cancellationToken) =>
        FindAsync($"select {Columns} from guarantee_run where id = $1", [id.ToString()], cancellationToken);

    /// <summary>The latest run of a kind that completed, or null.</summary>
    public Task<GuaranteeRun?> FindLatestAsync(string kind, CancellationToken cancellationToken) => FindAsync(
        $"select {Columns} from guarantee_run where kind = $1 and status = 'completed' order by created_at desc limit 1", [kind], cancellationToken);

    /// <summary>When a check was last asked for, by whomever; null when never.</summary>
    public async Task<DateTimeOffset?> FindLastStartAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select max(created_at) from guarantee_run where kind = 'check'");
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime last ? new DateTimeOffset(last) : null;
    }

    /// <summary>How far each book was verified, and since when nothing of it was left out.</summary>
    public async Task<(Dictionary<string, VerifiedBook> Books, DateTimeOffset? FullAt)> ReadProgressAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select book, size, root, whole_at from guarantee_progress");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (books, fullAt) = (new Dictionary<string, VerifiedBook>(StringComparer.Ordinal), (DateTimeOffset?)null);
        while (await reader.ReadAsync(cancellationToken))
        {
            books[reader.GetString(0)] = new VerifiedBook(reader.GetInt64(1), new Hash(reader.GetFieldValue<byte[]>(2)));
            var whole = reader.GetFieldValue<DateTimeOffset>(3);
            fullAt = fullAt is null || whole < fullAt ? whole : fullAt;
        }
        return (books, fullAt);
    }

    /// <summary>Notes how far the books were verified.</summary>
    public async Task WriteProgressAsync(IReadOnlyList<BookExtent> books, DateTimeOffset at, bool full, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            insert into guarantee_progress as p (book, size, root, verified_at, whole_at)
            select t.book, t.size, t.root, $4, $4 from unnest($1::text[], $2::bigint[], $3::bytea[]) as t(book, size, root)
            on conflict (book) do update set size = excluded.size, root = excluded.root, verified_at = excluded.verified_at,
                whole_at = case when $5 then excluded.whole_at else p.whole_at end
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = books.Select(book => book.Book).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = books.Select(book => book.Size).ToArray() });
        var roots = books.Select(book => book.Root.ToArray()).ToArray();
        command.Parameters.Add(new NpgsqlParameter { Value = roots, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter { Value = at.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter { Value = full });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<GuaranteeRun?> FindAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new GuaranteeRun(
                TypedId.Parse<GuaranteeRunId>(reader.GetString(0)), reader.GetString(1), reader.GetBoolean(2),
                reader.IsDBNull(3) ? null : new Hash(reader.GetFieldValue<byte[]>(3)), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetFieldValue<DateTimeOffset?>(6), reader.GetFieldValue<bool?>(7), reader.IsDBNull(8) ? null : reader.GetFieldValue<byte[]>(8),
                reader.IsDBNull(9) ? null : reader.GetString(9))
            : null;
    }
}

/// <summary>Holds the lock until it is disposed of; the connection goes back to its pool without it.</summary>
internal sealed class RunHold(NpgsqlConnection connection) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        if (connection.State == System.Data.ConnectionState.Open)
            await connection.ExecuteAsync("select pg_advisory_unlock_all()", CancellationToken.None);
        await connection.DisposeAsync();
    }
}
