using Commission.Domain;
using Commission.Domain.Notifications;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Tax;
using Commission.Domain.Rules;
using Commission.Storage.Notifications;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Payouts;

/// <summary>A step of an item that papers are owed for.</summary>
/// <param name="Id">The row.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Rail">How its money leaves.</param>
/// <param name="Currency">Its currency.</param>
/// <param name="Item">The item.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="Step">Submitted, failed or returned.</param>
/// <param name="Reason">Why it failed or came back; empty otherwise.</param>
/// <param name="At">When.</param>
/// <param name="Payee">Who is paid.</param>
/// <param name="PayeeName">The payee's name.</param>
/// <param name="Amounts">What was approved.</param>
/// <param name="Tax">What its tax rests on.</param>
public sealed record DuePaper(
    long Id, PayoutBatchId Batch, Rail Rail, string Currency, int Item, int Attempt, PayoutItemStatus Step, string Reason, DateTimeOffset At,
    ContactId Payee, string PayeeName, PayoutAmounts Amounts, ItemTax Tax);

/// <summary>An entry that an item pays.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Item">The item.</param>
/// <param name="Bytes">The leaf.</param>
/// <param name="Gst">How its amount stands to GST.</param>
public sealed record DuePaperLine(PayoutBatchId Batch, int Item, byte[] Bytes, GstTreatment Gst);

/// <summary>A paper to be stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Issuer">Whose sequence its number is of.</param>
/// <param name="Due">The step that it is for.</param>
/// <param name="Document">What it says.</param>
/// <param name="Hash">SHA-256 of its canonical bytes.</param>
/// <param name="HtmlHash">SHA-256 of its page.</param>
/// <param name="PdfHash">SHA-256 of its PDF.</param>
/// <param name="Content">Its canonical bytes, encrypted.</param>
/// <param name="Cancels">The paper that it takes back, or null.</param>
public sealed record NewTaxPaper(
    Guid Id, string Issuer, DuePaper Due, TaxDocument Document, Hash Hash, Hash HtmlHash, Hash PdfHash, byte[] Content, Guid? Cancels);

/// <summary>Issues papers: what is due, the numbers, the papers and the messages about them change in one transaction.</summary>
public sealed class TaxPaperStore(NpgsqlDataSource dataSource)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);

    /// <summary>The turn to issue, of which all processes together have one: numbers then follow each other. Null while somebody else has it.</summary>
    public async Task<TaxPaperTransaction?> TryBeginAsync(CancellationToken cancellationToken = default)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand("select pg_try_advisory_xact_lock(hashtextextended('tax-papers', 0))", connection, transaction);
            if ((bool)(await command.ExecuteScalarAsync(cancellationToken))!)
                return new TaxPaperTransaction(connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Puts a step off whose papers could not be made; its pauses grow to about three hours.</summary>
    public async Task PutOffAsync(long due, string problem, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            update tax_paper_due set failures = failures + 1, problem = $2, retry_at = clock_timestamp() + $3 * power(2, least(failures, 10))
            where id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = due });
        command.Parameters.Add(new NpgsqlParameter { Value = problem });
        command.Parameters.Add(new NpgsqlParameter { Value = FirstPause });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Steps that wait, and how many of them could not be done so far.</summary>
    public async Task<(long Waiting, long Failing)> CountAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select count(*), count(*) filter (where failures > 0) from tax_paper_due");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}

