using Commission.Domain;
using Commission.Domain.Deals;
using Npgsql;

namespace Commission.Storage.Deals;

/// <summary>Finds deals whose acknowledgement is overdue, each window of time once.</summary>
public sealed class ExpiryQueries(NpgsqlDataSource dataSource)
{
    private const string Name = "expiry";

    /// <summary>
    /// Deals made before an instant and after where the last sweep ended, oldest first, that still wait for the client;
    /// with where to go on.
    /// </summary>
    public async Task<(IReadOnlyList<DealId> Overdue, DateTimeOffset ExaminedTo)> ReadAsync(
        DateTimeOffset madeBefore, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select id, status, created_at from deal
            where created_at > coalesce((select swept_to from sweep where name = $1), '-infinity') and created_at <= $2
            order by created_at limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = madeBefore.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (overdue, examinedTo, count) = (new List<DealId>(), DateTimeOffset.MinValue, 0);
        for (; await reader.ReadAsync(cancellationToken); count++)
        {
            if (reader.GetInt16(1) == (short)DealStatus.IntentSigned)
                overdue.Add(TypedId.Parse<DealId>(reader.GetString(0)));
            examinedTo = reader.GetFieldValue<DateTimeOffset>(2);
        }

        // Rows of the very same microsecond may lie beyond a full page: stop short of it, unless it is all there is.
        return (overdue, count < limit ? madeBefore : examinedTo.AddMicroseconds(-1));
    }

    /// <summary>Remembers how far the sweep has come.</summary>
    public async Task WriteAsync(DateTimeOffset examinedTo, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            insert into sweep (name, swept_to) values ($1, $2)
            on conflict (name) do update set swept_to = greatest(sweep.swept_to, excluded.swept_to)
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = examinedTo.UtcDateTime });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
