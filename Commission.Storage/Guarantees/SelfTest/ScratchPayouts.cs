using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Disputes;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Storage.Disputes;
using Commission.Storage.GroupCommit;
using Commission.Storage.Payouts;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Guarantees.SelfTest;

/// <summary>
/// Payouts and disputes over the copied deals. They are made and not copied: leaves have new hashes in the copy, so that a real batch,
/// which names them, would not fit.
/// </summary>
internal sealed class ScratchPayouts(NpgsqlConnection connection, Serializer serializer, PayeeVault vault, ServiceLimits limits)
{
    private const int LedgerId = 3;
    private ContactId _maker;
    private ContactId _approver;

    public static IReadOnlyList<string> Tables { get; } =
        ["payout_batch", "payout_item", "payout_line", "payout_file", "payee_account", "stripe_request", "dispute", "dispute_entry", "dispute_message"];

    public ServiceLimits Limits => limits;

    /// <summary>A batch whose file went to the bank; null where nothing is owed in Australian dollars.</summary>
    public ScratchBatch? Aba { get; private set; }

    /// <summary>A batch on its way through Stripe; null where nobody else is owed anything.</summary>
    public ScratchBatch? Stripe { get; private set; }

    /// <summary>A dispute that nobody has decided.</summary>
    public ScratchDispute? Dispute { get; private set; }

    private DateTimeOffset At => limits.Now.AddHours(-1);

    /// <summary>Pays what the copied deals owe, and disputes it: writes the rows, and gives the books with the records.</summary>
    public async Task<CopiedBooks> MakeAsync(CopiedBooks books, DealDossier deal, CancellationToken cancellationToken)
    {
        (_maker, _approver) = (deal.Intent!.Receiver, deal.Intent.Client);
        var payees = await ReadPayeesAsync(cancellationToken);
        if (payees.Find(payee => payee.Currency == Currency.Aud) is { } first)
        {
            var withdrawn = new ScratchDispute(Guid.CreateVersion7(), first, isHeld: true, isWithdrawn: true, limits, At);
            books = await WriteAsync(books, withdrawn, cancellationToken);
            Aba = Batch(Rail.Aba, first, isPaid: true);
            books = await WriteAsync(books, Aba, cancellationToken);
            Dispute = new ScratchDispute(Guid.CreateVersion7(), first, isHeld: false, isWithdrawn: false, limits, At);
            books = await WriteAsync(books, Dispute, cancellationToken);
        }
        if (payees.Find(payee => payee.Payee != Aba?.Payee.Payee) is { } second)
            books = await WriteAsync(books, Stripe = Batch(Rail.Stripe, second, isPaid: false), cancellationToken);
        return books;
    }

    /// <summary>Pays once more what was paid, in a batch that is all in order by itself.</summary>
    public Task<CopiedBooks> PayAgainAsync(CopiedBooks books, CancellationToken cancellationToken) =>
        WriteAsync(books, Batch(Rail.Aba, Aba!.Payee, isPaid: true), cancellationToken);

    /// <summary>Puts another state in the place of a batch's.</summary>
    public async Task ChangeAsync(ScratchBatch batch, Func<PayoutBatchState, PayoutBatchState> change, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("delete from payout_batch where id = $1", cancellationToken, batch.Id.ToString());
        await WriteStateAsync(PayoutBatchTable.Table, batch.Id.ToString(), change(batch.State), cancellationToken);
    }

    /// <summary>Puts another state in the place of a dispute's.</summary>
    public async Task ChangeAsync(ScratchDispute dispute, Func<DisputeState, DisputeState> change, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("delete from dispute where id = $1", cancellationToken, dispute.State.Id.ToString());
        await WriteStateAsync(DisputeTable.Table, dispute.State.Id.ToString(), change(dispute.State), cancellationToken);
    }

    /// <summary>Puts a file that pays more in the place of the batch's.</summary>
    public async Task ChangeFileAsync(long moreMinor, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("delete from payout_file", cancellationToken);
        await WriteFileAsync(Aba!, moreMinor, cancellationToken);
    }

    private ScratchBatch Batch(Rail rail, ScratchPayee payee, bool isPaid) => new(Guid.CreateVersion7(), rail, payee, _maker, _approver, At, isPaid);

    private async Task<List<ScratchPayee>> ReadPayeesAsync(CancellationToken cancellationToken)
    {
        var rows = await new BookReader(connection).ReadPageAsync(LedgerId, 0, int.MaxValue, cancellationToken);
        return
        [
            .. rows.Select(row => (Leaf: (EntryLeaf)LeafEncoding.Decode(row.Bytes), Hash: MerkleTree.LeafHash(row.Bytes)))
                .SelectMany(entry => new[] { entry.Leaf.Entry.Debit, entry.Leaf.Entry.Credit }
                    .Where(account => account.StartsWith(Accounts.PayablePrefix, StringComparison.Ordinal))
                    .Select(account => (entry.Leaf.Entry.Amount.Currency, Account: account, Entry: entry)))
                .GroupBy(side => (side.Currency, side.Account), side => side.Entry)
                .Select(payee => new ScratchPayee(TypedId.Parse<ContactId>(payee.Key.Account[Accounts.PayablePrefix.Length..]), [.. payee]))
                .Where(payee => payee.OwedMinor > 0 && payee.Payee != _maker && payee.Payee != _approver),
        ];
    }

