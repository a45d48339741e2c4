using Npgsql;

namespace Commission.Storage.Payouts;

/// <summary>Reads of schedules.</summary>
public sealed class PayoutScheduleQueries(NpgsqlDataSource dataSource)
{
    /// <summary>Keys of all schedules, or of those that are due on a day.</summary>
    /// <param name="dueOn">The day; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<string>> ListAsync(DateOnly? dueOn, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select id from payout_schedule where $1::date is null or next_on <= $1 order by id");
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)dueOn ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Date });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            keys.Add(reader.GetString(0));
        return keys;
    }
}
