using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Tax;
using Commission.Domain.Rules;
using Commission.Storage.GroupCommit;
using Commission.Storage.Payouts.Stripe;
using Npgsql;
using NpgsqlTypes;
using Orleans.Serialization;
using Orleans.Storage;

namespace Commission.Storage.Payouts;

/// <summary>
/// One change of a batch: its rows, its state and what it owes the books, or nothing of them. The version of the state is the fence:
/// of two activations only one commits.
/// </summary>
public sealed class PayoutTransaction : RowTransaction
{
    internal PayoutTransaction(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Serializer serializer, IOutboxPublisher publisher, OutboxIds outboxIds)
        : base(connection, transaction, serializer, publisher, outboxIds)
    {
    }

    /// <summary>Writes the lines as they come; the items follow, and the database checks both at the commit.</summary>
    public async Task WriteLinesAsync(PayoutBatchId batch, IAsyncEnumerable<DraftedItem> items, CancellationToken cancellationToken)
    {
        await using var import = await Connection.BeginBinaryImportAsync(
            "copy payout_line (batch, item, place, book_id, sequence, entry, amount_minor, gst, holds) from stdin (format binary)", cancellationToken);
        await foreach (var drafted in items.WithCancellation(cancellationToken))
        {
            foreach (var (place, line) in drafted.Lines.Index())
            {
                await import.StartRowAsync(cancellationToken);
                await import.WriteAsync(batch.Value, NpgsqlDbType.Uuid, cancellationToken);
                await import.WriteAsync(drafted.Item.Number, NpgsqlDbType.Integer, cancellationToken);
                await import.WriteAsync(place + 1, NpgsqlDbType.Integer, cancellationToken);
                await import.WriteAsync(line.BookId, NpgsqlDbType.Integer, cancellationToken);
                await import.WriteAsync(line.Sequence, NpgsqlDbType.Bigint, cancellationToken);
                await import.WriteAsync(line.Entry.ToArray(), NpgsqlDbType.Bytea, cancellationToken);
                await import.WriteAsync(line.AmountMinor, NpgsqlDbType.Bigint, cancellationToken);
                await import.WriteAsync((short)line.Gst, NpgsqlDbType.Smallint, cancellationToken);
                await import.WriteAsync(true, NpgsqlDbType.Boolean, cancellationToken);
            }
        }
        await import.CompleteAsync(cancellationToken);
    }

