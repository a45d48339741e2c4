using Commission.Domain;
using Commission.Storage.GroupCommit;
using Npgsql;

namespace Commission.Storage.Ledger;

/// <summary>Reads of the outbox: what committed states still owe the books.</summary>
public sealed class OutboxQueries(NpgsqlDataSource dataSource)
{
    /// <summary>Books to which something is owed for longer than it should.</summary>
    public async Task<IReadOnlyList<string>> ListOverdueBooksAsync(TimeSpan age, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select distinct book from outbox
            where created_at < clock_timestamp() - $1 and not starts_with(book, 'volume:') and book not like 'sim-%.volume:%'
                and not starts_with(book, 'notify:')
            """);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = age });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var books = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            books.Add(reader.GetString(0));
        return books;
    }

    /// <summary>Whether anything is still owed to the books and accumulators of a simulation.</summary>
    public async Task<bool> HasAnyAsync(World world, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select exists (select 1 from outbox where starts_with(book, $1))");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = world.NameOf("") });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Rows that have waited longer than they should, oldest first.</summary>
    public async Task<IReadOnlyList<OutboxMessage>> ReadOverdueAsync(
        string book, TimeSpan age, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select id, book, payload from outbox
            where book = $1 and created_at < clock_timestamp() - $2
            order by id limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = book });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = age });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Contributions to accumulators that have waited longer than they should, oldest first.</summary>
    public async Task<IReadOnlyList<OutboxMessage>> ReadOverdueVolumesAsync(TimeSpan age, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select id, book, payload from outbox
            where (starts_with(book, 'volume:') or book like 'sim-%.volume:%') and created_at < clock_timestamp() - $1
            order by id limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = age });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Deletes rows whose accumulator's write is durable.</summary>
    public async Task DeleteAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("delete from outbox where id = any($1)");
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. ids] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Puts a row aside that its accumulator refuses for good.</summary>
    public async Task ParkAsync(long id, string reason, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            with d as (delete from outbox where id = $1 returning id, book, payload)
            insert into outbox_parked (id, book, payload, reason) select id, book, payload, $2 from d
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reason });
        await command.ExecuteNonQueryAsync(cancellationToken);
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

    private static async Task<IReadOnlyList<OutboxMessage>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<OutboxMessage>();
        while (await reader.ReadAsync(cancellationToken))
            messages.Add(new OutboxMessage(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
        return messages;
    }
}
