using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Storage.GroupCommit;
using Commission.Storage.Payouts;
using Npgsql;

namespace Commission.Storage.Guarantees;

/// <summary>G6 for payouts: every batch that is under way or was touched, and when everything is read, all of them.</summary>
/// <param name="connection">Where the tables are.</param>
/// <param name="context">What is known beside them.</param>
/// <param name="books">Numbers of books by name.</param>
/// <param name="waiting">What the outbox still owes the books.</param>
/// <param name="findings">Where to say it.</param>
internal sealed class PayoutAudit(
    NpgsqlConnection connection, CheckContext context, IReadOnlyDictionary<string, int> books, WaitingRecords waiting, Findings findings)
{
    private const int Page = 500;
    private const int SpotChecks = 20;
    private static readonly Rail[] Rails = Enum.GetValues<Rail>();
    private readonly PayoutReader _reader = new(connection, context.Vault);
    private readonly ActReader _acts = new(connection, books, waiting);

    private int Ledger => books.GetValueOrDefault(Books.Ledger, -1);

    /// <summary>Checks.</summary>
    /// <param name="touched">What has new leaves in the books; null to check everything.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task CheckAsync(IReadOnlyCollection<Guid>? touched, CancellationToken cancellationToken)
    {
        foreach (var (sequence, lines) in await _reader.ListHeldTwiceAsync(cancellationToken))
            findings.Break($"{Books.Ledger} leaf {sequence}", $"{lines} payouts hold it");
        foreach (var batch in await ListBatchesAsync(touched, cancellationToken))
            await CheckBatchAsync(batch, cancellationToken);
        if (touched is null)
            await CheckStraysAsync(cancellationToken);
        await CheckUnknownAsync(touched, cancellationToken);
    }

    /// <summary>Adds what rows say is on its way and what was paid.</summary>
    public async Task AddTotalsAsync(PayoutTotals totals, CancellationToken cancellationToken)
    {
        var sums = await connection.ReadAsync(
            """
            select b.rail, b.currency, i.status, sum(i.amount_minor + i.gst_minor - i.withheld_minor)::numeric
            from payout_item i join payout_batch b on b.uuid = i.batch where i.status in (2, 3) group by 1, 2, 3
            """,
            reader => (
                Rail: (Rail)reader.GetInt16(0), Currency: reader.GetString(1), Status: (PayoutItemStatus)reader.GetInt16(2), Sum: (Int128)reader.GetDecimal(3)),
            cancellationToken);
        foreach (var (rail, currency, status, sum) in sums.Where(sum => Rails.Contains(sum.Rail)))
            totals.AddCredited(status == PayoutItemStatus.Paid ? Accounts.Bank : PayoutEntries.ClearingOf(rail), currency, sum);
    }

    private Task<List<(string Id, Guid Uuid, byte[]? Payload)>> ListBatchesAsync(IReadOnlyCollection<Guid>? touched, CancellationToken cancellationToken) =>
        connection.ReadAsync(
            """
            select id, uuid, payload from payout_batch where $1 or status not in (4, 5) or uuid = any($2)
            union select * from (select id, uuid, payload from payout_batch where status in (4, 5) and not $1 order by random() limit $3) spots
            order by id
            """,
            reader => (reader.GetString(0), reader.GetGuid(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2)), cancellationToken,
            touched is null, touched?.ToArray() ?? [], SpotChecks);

    private async Task CheckBatchAsync((string Id, Guid Uuid, byte[]? Payload) row, CancellationToken cancellationToken)
    {
        if (row.Payload is null || StoredState.Read<PayoutBatchState>(context.Serializer, row.Payload) is not { Exists: true } state
            || !Rails.Contains(state.Rail) || state.Id.ToString() != row.Id)
        {
            findings.Break(row.Id, "its stored state cannot be read, or is another batch's");
            return;
        }
        await StateColumns.CompareAsync(
            connection, PayoutBatchTable.Table, [row.Id], [new Journaled<PayoutBatchState> { State = state }], findings, cancellationToken);
        var ledger = await _reader.ReadBookedAsync(Ledger, state.Id.Value, waiting.Transfers, cancellationToken);
        var rail = await _reader.ReadRailAsync(state, findings, cancellationToken);
        var check = new PayoutCheck(state, ledger, rail, context.Limits, findings);
        var seen = 0L;
        try
        {
            for (var last = 0; ;)
            {
                var page = await _reader.ReadItemsAsync(state.Id.Value, last, Page, cancellationToken);
                foreach (var dossier in page)
                {
                    check.Add(dossier);
                    seen += dossier.Lines.Count;
                }
                if (page.Count < Page)
                    break;
                last = page[^1].Item.Number;
            }
        }
        catch (OverflowException)
        {
            findings.Break(row.Id, "its rows hold amounts that no money has");
            return;
        }
        check.End(await _reader.CountLinesAsync(state.Id.Value, cancellationToken), seen);
        if (await _acts.ReadAsync(state.Id.Value, cancellationToken) is { } acts)
            PayoutActsCheck.Check(state, acts, findings);
    }

    /// <summary>Rows that belong to no batch.</summary>
    private async Task CheckStraysAsync(CancellationToken cancellationToken)
    {
        var strays = await connection.ReadAsync(
            """
            select t.name, t.batch from (
                select distinct 'payout_item' as name, batch from payout_item union select distinct 'payout_line', batch from payout_line
                union select distinct 'payout_file', batch from payout_file) t
            where not exists (select from payout_batch b where b.uuid = t.batch) limit 20
            """,
            reader => (Table: reader.GetString(0), Batch: PayoutBatchId.From(reader.GetGuid(1))), cancellationToken);
        foreach (var (table, batch) in strays)
            findings.Break(table, $"it has rows of {batch}, and there is no such batch");
    }

    /// <summary>Transfers of the ledger that belong to no batch.</summary>
    private async Task CheckUnknownAsync(IReadOnlyCollection<Guid>? touched, CancellationToken cancellationToken)
    {
        var unknown = await connection.ReadAsync(
            """
            select distinct e.deal from book_entry e
            where e.book_id = $1 and e.kind in (4, 5, 6) and ($2 or e.deal = any($3))
                and not exists (select from payout_batch b where b.uuid = e.deal) limit 20
            """,
            reader => PayoutBatchId.From(reader.GetGuid(0)), cancellationToken, Ledger, touched is null, touched?.ToArray() ?? []);
        foreach (var batch in unknown)
            findings.Break(Books.Ledger, $"it has transfers of {batch}, and there is no such batch");
    }
}
