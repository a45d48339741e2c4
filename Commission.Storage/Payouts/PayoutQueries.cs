using System.Runtime.CompilerServices;
using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Tax;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Payouts;

/// <summary>A batch as lists show it.</summary>
public sealed record PayoutBatchRow(
    PayoutBatchId Id, Rail Rail, string Currency, DateTimeOffset DraftedAt, PayoutBatchStatus Status, int Items, long PayMinor, DateOnly? ProcessOn);

/// <summary>An item with the file that it is in and what people may see of its payee's account now.</summary>
/// <param name="Item">The item.</param>
/// <param name="FilePart">The file of its attempt, or null.</param>
/// <param name="DestinationNow">
/// Commitment to where the batch's rail would pay now; null for nowhere, and when the payee's tax details are no longer those of the draft.
/// </param>
/// <param name="Account">The verified bank account, encrypted.</param>
/// <param name="StripeAccount">The connected account; null for none, or for one that cannot receive.</param>
/// <param name="Rail">The batch's rail.</param>
public sealed record PayoutItemRow(PayoutItem Item, int? FilePart, Hash? DestinationNow, byte[]? Account, string? StripeAccount, Rail Rail);

/// <summary>Reads of payouts.</summary>
public sealed class PayoutQueries(NpgsqlDataSource dataSource)
{
    private const string Items = """
        select i.number, i.payee, i.amount_minor, i.gst_minor, i.withheld_minor, i.lines, i.lines_hash, i.destination, i.status, i.attempt, i.reason,
            i.since, i.submission, i.file_part, a.commitment, a.account, b.rail, b.live, s.account, i.salt,
            a.abn is not distinct from i.abn and a.gst_registered = i.gst_registered and g.reference is not distinct from i.rcti_agreement
        from payout_item i join payout_batch b on b.uuid = i.batch
        left join payee_account a on a.payee = i.payee
        left join agreement g on g.reference = a.rcti_agreement and g.ended_at is null
        left join stripe_account s on s.payee = i.payee and s.live = b.live and s.transfers = 'active' and s.deauthorized_at is null
        """;

