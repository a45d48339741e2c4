using Commission.Domain;
using Commission.Domain.Disputes;
using Commission.Storage.GroupCommit;
using Npgsql;
using NpgsqlTypes;
using Orleans.Serialization;

namespace Commission.Storage.Disputes;

/// <summary>What somebody said in a dispute.</summary>
public sealed record DisputeMessage(int Number, ContactId Author, DateTimeOffset At, string Text);

/// <summary>How disputes keep their time.</summary>
/// <param name="Open">Undecided ones.</param>
/// <param name="Overdue">Undecided ones whose clock has run out.</param>
/// <param name="Warned">Undecided ones that are warned of, and not overdue.</param>
/// <param name="Decided">Those decided in the last 90 days.</param>
/// <param name="DecidedLate">Of these, those whose clock had run out.</param>
/// <param name="MedianSeconds">Median business time to their decisions; null without any.</param>
public sealed record DisputeFigures(long Open, long Overdue, long Warned, long Decided, long DecidedLate, double? MedianSeconds);

/// <summary>Disputes in PostgreSQL: a state and its rows, changed in one transaction.</summary>
public sealed class DisputeStore(NpgsqlDataSource dataSource, Serializer serializer, IOutboxPublisher publisher) : IDisposable
{
    private readonly OutboxIds _outboxIds = new(dataSource);

    /// <summary>The dispute's state and its version; the empty state at version 0 when there is none.</summary>
    public async Task<(DisputeState State, int Version)> ReadAsync(DisputeId id, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(DisputeTable.Table.ReadSql);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [id.ToString()] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (serializer.Deserialize<Journaled<DisputeState>>(reader.GetFieldValue<byte[]>(2))!.State, reader.GetInt32(1))
            : (new DisputeState(), 0);
    }

    /// <summary>Begins a transaction.</summary>
    public async Task<DisputeTransaction> BeginAsync(CancellationToken cancellationToken = default)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return new DisputeTransaction(connection, await connection.BeginTransactionAsync(cancellationToken), serializer, publisher, _outboxIds);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _outboxIds.Dispose();
}

/// <summary>Reads of disputes.</summary>
public sealed class DisputeQueries(NpgsqlDataSource dataSource, Serializer serializer)
{
    /// <summary>One page, newest first, after a position.</summary>
    /// <param name="member">Of one member only.</param>
    /// <param name="pending">Undecided ones only.</param>
    /// <param name="beforeTime">Where the page before ended.</param>
    /// <param name="beforeId">Its last id.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<DisputeState>> ListAsync(
        ContactId? member, bool pending, DateTimeOffset? beforeTime, string? beforeId, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand($"""
            select payload from dispute
            where ($1::uuid is null or member = $1) {(pending ? "and status in (1, 2, 3, 4)" : "")}
                and ($2::timestamptz is null or (opened_at, id) < ($2, $3::text))
            order by opened_at desc, id desc limit $4
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)member?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)beforeTime?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)beforeId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var states = new List<DisputeState>();
        while (await reader.ReadAsync(cancellationToken))
            states.Add(serializer.Deserialize<Journaled<DisputeState>>(reader.GetFieldValue<byte[]>(0))!.State);
        return states;
    }

    /// <summary>Undecided disputes after an id, for whoever looks at their clocks.</summary>
    public async Task<IReadOnlyList<string>> ListPendingAsync(string after, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select id from dispute where status in (1, 2, 3, 4) and id > $1 order by id limit $2");
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetString(0));
        return ids;
    }

    /// <summary>Places in the ledger of what a dispute is about, in its order.</summary>
    public async Task<IReadOnlyList<long>> ListEntriesAsync(DisputeId dispute, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select sequence from dispute_entry where dispute = $1 order by place");
        command.Parameters.Add(new NpgsqlParameter { Value = dispute.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sequences = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
            sequences.Add(reader.GetInt64(0));
        return sequences;
    }

    /// <summary>What was said, in order.</summary>
    public async Task<IReadOnlyList<DisputeMessage>> ListMessagesAsync(DisputeId dispute, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(
            "select number, author, written_at, body from dispute_message where dispute = $1 order by number");
        command.Parameters.Add(new NpgsqlParameter { Value = dispute.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<DisputeMessage>();
        while (await reader.ReadAsync(cancellationToken))
            messages.Add(new DisputeMessage(
                reader.GetInt32(0), ContactId.From(reader.GetGuid(1)), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3)));
        return messages;
    }

    /// <summary>How disputes keep their time.</summary>
    public async Task<DisputeFigures> ReadFiguresAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select count(*) filter (where status in (1, 2, 3, 4)),
                count(*) filter (where status in (1, 2, 3, 4) and breached_at is not null),
                count(*) filter (where status in (1, 2, 3, 4) and warned_at is not null and breached_at is null),
                count(*) filter (where decided_at is not null), count(*) filter (where decided_at is not null and breached_at is not null),
                percentile_cont(0.5) within group (order by used_seconds) filter (where decided_at is not null)
            from dispute where status in (1, 2, 3, 4) or decided_at > clock_timestamp() - interval '90 days'
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new DisputeFigures(
            reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4),
            reader.IsDBNull(5) ? null : reader.GetDouble(5));
    }
}
