using Commission.Domain;
using Commission.Domain.Rules;
using Npgsql;

namespace Commission.Storage.Rules;

/// <summary>A simulation as it stands.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">what-if or deal-flow.</param>
/// <param name="Actor">Who asked for it.</param>
/// <param name="RequestHash">SHA-256 of the request's canonical bytes.</param>
/// <param name="RuleHashes">The candidates' hashes.</param>
/// <param name="Status">queued, running, completed, failed, aborting or aborted.</param>
/// <param name="Done">Deals so far.</param>
/// <param name="Total">Deals in all.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="HeartbeatAt">When its process last said how far it is.</param>
/// <param name="FinishedAt">When it ended.</param>
public sealed record SimulationRow(
    SimulationId Id, string Kind, ContactId Actor, Hash RequestHash, IReadOnlyList<string> RuleHashes, string Status, long Done, long Total,
    DateTimeOffset CreatedAt, DateTimeOffset HeartbeatAt, DateTimeOffset? FinishedAt);

/// <summary>What a completed simulation found.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Actor">Who asked for it.</param>
/// <param name="FinishedAt">When it was completed.</param>
/// <param name="Currency">Of the amounts.</param>
/// <param name="BeforeMinor">All commission under the pinned rules.</param>
/// <param name="AfterMinor">Under the candidates.</param>
/// <param name="BreachCount">Breaches of limits and gates.</param>
public sealed record SimulationSummary(
    SimulationId Id, ContactId Actor, DateTimeOffset FinishedAt, string Currency, long BeforeMinor, long AfterMinor, long BreachCount);

/// <summary>Simulations, kept with their results.</summary>
public sealed class SimulationQueries(NpgsqlDataSource dataSource)
{
    private const string Columns = "id, kind, actor, request_hash, rule_hashes, status, done, total, created_at, heartbeat_at, finished_at";

    /// <summary>Adds one; false when it is there already.</summary>
    public async Task<bool> AddAsync(
        SimulationId id, string kind, ContactId actor, Hash requestHash, byte[] request, string[] ruleHashes, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            insert into simulation (id, kind, actor, request_hash, request, rule_hashes) values ($1, $2, $3, $4, $5, $6)
            on conflict do nothing
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id.ToString() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = kind });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = actor.Value });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = requestHash.ToArray() });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = request });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = ruleHashes });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>One, or null.</summary>
    public async Task<SimulationRow?> FindAsync(SimulationId id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select {Columns} from simulation where id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id.ToString() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Row(reader) : null;
    }

    /// <summary>The latest, newest first; of one candidate only when its hash is given.</summary>
    public async Task<IReadOnlyList<SimulationRow>> ListAsync(string? ruleHash, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"select {Columns} from simulation where $1::text is null or $1 = any(rule_hashes) order by created_at desc, id limit $2");
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)ruleHash ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<SimulationRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(Row(reader));
        return rows;
    }

    /// <summary>The request's bytes, or null.</summary>
    public Task<byte[]?> ReadRequestAsync(SimulationId id, CancellationToken cancellationToken) => ReadBytesAsync("request", id, cancellationToken);

    /// <summary>The world that a simulation plays in, or null.</summary>
    public Task<byte[]?> ReadWorldAsync(SimulationId id, CancellationToken cancellationToken) => ReadBytesAsync("world", id, cancellationToken);

    /// <summary>Makes a simulation's world known to all silos.</summary>
    public async Task WriteWorldAsync(SimulationId id, byte[] world, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("update simulation set world = $2 where id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id.ToString() });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = world });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The result's JSON, or null while there is none.</summary>
    public Task<byte[]?> ReadResultAsync(SimulationId id, CancellationToken cancellationToken) => ReadBytesAsync("result", id, cancellationToken);

    /// <summary>What an approval needs to know of a what-if, or null.</summary>
    public async Task<SimulationFacts?> FindFactsAsync(SimulationId id, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select status, rule_hashes, sha256(result) from simulation where id = $1 and kind = 'what-if'");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id.ToString() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new SimulationFacts(reader.GetString(0), reader.GetFieldValue<string[]>(1), reader.IsDBNull(2) ? null : new Hash(reader.GetFieldValue<byte[]>(2)))
            : null;
    }

    /// <summary>The completed what-ifs that tried a document, newest first, with what they found.</summary>
    public async Task<IReadOnlyList<SimulationSummary>> ListCompletedAsync(string ruleHash, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select id, actor, finished_at, report ->> 'currency', (report #>> '{total,beforeMinor}')::bigint, (report #>> '{total,afterMinor}')::bigint,
                (report ->> 'breachCount')::bigint
            from (select id, actor, created_at, finished_at, convert_from(result, 'UTF8')::jsonb as report from simulation
                  where kind = 'what-if' and status = 'completed' and result is not null and $1 = any(rule_hashes)
                  order by created_at desc, id limit $2) completed
            order by created_at desc, id
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ruleHash });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<SimulationSummary>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new SimulationSummary(
                TypedId.Parse<SimulationId>(reader.GetString(0)), ContactId.From(reader.GetGuid(1)), reader.GetFieldValue<DateTimeOffset>(2),
                reader.GetString(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6)));
        }
        return rows;
    }

    /// <summary>Says how far it is; false when it must stop.</summary>
    public async Task<bool> ReportAsync(SimulationId id, long done, long total, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            update simulation set status = 'running', done = $2, total = $3, heartbeat_at = clock_timestamp()
            where id = $1 and status in ('queued', 'running')
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id.ToString() });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = done });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = total });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Ends it.</summary>
    public async Task FinishAsync(SimulationId id, string status, long done, byte[]? result, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            update simulation set status = $2, done = $3, result = $4, finished_at = clock_timestamp(), heartbeat_at = clock_timestamp()
            where id = $1 and finished_at is null
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id.ToString() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = status });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = done });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)result ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Asks whoever runs it to stop.</summary>
    public async Task AbortAsync(SimulationId id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "update simulation set status = 'aborting' where id = $1 and status in ('queued', 'running')");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id.ToString() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<byte[]?> ReadBytesAsync(string column, SimulationId id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select {column} from simulation where id = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id.ToString() });
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    private static SimulationRow Row(NpgsqlDataReader reader) => new(
        TypedId.Parse<SimulationId>(reader.GetString(0)), reader.GetString(1), ContactId.From(reader.GetGuid(2)),
        new Hash(reader.GetFieldValue<byte[]>(3)), reader.GetFieldValue<string[]>(4), reader.GetString(5), reader.GetInt64(6), reader.GetInt64(7),
        reader.GetFieldValue<DateTimeOffset>(8), reader.GetFieldValue<DateTimeOffset>(9),
        reader.IsDBNull(10) ? null : reader.GetFieldValue<DateTimeOffset>(10));
}