/// <summary>One turn of issuing.</summary>
public sealed class TaxPaperTransaction : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    internal TaxPaperTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    /// <summary>Steps that are due, oldest first; of an item the first only, so that what takes back comes after what gave.</summary>
    public async Task<List<DuePaper>> ReadDueAsync(int limit, CancellationToken cancellationToken = default)
    {
        await using var command = Command("""
            select d.id, b.id, b.rail, b.currency, d.item, d.attempt, d.step, d.reason, d.at, i.payee, i.amount_minor, i.gst_minor, i.withheld_minor,
                i.abn, i.gst_registered, i.rcti_agreement, i.payer_abn, i.payer_gst_registered
            from tax_paper_due d join payout_item i on i.batch = d.batch and i.number = d.item join payout_batch b on b.uuid = d.batch
            where d.retry_at <= clock_timestamp()
                and not exists (select from tax_paper_due e where e.batch = d.batch and e.item = d.item and e.id < d.id)
            order by d.id limit $1
            """, limit);
        var due = new List<DuePaper>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                due.Add(Due(reader));
        }
        var names = await ReadNamesAsync([.. due.Select(one => one.Payee.ToString()).Distinct()], cancellationToken);
        return due.ConvertAll(one => one with { PayeeName = names[one.Payee.ToString()] });
    }

    /// <summary>The entries that these items pay, in order.</summary>
    public async Task<ILookup<(PayoutBatchId, int), DuePaperLine>> ReadLinesAsync(
        IReadOnlyCollection<DuePaper> due, CancellationToken cancellationToken = default)
    {
        await using var command = Command("""
            select l.batch, l.item, e.bytes, coalesce(l.gst, 2)
            from unnest($1::uuid[], $2::int[]) as n(batch, item) join payout_line l on l.batch = n.batch and l.item = n.item
            join book_entry e on e.book_id = l.book_id and e.sequence = l.sequence
            order by l.batch, l.item, l.place
            """, due.Select(one => one.Batch.Value).ToArray(), due.Select(one => one.Item).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<DuePaperLine>();
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(new DuePaperLine(
                PayoutBatchId.From(reader.GetGuid(0)), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2), (GstTreatment)reader.GetInt16(3)));
        }
        return lines.ToLookup(line => (line.Batch, line.Item));
    }

    /// <summary>Papers of an item's attempt that stand, encrypted.</summary>
    public async Task<List<(Guid Id, byte[] Content, Hash Hash)>> ReadStandingAsync(DuePaper due, CancellationToken cancellationToken = default)
    {
        await using var command = Command("""
            select p.id, p.content, p.hash from tax_paper p
            where p.batch = $1 and p.item = $2 and p.attempt = $3 and p.cancels is null and not exists (select from tax_paper c where c.cancels = p.id)
            order by p.kind
            """, due.Batch.Value, due.Item, due.Attempt);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var papers = new List<(Guid, byte[], Hash)>();
        while (await reader.ReadAsync(cancellationToken))
            papers.Add((reader.GetGuid(0), reader.GetFieldValue<byte[]>(1), new Hash(reader.GetFieldValue<byte[]>(2))));
        return papers;
    }

    /// <summary>The next free numbers of an issuer.</summary>
    public async Task<TaxNumbers> ReadNumbersAsync(string issuer, CancellationToken cancellationToken = default)
    {
        await using var command = Command("select kind, last from tax_sequence where issuer = $1", issuer);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var last = new Dictionary<TaxDocumentKind, long>();
        while (await reader.ReadAsync(cancellationToken))
            last[(TaxDocumentKind)reader.GetInt16(0)] = reader.GetInt64(1);
        long Next(TaxDocumentKind kind) => last.GetValueOrDefault(kind) + 1;
        return new TaxNumbers(
            Next(TaxDocumentKind.Rcti), Next(TaxDocumentKind.AdjustmentNote), Next(TaxDocumentKind.Statement), Next(TaxDocumentKind.Cancellation));
    }

    /// <summary>Stores the papers, the last numbers and the messages about them, and takes the steps off the list.</summary>
    public async Task CommitAsync(
        IReadOnlyCollection<NewTaxPaper> papers, IReadOnlyCollection<NotificationDraft> messages, IReadOnlyCollection<long> done, DateTimeOffset at,
        CancellationToken cancellationToken = default)
    {
        await InsertAsync(papers, at, cancellationToken);
        foreach (var sequence in papers.GroupBy(paper => (paper.Issuer, paper.Document.Kind)))
        {
            await ExecuteAsync(
                "insert into tax_sequence (issuer, kind, last) values ($1, $2, $3) on conflict (issuer, kind) do update set last = excluded.last",
                cancellationToken, sequence.Key.Issuer, (short)sequence.Key.Kind, sequence.Max(paper => paper.Document.Number));
        }
        await NotificationRows.InsertAsync(_connection, _transaction, messages, cancellationToken);
        await ExecuteAsync("delete from tax_paper_due where id = any($1)", cancellationToken, done.ToArray());
        await _transaction.CommitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static DuePaper Due(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), TypedId.Parse<PayoutBatchId>(reader.GetString(1)), (Rail)reader.GetInt16(2), reader.GetString(3), reader.GetInt32(4),
        reader.GetInt32(5), (PayoutItemStatus)reader.GetInt16(6), reader.GetString(7), reader.GetFieldValue<DateTimeOffset>(8),
        ContactId.From(reader.GetGuid(9)), "", new PayoutAmounts(reader.GetInt64(10), reader.GetInt64(11), reader.GetInt64(12)),
        new ItemTax(
            reader.IsDBNull(13) ? null : new Abn(reader.GetString(13)), reader.GetBoolean(14), reader.IsDBNull(15) ? null : reader.GetString(15),
            reader.IsDBNull(16) ? null : new Abn(reader.GetString(16)), reader.GetBoolean(17)));

    private async Task<Dictionary<string, string>> ReadNamesAsync(string[] contacts, CancellationToken cancellationToken)
    {
        await using var command = Command("select id, name from contact where id = any($1)", (object)contacts);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            names[reader.GetString(0)] = reader.GetString(1);
        return names;
    }

    private async Task InsertAsync(IReadOnlyCollection<NewTaxPaper> papers, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(_connection, _transaction);
        foreach (var paper in papers)
        {
            var (due, document) = (paper.Due, paper.Document);
            var command = new NpgsqlBatchCommand("""
                insert into tax_paper (id, issuer, kind, number, name, batch, item, attempt, payee, currency, value_minor, gst_minor, withheld_minor,
                    issued_on, issued_at, hash, html_hash, pdf_hash, content, cancels)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
                """);
            foreach (var value in (ReadOnlySpan<object>)
            [
                paper.Id, paper.Issuer, (short)document.Kind, document.Number, document.Name, due.Batch.Value, due.Item, due.Attempt, due.Payee.Value,
                document.Currency, document.ValueMinor, document.GstMinor, document.WithheldMinor, document.IssuedOn, at.UtcDateTime, paper.Hash.ToArray(),
                paper.HtmlHash.ToArray(), paper.PdfHash.ToArray(), paper.Content,
            ])
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)paper.Cancels ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
            batch.BatchCommands.Add(command);
        }
        if (papers.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, _connection, _transaction);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }
}
