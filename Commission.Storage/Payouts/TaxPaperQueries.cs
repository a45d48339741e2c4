using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Disputes;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Tax;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Payouts;

/// <summary>A paper as lists show it; amounts in minor units.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its number, such as <c>RCTI-000001</c>.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Item">The item's number.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="Payee">Who is paid.</param>
/// <param name="Currency">In which currency.</param>
/// <param name="ValueMinor">What is paid for, without GST on top.</param>
/// <param name="GstMinor">GST.</param>
/// <param name="WithheldMinor">What was withheld.</param>
/// <param name="IssuedOn">Its date, where the payer's bank is.</param>
/// <param name="IssuedAt">When it was issued (UTC).</param>
/// <param name="Hash">SHA-256 of its canonical bytes.</param>
/// <param name="HtmlHash">SHA-256 of its HTML.</param>
/// <param name="PdfHash">SHA-256 of its PDF.</param>
/// <param name="CancelledBy">Number of the cancellation that took it back; null while it stands.</param>
public sealed record TaxPaperRow(
    Guid Id, TaxDocumentKind Kind, string Name, PayoutBatchId Batch, int Item, int Attempt, ContactId Payee, string Currency, long ValueMinor, long GstMinor,
    long WithheldMinor, DateOnly IssuedOn, DateTimeOffset IssuedAt, Hash Hash, Hash HtmlHash, Hash PdfHash, string? CancelledBy);

/// <summary>How an accrual was paid.</summary>
/// <param name="IsRcti">Whether with a tax invoice of ours; otherwise on a plain statement, without GST.</param>
/// <param name="Paper">The paper's number; null while it is being issued.</param>
public sealed record PaidEntry(bool IsRcti, string? Paper);

/// <summary>How the accruals of deals were paid: what is taken back of them has the GST of that.</summary>
public sealed class PaidEntries
{
    private readonly Dictionary<(string Account, Hash Facts), PaidEntry> _paid = [];

    internal void Add(byte[] leaf, PaidEntry paid)
    {
        var entry = ((EntryLeaf)LeafEncoding.Decode(leaf)).Entry;
        _paid.TryAdd((entry.Credit, entry.FactsHash), paid);
    }

    /// <summary>How what a calculated entry pays or takes back was paid to this payee; null while it is not.</summary>
    public PaidEntry? Of(EntryDraft calculated, ContactId payee) => _paid.GetValueOrDefault((Accounts.Payable(payee), SupplyOf(calculated, payee)));

    /// <summary>Facts of the accrual that a calculated entry pays, or takes back.</summary>
    public static Hash SupplyOf(EntryDraft calculated, ContactId payee) =>
        calculated.Debit == Accounts.Payable(payee) ? calculated.Corrects : calculated.FactsHash;
}

/// <summary>Reads of tax papers.</summary>
public sealed class TaxPaperQueries(NpgsqlDataSource dataSource)
{
    private const string Columns = """
        select p.id, p.kind, p.name, p.batch, p.item, p.attempt, p.payee, p.currency, p.value_minor, p.gst_minor, p.withheld_minor, p.issued_on, p.issued_at,
            p.hash, p.html_hash, p.pdf_hash, c.name
        from tax_paper p left join tax_paper c on c.cancels = p.id
        """;

    /// <summary>One page of a payee's papers, newest first, after a position.</summary>
    public Task<List<TaxPaperRow>> ListOfPayeeAsync(
        ContactId payee, DateTimeOffset? beforeTime, Guid? beforeId, int limit, CancellationToken cancellationToken = default) =>
        ListAsync("p.payee", payee.Value, beforeTime, beforeId, limit, cancellationToken);

    /// <summary>One page of a batch's papers, newest first, after a position.</summary>
    public Task<List<TaxPaperRow>> ListOfBatchAsync(
        PayoutBatchId batch, DateTimeOffset? beforeTime, Guid? beforeId, int limit, CancellationToken cancellationToken = default) =>
        ListAsync("p.batch", batch.Value, beforeTime, beforeId, limit, cancellationToken);

