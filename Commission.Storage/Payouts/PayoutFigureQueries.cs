using Npgsql;

namespace Commission.Storage.Payouts;

/// <summary>How payouts stand.</summary>
/// <param name="Drafts">Batches that wait for approval.</param>
/// <param name="Approved">Batches that wait for submission.</param>
/// <param name="Submitted">Batches on their way.</param>
/// <param name="OldestDraftAt">When the oldest of the drafts and approved batches was drafted.</param>
/// <param name="OldestSubmittedAt">When the oldest batch with items on their way was submitted.</param>
/// <param name="Overdue">Submitted batches whose items are longer on their way than they should be.</param>
/// <param name="PendingItems">Items of submitted batches that have not gone.</param>
/// <param name="SubmittedItems">Items on their way.</param>
/// <param name="FailedItems">Items that failed or came back and wait for a person.</param>
/// <param name="PaidItems">Items paid in the last 90 days.</param>
/// <param name="MedianSeconds">Median time from submission to payment of those; null when there are none.</param>
public sealed record PayoutFigures(
    long Drafts, long Approved, long Submitted, DateTimeOffset? OldestDraftAt, DateTimeOffset? OldestSubmittedAt, long Overdue, long PendingItems,
    long SubmittedItems, long FailedItems, long PaidItems, double? MedianSeconds);

/// <summary>Reads how payouts stand.</summary>
public sealed class PayoutFigureQueries(NpgsqlDataSource dataSource)
{
    /// <summary>The figures now.</summary>
    /// <param name="today">The date where the payer's bank is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<PayoutFigures> ReadAsync(DateOnly today, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            with open as (
                select status, drafted_at, submitted_at, due_on, on_the_way from payout_batch where status in (1, 2, 3)),
            items as (
                select i.status, count(*) as n from payout_item i join payout_batch b on b.uuid = i.batch
                where b.status = 3 and i.status in (1, 2, 4, 5) group by i.status),
            paid as (
                select extract(epoch from i.since - b.submitted_at) as took from payout_item i join payout_batch b on b.uuid = i.batch
                where i.status = 3 and b.submitted_at > clock_timestamp() - interval '90 days')
            select count(*) filter (where status = 1), count(*) filter (where status = 2), count(*) filter (where status = 3),
                min(drafted_at) filter (where status in (1, 2)), min(submitted_at) filter (where on_the_way > 0),
                count(*) filter (where on_the_way > 0 and due_on < $1),
                coalesce((select sum(n) from items where status = 1), 0)::bigint, coalesce((select sum(n) from items where status = 2), 0)::bigint,
                coalesce((select sum(n) from items where status in (4, 5)), 0)::bigint, (select count(*) from paid),
                (select percentile_cont(0.5) within group (order by took) from paid)::float8
            from open
            """);
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = today });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new PayoutFigures(
            reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset?>(3), reader.GetFieldValue<DateTimeOffset?>(4),
            reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9),
            reader.IsDBNull(10) ? null : reader.GetDouble(10));
    }
}
