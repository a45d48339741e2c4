using Npgsql;

namespace Commission.Storage.Ledger;

/// <summary>Where a period lies in an account's chain.</summary>
/// <param name="First">The first entry that was posted at its start or later; null when there is none.</param>
/// <param name="Last">The last entry that was posted before its end; null when there is none.</param>
public sealed record AccountPeriod(long? First, long? Last);

/// <summary>Finds periods in the chains of accounts.</summary>
public sealed class PeriodQueries(NpgsqlDataSource dataSource)
{
    /// <summary>Where a period lies in an account's chain, by the time of posting.</summary>
    /// <param name="book">The book.</param>
    /// <param name="account">The account's name.</param>
    /// <param name="currency">Its currency.</param>
    /// <param name="start">First instant.</param>
    /// <param name="end">First instant after it.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<AccountPeriod> FindAsync(
        string book, string account, string currency, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            select min(place) filter (where posted_at >= $4), max(place) filter (where posted_at < $5) from (
                select e.debit_sequence as place, e.posted_at from book_entry e, book_account a, book_head h
                where h.book = $1 and a.book_id = h.id and a.name = $2 and a.currency = $3 and e.book_id = a.book_id and e.debit = a.id
                union all
                select e.credit_sequence, e.posted_at from book_entry e, book_account a, book_head h
                where h.book = $1 and a.book_id = h.id and a.name = $2 and a.currency = $3 and e.book_id = a.book_id and e.credit = a.id) sides
            """);
        foreach (var value in (ReadOnlySpan<object>)[book, account, currency, start.UtcDateTime, end.UtcDateTime])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new AccountPeriod(reader.IsDBNull(0) ? null : reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetInt64(1));
    }
}
