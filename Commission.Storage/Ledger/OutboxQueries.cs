using Commission.Storage.GroupCommit;
using Npgsql;

namespace Commission.Storage.Ledger;

/// <summary>Reads of the outbox: what committed states still owe the books.</summary>
public sealed class OutboxQueries(NpgsqlDataSource dataSource)
{
    /// <summary>Rows that have waited longer than they should, oldest first.</summary>
    public async Task<IReadOnlyList<OutboxMessage>> ReadOverdueAsync(
        string book, TimeSpan age, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select id, payload from outbox
            where book = $1 and created_at < clock_timestamp() - $2
            order by id limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = book });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = age });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<OutboxMessage>();
        while (await reader.ReadAsync(cancellationToken))
            messages.Add(new OutboxMessage(reader.GetInt64(0), book, reader.GetFieldValue<byte[]>(1)));
        return messages;
    }

    /// <summary>Rows waiting, counted up to a limit, and the age of the oldest.</summary>
    public async Task<(long Depth, TimeSpan OldestAge)> ReadDepthAsync(int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(
            "select depth, coalesce(clock_timestamp() - oldest, interval '0') from outbox_depth($1)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetFieldValue<TimeSpan>(1));
    }
}