    private async Task<CopiedBooks> WriteAsync(CopiedBooks books, ScratchBatch batch, CancellationToken cancellationToken)
    {
        var (id, item) = (batch.Id.Value, batch.Item);
        await WriteStateAsync(PayoutBatchTable.Table, batch.Id.ToString(), batch.State, cancellationToken);
        await connection.ExecuteAsync(
            """
            insert into payout_item (batch, number, payee, amount_minor, gst_minor, withheld_minor, lines, lines_hash, destination, status, attempt, since,
                submission, salt, file_part)
            values ($1, 1, $2, $3, 0, 0, $4, $5, $6, $7, 1, $8, $9, $10, case when $11 then 1 end)
            """,
            cancellationToken, id, item.Payee.Value, item.Amounts.AmountMinor, item.Lines, item.LinesHash.ToArray(), item.Destination.ToArray(),
            (short)item.Status, item.Since.UtcDateTime, item.Submission.ToArray(), item.Salt.ToArray(), batch.State.Rail == Rail.Aba);
        foreach (var (place, (leaf, hash)) in batch.Payee.Entries.Index())
        {
            await connection.ExecuteAsync(
                "insert into payout_line (batch, item, place, book_id, sequence, entry, amount_minor, holds) values ($1, 1, $2, $3, $4, $5, $6, true)",
                cancellationToken, id, place + 1, LedgerId, leaf.Sequence, hash.ToArray(), batch.Payee.Owed(leaf.Entry));
        }
        if (batch.State.Rail == Rail.Aba)
            await WriteFileAsync(batch, 0, cancellationToken);
        else
            await connection.ExecuteAsync(
                """
                insert into stripe_request (live, key, kind, subject, amount, currency, created_at) values (false, $1, 'transfer', $2, $3, $4, $5)
                """,
                cancellationToken, PayoutReference.KeyOf(batch.Id, 1, 1), ScratchBatch.StripeAccount,
                item.Amounts.PayMinor, batch.State.Currency.Code, item.Since.UtcDateTime);
        return With(books, batch.Entries, batch.Acts);
    }

    private async Task WriteFileAsync(ScratchBatch batch, long moreMinor, CancellationToken cancellationToken)
    {
        var file = batch.File(moreMinor);
        await connection.ExecuteAsync(
            "insert into payout_file (batch, part, hash, content, records, pay_minor, process_on) values ($1, 1, $2, $3, $4, $5, $6)", cancellationToken,
            batch.Id.Value, file.Hash.ToArray(), vault.SealFile(file.Bytes), file.Document.Totals.Records, file.Document.Totals.CreditMinor, batch.Day);
    }

    private async Task<CopiedBooks> WriteAsync(CopiedBooks books, ScratchDispute dispute, CancellationToken cancellationToken)
    {
        var state = dispute.State;
        await WriteStateAsync(DisputeTable.Table, state.Id.ToString(), state, cancellationToken);
        await connection.ExecuteAsync(
            "insert into dispute_entry (dispute, place, book_id, sequence, pending) values ($1, 1, $2, $3, $4)", cancellationToken,
            state.Id.Value, LedgerId, dispute.Entry.Sequence, state.IsPending);
        await connection.ExecuteAsync(
            "insert into dispute_message (dispute, number, author, written_at, body) values ($1, 1, $2, $3, $4)", cancellationToken,
            state.Id.Value, state.Member.Value, state.OpenedAt.UtcDateTime, ScratchDispute.Text);
        return With(books, dispute.Entries, dispute.Acts);
    }

    private async Task WriteStateAsync<T>(StateTable table, string id, T state, CancellationToken cancellationToken) where T : new()
    {
        object[] journaled = [new Journaled<T> { State = state }];
        var names = string.Concat(table.Columns.Select(column => $", {column.Name}"));
        var values = string.Concat(table.Columns.Select((column, i) => $", ${i + 3}::{column.SqlType}[]"));
        await using var command = new NpgsqlCommand(
            $"insert into {table.Name} (id, version, payload{names}) select * from unnest($1::text[], array[1], $2::bytea[]{values})", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = new[] { id } });
        command.Parameters.Add(new NpgsqlParameter { Value = new[] { serializer.SerializeToArray((Journaled<T>)journaled[0]) } });
        foreach (var column in table.Columns)
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = column.Type | NpgsqlTypes.NpgsqlDbType.Array, Value = column.ToArray(journaled) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static CopiedBooks With(CopiedBooks books, IEnumerable<BookRecord> entries, IEnumerable<BookRecord> acts) => books with
    {
        Ledger = Append(books.Ledger, entries),
        Administration = Append(books.Administration, acts),
    };

    private static List<CopiedRecord> Append(IReadOnlyList<CopiedRecord> records, IEnumerable<BookRecord> more) =>
        [.. records, .. more.Select(record => new CopiedRecord(record, records.Count == 0 ? DateTimeOffset.UnixEpoch : records[^1].PostedAt))];
}