    /// <summary>A paper by its id.</summary>
    public async Task<TaxPaperRow?> FindAsync(Guid id, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand($"{Columns} where p.id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>Papers of this number: one for each issuer that has had it.</summary>
    public async Task<IReadOnlyList<TaxPaperRow>> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand($"{Columns} where p.name = $1 order by p.issued_at");
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>A paper's encrypted bytes with their hash, or null.</summary>
    public async Task<(byte[] Content, Hash Hash)?> ReadContentAsync(Guid id, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select content, hash from tax_paper where id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetFieldValue<byte[]>(0), new Hash(reader.GetFieldValue<byte[]>(1))) : null;
    }

    /// <summary>What the tax of these entries follows.</summary>
    public async Task<TaxBases> ReadBasesAsync(IEnumerable<EntryDraft> entries, CancellationToken cancellationToken = default)
    {
        var bases = new TaxBases();
        Guid[] disputes = [.. entries.Where(entry => entry.Kind == EntryKind.DisputeAdjustment).Select(entry => entry.Deal.Value).Distinct()];
        if (disputes.Length == 0)
            return bases;

        // What a dispute decided can be contested again: kind 9 leads to the dispute before.
        await using var command = dataSource.CreateCommand("""
            with recursive decided (dispute) as (
                select unnest($1::uuid[])
                union
                select e.deal from decided n join dispute_entry d on d.dispute = n.dispute
                join book_entry e on e.book_id = d.book_id and e.sequence = d.sequence and e.kind = 9)
            select d.dispute, s.member, e.bytes from decided n join dispute s on s.uuid = n.dispute join dispute_entry d on d.dispute = n.dispute
            join book_entry e on e.book_id = d.book_id and e.sequence = d.sequence
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = disputes });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            bases.Add(new DisputeId(reader.GetGuid(0)), ContactId.From(reader.GetGuid(1)), reader.GetFieldValue<byte[]>(2));
        return bases;
    }

    /// <summary>What of these deals was paid or is on its way.</summary>
    public async Task<PaidEntries> ReadPaidAsync(IReadOnlyCollection<Guid> deals, CancellationToken cancellationToken = default)
    {
        var paid = new PaidEntries();
        if (deals.Count == 0)
            return paid;
        await using var command = dataSource.CreateCommand("""
            select e.bytes, i.abn, i.gst_registered, i.payer_abn, i.payer_gst_registered, i.rcti_agreement, b.currency, p.name
            from book_head h join book_entry e on e.book_id = h.id
            join payout_line l on l.book_id = e.book_id and l.sequence = e.sequence and l.holds
            join payout_item i on i.batch = l.batch and i.number = l.item and i.status in (2, 3)
            join payout_batch b on b.uuid = i.batch
            left join tax_paper p on p.batch = i.batch and p.item = i.number and p.attempt = i.attempt and p.kind in (1, 3)
            where h.book = 'ledger' and e.deal = any($1) and e.kind in (1, 2)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. deals] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var isRcti = TaxPapers.IsRcti(
                new TaxParty("", AbnAt(reader, 1), reader.GetBoolean(2)), new TaxParty("", AbnAt(reader, 3), reader.GetBoolean(4)),
                reader.IsDBNull(5) ? null : reader.GetString(5), new Currency(reader.GetString(6)));
            paid.Add(reader.GetFieldValue<byte[]>(0), new PaidEntry(isRcti, reader.IsDBNull(7) ? null : reader.GetString(7)));
        }
        return paid;
    }

    private static Abn? AbnAt(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new Abn(reader.GetString(column));

    private async Task<List<TaxPaperRow>> ListAsync(
        string column, Guid value, DateTimeOffset? beforeTime, Guid? beforeId, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"""
            {Columns} where {column} = $1 and ($2::timestamptz is null or (p.issued_at, p.id) < ($2, $3::uuid))
            order by p.issued_at desc, p.id desc limit $4
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = value });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)beforeTime?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)beforeId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<List<TaxPaperRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<TaxPaperRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new TaxPaperRow(
                reader.GetGuid(0), (TaxDocumentKind)reader.GetInt16(1), reader.GetString(2), PayoutBatchId.From(reader.GetGuid(3)), reader.GetInt32(4),
                reader.GetInt32(5), ContactId.From(reader.GetGuid(6)), reader.GetString(7), reader.GetInt64(8), reader.GetInt64(9), reader.GetInt64(10),
                reader.GetFieldValue<DateOnly>(11), reader.GetFieldValue<DateTimeOffset>(12), new Hash(reader.GetFieldValue<byte[]>(13)),
                new Hash(reader.GetFieldValue<byte[]>(14)), new Hash(reader.GetFieldValue<byte[]>(15)), reader.IsDBNull(16) ? null : reader.GetString(16)));
        }
        return rows;
    }
}