    /// <summary>Writes the items of a new batch.</summary>
    public async Task WriteItemsAsync(PayoutBatchId batch, IEnumerable<(PayoutItem Item, ItemTax Tax)> items, CancellationToken cancellationToken)
    {
        await using var import = await Connection.BeginBinaryImportAsync(
            """
            copy payout_item (batch, number, payee, amount_minor, gst_minor, withheld_minor, lines, lines_hash, destination, status, attempt, since, salt,
                abn, gst_registered, rcti_agreement, payer_abn, payer_gst_registered)
            from stdin (format binary)
            """, cancellationToken);
        foreach (var (item, tax) in items)
        {
            await import.StartRowAsync(cancellationToken);
            await import.WriteAsync(batch.Value, NpgsqlDbType.Uuid, cancellationToken);
            await import.WriteAsync(item.Number, NpgsqlDbType.Integer, cancellationToken);
            await import.WriteAsync(item.Payee.Value, NpgsqlDbType.Uuid, cancellationToken);
            await import.WriteAsync(item.Amounts.AmountMinor, NpgsqlDbType.Bigint, cancellationToken);
            await import.WriteAsync(item.Amounts.GstMinor, NpgsqlDbType.Bigint, cancellationToken);
            await import.WriteAsync(item.Amounts.WithheldMinor, NpgsqlDbType.Bigint, cancellationToken);
            await import.WriteAsync(item.Lines, NpgsqlDbType.Integer, cancellationToken);
            await import.WriteAsync(item.LinesHash.ToArray(), NpgsqlDbType.Bytea, cancellationToken);
            await import.WriteAsync(item.Destination.ToArray(), NpgsqlDbType.Bytea, cancellationToken);
            await import.WriteAsync((short)item.Status, NpgsqlDbType.Smallint, cancellationToken);
            await import.WriteAsync(item.Attempt, NpgsqlDbType.Integer, cancellationToken);
            await import.WriteAsync(item.Since.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            await import.WriteAsync(item.Salt.ToArray(), NpgsqlDbType.Bytea, cancellationToken);
            await import.WriteAsync(tax.Abn?.Digits, NpgsqlDbType.Text, cancellationToken);
            await import.WriteAsync(tax.IsGstRegistered, NpgsqlDbType.Boolean, cancellationToken);
            await import.WriteAsync(tax.RctiAgreement, NpgsqlDbType.Text, cancellationToken);
            await import.WriteAsync(tax.PayerAbn?.Digits, NpgsqlDbType.Text, cancellationToken);
            await import.WriteAsync(tax.PayerIsGstRegistered, NpgsqlDbType.Boolean, cancellationToken);
        }
        await import.CompleteAsync(cancellationToken);
    }

    /// <summary>
    /// Changes how items stand; the lines of those that no longer hold theirs let go. What went, failed or came back owes papers.
    /// </summary>
    public async Task MoveAsync(PayoutBatchId batch, IReadOnlyList<PayoutItem> items, IReadOnlyList<int> letGo, CancellationToken cancellationToken)
    {
        if (items.Count > 0)
        {
            await ExecuteAsync(
                """
                with moved as (update payout_item i
                set status = n.status, attempt = n.attempt, reason = n.reason, since = n.since, submission = n.submission,
                    file_part = case when n.attempt = i.attempt then i.file_part end
                from unnest($2::int[], $3::smallint[], $4::int[], $5::text[], $6::timestamptz[], $7::bytea[])
                    as n(number, status, attempt, reason, since, submission)
                where i.batch = $1 and i.number = n.number
                returning i.batch, i.number, i.attempt, i.status, i.reason, i.since)
                insert into tax_paper_due (batch, item, attempt, step, reason, at)
                select batch, number, attempt, status, coalesce(reason, ''), since from moved where status in (2, 4, 5) order by number
                """,
                [
                    batch.Value, items.Select(item => item.Number).ToArray(), items.Select(item => (short)item.Status).ToArray(),
                    items.Select(item => item.Attempt).ToArray(), items.Select(item => item.Reason).ToArray(),
                    items.Select(item => item.Since.UtcDateTime).ToArray(), items.Select(item => item.Submission.ToArray()).ToArray(),
                ], cancellationToken);
        }
        if (letGo.Count > 0)
        {
            await ExecuteAsync(
                "update payout_line set holds = false where batch = $1 and item = any($2) and holds", [batch.Value, letGo.ToArray()], cancellationToken);
        }
    }

    /// <summary>Lets go all lines of items that stand so, when the batch ends.</summary>
    public Task LetGoAsync(PayoutBatchId batch, IReadOnlyList<PayoutItemStatus> statuses, CancellationToken cancellationToken) => ExecuteAsync(
        """
        update payout_line l set holds = false from payout_item i
        where i.batch = $1 and l.batch = $1 and l.item = i.number and l.holds and i.status = any($2)
        """, [batch.Value, statuses.Select(status => (short)status).ToArray()], cancellationToken);

    /// <summary>Stores files that were made, and says which items are in them.</summary>
    /// <exception cref="InconsistentStateException">The batch has moved on since its state was read.</exception>
    public async Task WriteFilesAsync(
        PayoutBatchId batch, int version, IReadOnlyList<StoredPayoutFile> files, IReadOnlyList<(int Item, int Part)> items, CancellationToken cancellationToken)
    {
        if (await ExecuteAsync(
            "update payout_batch set unfinished = unfinished where id = $1 and version = $2", [batch.ToString(), version], cancellationToken) != 1)
            throw Stale(batch.ToString(), version);
        foreach (var file in files)
        {
            await ExecuteAsync(
                "insert into payout_file (batch, part, hash, content, records, pay_minor, process_on) values ($1, $2, $3, $4, $5, $6, $7)",
                [batch.Value, file.Part, file.Hash.ToArray(), file.Content, file.Records, file.PayMinor, file.ProcessOn], cancellationToken);
        }
        await ExecuteAsync(
            """
            update payout_item i set file_part = n.part from unnest($2::int[], $3::int[]) as n(number, part)
            where i.batch = $1 and i.number = n.number and i.file_part is null
            """,
            [batch.Value, items.Select(item => item.Item).ToArray(), items.Select(item => item.Part).ToArray()], cancellationToken);
        await Transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Persists orders to Stripe: an item is on its way exactly when its order is here.</summary>
    /// <exception cref="StripeContradictionException">A key stands for another order.</exception>
    public async Task WriteOrdersAsync(bool live, IReadOnlyList<StripeOrder> orders, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (orders.Count == 0)
            return;
        var written = await ExecuteAsync(StripeRequests.WriteSql, StripeRequests.WriteParameters(live, orders, now), cancellationToken);
        if (written != orders.Count)
            throw new StripeContradictionException($"One of {orders.Count} keys from {orders[0].Key} on stands for another order.");
    }

    /// <summary>Writes the state with what it owes the books, and commits all of it.</summary>
    /// <param name="next">The new state.</param>
    /// <param name="version">Its version: one more than what was read.</param>
    /// <param name="outbox">Records by book.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task CommitAsync(
        PayoutBatchState next, int version, IEnumerable<(string Book, IReadOnlyList<BookRecord> Records)> outbox, CancellationToken cancellationToken) =>
        CommitAsync(PayoutBatchTable.Table, next.Id.ToString(), next, version, outbox, cancellationToken);
}

/// <summary>An item as it is drafted, with the ledger entries that it pays.</summary>
/// <param name="Item">The item.</param>
/// <param name="Lines">Its entries, in order.</param>
public sealed record DraftedItem(PayoutItem Item, IReadOnlyList<DraftedLine> Lines);

/// <summary>What an item's tax rests on, as it was when its amounts were computed.</summary>
/// <param name="Abn">The payee's ABN.</param>
/// <param name="IsGstRegistered">Whether the payee is registered for GST.</param>
/// <param name="RctiAgreement">The agreement by which we issue its invoices.</param>
/// <param name="PayerAbn">The payer's ABN.</param>
/// <param name="PayerIsGstRegistered">Whether the payer is registered for GST.</param>
public sealed record ItemTax(Abn? Abn, bool IsGstRegistered, string? RctiAgreement, Abn? PayerAbn, bool PayerIsGstRegistered);

/// <summary>A ledger entry that an item pays.</summary>
/// <param name="BookId">Number of the book.</param>
/// <param name="Sequence">Place in it.</param>
/// <param name="Entry">Leaf hash.</param>
/// <param name="AmountMinor">What it adds to what is owed.</param>
/// <param name="Gst">How the amount stands to GST.</param>
public sealed record DraftedLine(int BookId, long Sequence, Hash Entry, long AmountMinor, GstTreatment Gst);

/// <summary>A file as it is stored: its content is encrypted.</summary>
/// <param name="Part">Its number, from 1.</param>
/// <param name="Hash">SHA-256 of its bytes in the clear.</param>
/// <param name="Content">Its bytes, encrypted.</param>
/// <param name="Records">Detail records.</param>
/// <param name="PayMinor">What it pays.</param>
/// <param name="ProcessOn">Its processing date.</param>
public sealed record StoredPayoutFile(int Part, Hash Hash, byte[] Content, int Records, long PayMinor, DateOnly ProcessOn);
