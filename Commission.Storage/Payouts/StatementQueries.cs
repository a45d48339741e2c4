using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Statements;
using Npgsql;

namespace Commission.Storage.Payouts;

/// <summary>Reads the periods of members' accounts.</summary>
public sealed class StatementQueries(NpgsqlDataSource dataSource)
{
    /// <summary>
    /// The balances of a member's accounts before a period, and the leaves of the period in the order of the ledger; all read at one moment.
    /// </summary>
    /// <param name="member">Whose.</param>
    /// <param name="currency">Its currency.</param>
    /// <param name="start">First instant.</param>
    /// <param name="end">First instant after it.</param>
    /// <param name="limit">Leaves at most.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<(StatementBalance Opening, List<byte[]> Leaves)> ReadAsync(
        ContactId member, string currency, DateTimeOffset start, DateTimeOffset end, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            with account as materialized (
                select a.book_id, a.id, a.name from book_account a join book_head h on h.id = a.book_id
                where h.book = 'ledger' and a.name in ($1, $2) and a.currency = $3),
            side as materialized (
                select a.name, e.sequence, e.posted_at, -e.amount as amount from account a
                join book_entry e on e.book_id = a.book_id and e.debit = a.id where e.posted_at < $5
                union all
                select a.name, e.sequence, e.posted_at, e.amount from account a
                join book_entry e on e.book_id = a.book_id and e.credit = a.id where e.posted_at < $5),
            opening as (
                select coalesce(sum(amount) filter (where name = $1), 0)::bigint as owed, coalesce(sum(amount) filter (where name = $2), 0)::bigint as held
                from side where posted_at < $4)
            select o.owed, o.held, e.bytes from opening o
            left join (select distinct sequence from side where posted_at >= $4) s on true
            left join book_entry e on e.book_id = (select book_id from account limit 1) and e.sequence = s.sequence
            order by s.sequence limit $6
            """);
        foreach (var value in (ReadOnlySpan<object>)
            [Accounts.Payable(member), Accounts.Disputed(member), currency, start.UtcDateTime, end.UtcDateTime, limit])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (opening, leaves) = (default(StatementBalance), new List<byte[]>());
        while (await reader.ReadAsync(cancellationToken))
        {
            opening = new StatementBalance(reader.GetInt64(0), reader.GetInt64(1));
            if (!reader.IsDBNull(2))
                leaves.Add(reader.GetFieldValue<byte[]>(2));
        }
        return (opening, leaves);
    }
}