    /// <summary>One page of batches, newest first, after a position.</summary>
    public async Task<IReadOnlyList<PayoutBatchRow>> ListAsync(
        DateTimeOffset? beforeTime, string? beforeId, int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select id, rail, currency, drafted_at, status, items, pay_minor, process_on from payout_batch
            where $1::timestamptz is null or (drafted_at, id) < ($1, $2::text)
            order by drafted_at desc, id desc limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)beforeTime?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)beforeId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<PayoutBatchRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new PayoutBatchRow(
                TypedId.Parse<PayoutBatchId>(reader.GetString(0)), (Rail)reader.GetInt16(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3),
                (PayoutBatchStatus)reader.GetInt16(4), reader.GetInt32(5), reader.GetInt64(6), reader.GetFieldValue<DateOnly?>(7)));
        }
        return rows;
    }

    /// <summary>All items of a batch in the order of their numbers, as they come.</summary>
    public IAsyncEnumerable<PayoutItemRow> ReadItemsAsync(PayoutBatchId batch, CancellationToken cancellationToken = default) =>
        ReadAsync($"{Items} where i.batch = $1 order by i.number", [batch.Value], cancellationToken);

    /// <summary>Items of a batch after a number.</summary>
    public Task<List<PayoutItemRow>> ListItemsAsync(PayoutBatchId batch, int after, int limit, CancellationToken cancellationToken = default) => ListAsync(
        $"{Items} where i.batch = $1 and i.number > $2 order by i.number limit $3", [batch.Value, after, limit], cancellationToken);

    /// <summary>Items of a batch that stand so, the first of them.</summary>
    public Task<List<PayoutItemRow>> ListItemsAsync(
        PayoutBatchId batch, PayoutItemStatus status, int limit, CancellationToken cancellationToken = default) => ListAsync(
        $"{Items} where i.batch = $1 and i.status = $2 order by i.number limit $3", [batch.Value, (short)status, limit], cancellationToken);

    /// <summary>Items of a batch by their numbers.</summary>
    public Task<List<PayoutItemRow>> ListItemsAsync(PayoutBatchId batch, int[] numbers, CancellationToken cancellationToken = default) => ListAsync(
        $"{Items} where i.batch = $1 and i.number = any($2) order by i.number", [batch.Value, numbers], cancellationToken);

    /// <summary>Items that were submitted and are in no file yet.</summary>
    public Task<List<PayoutItemRow>> ListUnfiledAsync(PayoutBatchId batch, CancellationToken cancellationToken = default) => ListAsync(
        $"{Items} where i.batch = $1 and i.status = {(short)PayoutItemStatus.Submitted} and i.file_part is null order by i.number", [batch.Value], cancellationToken);

    /// <summary>Files of a batch; one part, or all.</summary>
    public async Task<IReadOnlyList<StoredPayoutFile>> ListFilesAsync(PayoutBatchId batch, int? part = null, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select part, hash, content, records, pay_minor, process_on from payout_file
            where batch = $1 and ($2::int is null or part = $2) order by part
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = batch.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)part ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var files = new List<StoredPayoutFile>();
        while (await reader.ReadAsync(cancellationToken))
        {
            files.Add(new StoredPayoutFile(
                reader.GetInt32(0), new Hash(reader.GetFieldValue<byte[]>(1)), reader.GetFieldValue<byte[]>(2), reader.GetInt32(3), reader.GetInt64(4),
                reader.GetFieldValue<DateOnly>(5)));
        }
        return files;
    }

    /// <summary>Submitted batches that have not gone all the way.</summary>
    public async Task<IReadOnlyList<string>> ListUnfinishedAsync(int limit, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select id from payout_batch where unfinished limit $1");
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetString(0));
        return ids;
    }

    private async Task<List<PayoutItemRow>> ListAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        var rows = new List<PayoutItemRow>();
        await foreach (var row in ReadAsync(sql, parameters, cancellationToken))
            rows.Add(row);
        return rows;
    }

    private async IAsyncEnumerable<PayoutItemRow> ReadAsync(
        string sql, object[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            yield return Row(reader);
    }

    private static PayoutItemRow Row(NpgsqlDataReader reader)
    {
        var (item, rail) = (Item(reader), (Rail)reader.GetInt16(16));
        Hash? bank = reader.IsDBNull(14) ? null : new Hash(reader.GetFieldValue<byte[]>(14));
        var stripe = rail == Rail.Stripe && !reader.IsDBNull(18) ? reader.GetString(18) : null;
        var isTaxed = !reader.IsDBNull(20) && reader.GetBoolean(20);
        Hash? connected = stripe is null ? null : StripeDestination.Of(item.Payee, reader.GetBoolean(17), stripe);
        return new PayoutItemRow(
            item, reader.GetFieldValue<int?>(13), !isTaxed ? null : rail == Rail.Stripe ? connected : bank,
            reader.IsDBNull(15) ? null : reader.GetFieldValue<byte[]>(15),
            stripe, rail);
    }

    private static PayoutItem Item(NpgsqlDataReader reader) => new()
    {
        Number = reader.GetInt32(0),
        Payee = ContactId.From(reader.GetGuid(1)),
        Amounts = new PayoutAmounts(reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)),
        Lines = reader.GetInt32(5),
        LinesHash = new Hash(reader.GetFieldValue<byte[]>(6)),
        Destination = new Hash(reader.GetFieldValue<byte[]>(7)),
        Status = (PayoutItemStatus)reader.GetInt16(8),
        Attempt = reader.GetInt32(9),
        Reason = reader.IsDBNull(10) ? null : reader.GetString(10),
        Since = reader.GetFieldValue<DateTimeOffset>(11),
        Submission = reader.IsDBNull(12) ? Hash.Zero : new Hash(reader.GetFieldValue<byte[]>(12)),
        Salt = new Hash(reader.GetFieldValue<byte[]>(19)),
    };
}
