using Commission.Domain;
using Commission.Domain.Notifications;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Notifications;

/// <summary>A message as lists show it.</summary>
public sealed record NotificationRow(
    NotificationId Id, NotificationKind Kind, ContactId? Contact, byte[] Facts, DateTimeOffset CreatedAt, NotificationState State, int Attempts,
    DateTimeOffset? DueAt, DateTimeOffset? EndedAt, string? Problem);

/// <summary>Which messages a list shows.</summary>
/// <param name="State">Those that stand so; null for all.</param>
/// <param name="Kind">Those that tell this; null for all.</param>
/// <param name="Contact">Those to one contact; null for all.</param>
public sealed record NotificationFilter(NotificationState? State, NotificationKind? Kind, ContactId? Contact);

/// <summary>How messages get on.</summary>
/// <param name="Queued">Waiting.</param>
/// <param name="OldestSeconds">How long the oldest of these has waited.</param>
/// <param name="Failed">Given up.</param>
/// <param name="Undeliverable">Without an address.</param>
public sealed record NotificationFigures(long Queued, double OldestSeconds, long Failed, long Undeliverable);

/// <summary>Reads of messages, and the one thing that people do with them.</summary>
public sealed class NotificationQueries(NpgsqlDataSource dataSource)
{
    private const string Columns = "select id, kind, contact, facts, created_at, state, attempts, due_at, ended_at, problem from notification";

    /// <summary>One page, newest first, after a position.</summary>
    public async Task<List<NotificationRow>> ListAsync(
        NotificationFilter filter, DateTimeOffset? beforeTime, Guid? beforeId, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand($"""
            {Columns}
            where ($1::smallint is null or state = $1) and ($2::smallint is null or kind = $2) and ($3::uuid is null or contact = $3)
                and ($4::timestamptz is null or (created_at, id) < ($4, $5::uuid))
            order by created_at desc, id desc limit $6
            """);
        foreach (var (value, type) in (ReadOnlySpan<(object?, NpgsqlDbType)>)
        [
            ((short?)filter.State, NpgsqlDbType.Smallint), ((short?)filter.Kind, NpgsqlDbType.Smallint), (filter.Contact?.Value, NpgsqlDbType.Uuid),
            (beforeTime?.UtcDateTime, NpgsqlDbType.TimestampTz), (beforeId, NpgsqlDbType.Uuid), (limit, NpgsqlDbType.Integer),
        ])
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>One message, or null.</summary>
    public async Task<NotificationRow?> FindAsync(NotificationId id, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand($"{Columns} where id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = id.Value });
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>Queues a message again that was given up or had no address; its attempts count anew. Whether it stood so.</summary>
    public async Task<bool> RetryAsync(NotificationId id, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(
            "update notification set state = 1, attempts = 0, due_at = clock_timestamp(), ended_at = null where id = $1 and state in (3, 4)");
        command.Parameters.Add(new NpgsqlParameter { Value = id.Value });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>How messages get on.</summary>
    public async Task<NotificationFigures> ReadFiguresAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select count(*) filter (where state = 1),
                coalesce(extract(epoch from clock_timestamp() - min(created_at) filter (where state = 1)), 0)::double precision,
                count(*) filter (where state = 3), count(*) filter (where state = 4)
            from notification where state <> 2
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new NotificationFigures(reader.GetInt64(0), reader.GetDouble(1), reader.GetInt64(2), reader.GetInt64(3));
    }

    private static async Task<List<NotificationRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<NotificationRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var state = (NotificationState)reader.GetInt16(5);
            rows.Add(new NotificationRow(
                NotificationId.From(reader.GetGuid(0)), (NotificationKind)reader.GetInt16(1),
                reader.IsDBNull(2) ? null : ContactId.From(reader.GetGuid(2)), reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<DateTimeOffset>(4), state,
                reader.GetInt32(6), state == NotificationState.Queued ? reader.GetFieldValue<DateTimeOffset>(7) : null,
                reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8), reader.IsDBNull(9) ? null : reader.GetString(9)));
        }
        return rows;
    }
}
