using System.Data;
using Commission.Domain;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Storage.Guarantees;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Payouts;

/// <summary>Reads batches with the ledger's entries and the rail's records in one snapshot, and adds them up.</summary>
public sealed class ReconciliationReader(NpgsqlDataSource dataSource, Serializer serializer, PayeeVault vault)
{
    private const int Page = 500;

    /// <summary>Batches at most of one request.</summary>
    public const int MaxBatches = 500;

    /// <summary>Batches that the ledger has moved in a period (UTC days, both included), the newest first; one batch, if one is named.</summary>
    public async Task<IReadOnlyList<ReconciledBatch>> ReadAsync(
        PayoutBatchId? batch, DateOnly from, DateOnly to, ServiceLimits limits, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var ledger = await connection.ScalarAsync<int>("select id from book_head where book = $1", cancellationToken, Books.Ledger);
        var rows = await connection.ReadAsync(
            """
            select b.payload from payout_batch b
            where ($1 and b.uuid = $2) or (not $1 and (
                exists (select from book_entry e where e.deal = b.uuid and e.book_id = $3 and e.effective_on between $4 and $5)
                or (b.status = 3 and not exists (select from book_entry e where e.deal = b.uuid and e.book_id = $3))))
            order by b.drafted_at desc, b.id desc limit $6
            """,
            reader => reader.GetFieldValue<byte[]>(0), cancellationToken, batch is not null, batch?.Value ?? Guid.Empty, ledger, from, to, MaxBatches);
        var waiting = await new DealReader(connection, serializer).ReadWaitingAsync(new Findings(Guarantee.PaidOnce), cancellationToken);
        var reconciled = new List<ReconciledBatch>(rows.Count);
        foreach (var payload in rows)
        {
            var state = StoredState.Read<PayoutBatchState>(serializer, payload) ?? throw new InvalidDataException("A batch's stored state cannot be read.");
            reconciled.Add(await ReadAsync(new PayoutReader(connection, vault), state, ledger, waiting, limits, cancellationToken));
        }
        return reconciled;
    }

    private static async Task<ReconciledBatch> ReadAsync(
        PayoutReader reader, PayoutBatchState state, int ledger, WaitingRecords waiting, ServiceLimits limits, CancellationToken cancellationToken)
    {
        // What is wrong with a file or a transfer by itself, G6 says; here it is missing from the sum.
        var rail = await reader.ReadRailAsync(state, new Findings(Guarantee.PaidOnce), cancellationToken);
        var reconciliation = new BatchReconciliation(
            state, await reader.ReadBookedAsync(ledger, state.Id.Value, waiting.Transfers, cancellationToken), rail, limits);
        for (var last = 0; ;)
        {
            var page = await reader.ReadItemsAsync(state.Id.Value, last, Page, cancellationToken);
            page.ForEach(reconciliation.Add);
            if (page.Count < Page)
                return reconciliation.End();
            last = page[^1].Item.Number;
        }
    }
}
