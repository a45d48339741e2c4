using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Notifications;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Notifications;

/// <summary>A message whose turn it is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What it tells.</param>
/// <param name="Contact">Whom; null for the staff's own mailbox.</param>
/// <param name="Facts">Canonical JSON.</param>
/// <param name="At">When it came about.</param>
/// <param name="Attempts">Attempts, with the one that begins.</param>
public sealed record ClaimedNotification(NotificationId Id, NotificationKind Kind, ContactId? Contact, byte[] Facts, DateTimeOffset At, int Attempts);

/// <summary>Messages on their way: from the outbox into their table, and from there to people.</summary>
public sealed class NotificationStore(NpgsqlDataSource dataSource, Serializer serializer)
{
    /// <summary>Longer than any attempt lasts: whoever claimed a message and has not said how it went by then is dead.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(3);

    /// <summary>Takes messages over from the outbox, in one transaction; how many rows there were.</summary>
    public async Task<int> TakeOverAsync(int limit, CancellationToken cancellationToken = default)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (drafts, rows) = (new List<NotificationDraft>(), 0);
        await using (var command = new NpgsqlCommand("""
            delete from outbox where id in (select id from outbox where book = $1 order by id limit $2) returning payload
            """, connection, transaction))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = NotificationDraft.Destination });
            command.Parameters.Add(new NpgsqlParameter { Value = limit });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            for (; await reader.ReadAsync(cancellationToken); rows++)
                drafts.AddRange(serializer.Deserialize<BookRecord[]>(reader.GetFieldValue<byte[]>(0))!.Cast<NotificationDraft>());
        }
        if (rows == 0)
            return 0;
        await NotificationRows.InsertAsync(connection, transaction, drafts, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return rows;
    }

    /// <summary>Claims messages that are due, for as long as an attempt may last.</summary>
    public async Task<List<ClaimedNotification>> ClaimAsync(int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            update notification set attempts = attempts + 1, due_at = clock_timestamp() + $2
            where id in (select id from notification where state = 1 and due_at <= clock_timestamp() order by due_at limit $1 for update skip locked)
            returning id, kind, contact, facts, created_at, attempts
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        command.Parameters.Add(new NpgsqlParameter { Value = Lease });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new List<ClaimedNotification>();
        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(new ClaimedNotification(
                NotificationId.From(reader.GetGuid(0)), (NotificationKind)reader.GetInt16(1),
                reader.IsDBNull(2) ? null : ContactId.From(reader.GetGuid(2)), reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetInt32(5)));
        }
        return claimed;
    }

    /// <summary>Records how an attempt went. What somebody else decided meanwhile stays.</summary>
    /// <param name="claimed">The message.</param>
    /// <param name="state">Where it stands now.</param>
    /// <param name="pause">Until the next attempt, where there is one.</param>
    /// <param name="problem">Why it was not delivered; null when it was.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task RecordAsync(
        ClaimedNotification claimed, NotificationState state, TimeSpan pause, string? problem, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            update notification set state = $3, due_at = clock_timestamp() + $4, problem = $5,
                ended_at = case when $3 = 1 then null else clock_timestamp() end
            where id = $1 and attempts = $2 and state = 1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = claimed.Id.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = claimed.Attempts });
        command.Parameters.Add(new NpgsqlParameter { Value = (short)state });
        command.Parameters.Add(new NpgsqlParameter { Value = pause });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)problem ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
