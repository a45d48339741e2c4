using Commission.Domain;
using Commission.Domain.Remittances;
using Commission.Storage.Guarantees;
using Npgsql;

namespace Commission.Storage.Remittances;

/// <summary>A file that was taken.</summary>
public sealed record RemittanceRow(string Id, byte[] Hash, int Lines, Guid UploadedBy, DateTimeOffset ReceivedAt);

/// <summary>A line with what is expected and received for its deal.</summary>
public sealed record RemittanceLineRow(
    int Number, string Provider, string Reference, long AmountMinor, string Currency, DateOnly PaidOn, bool Counts, Guid? Deal, string? Problem,
    Guid? MatchedBy, DateTimeOffset? MatchedAt, string? Reason, long ExpectedMinor, long ReceivedMinor)
{
    /// <summary>What it is, as things stand.</summary>
    public RemittanceStatus Status => RemittanceMatch.Of(Counts, Deal is not null, ExpectedMinor, ReceivedMinor);
}

/// <summary>What is expected of a provider for a deal, and what was received.</summary>
public sealed record ExpectedRow(Guid Deal, string Vertical, string Currency, DateOnly Since, long ExpectedMinor, long ReceivedMinor);

/// <summary>Reads remittances. Expected is what the ledger has on the vertical's receivable because of the deal: docs/reconciliation.md.</summary>
public sealed class RemittanceQueries(NpgsqlDataSource dataSource)
{
    private const string Expected = """
        select e.deal, substr(a.name, 12) as vertical, a.currency, min(e.effective_on) as since,
            sum(case when e.debit = a.id then e.amount else -e.amount end)::bigint as expected
        from book_entry e join book_head h on h.id = e.book_id and h.book = 'ledger'
        join book_account a on a.book_id = e.book_id and a.id in (e.debit, e.credit) and starts_with(a.name, 'receivable:')
        where e.kind in (1, 2, 3)
        """;

    private const string Received = "select deal, currency, sum(amount_minor)::bigint as received from remittance_line where deal is not null";

    /// <summary>One file, or null.</summary>
    public async Task<RemittanceRow?> FindAsync(RemittanceId id, CancellationToken cancellationToken = default)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.ReadAsync(
            "select id, hash, lines, uploaded_by, received_at from remittance where id = $1",
            reader => new RemittanceRow(
                reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetInt32(2), reader.GetGuid(3), reader.GetFieldValue<DateTimeOffset>(4)),
            cancellationToken, id.ToString())).FirstOrDefault();
    }

    /// <summary>Lines of a file, in order.</summary>
    public async Task<List<RemittanceLineRow>> ListLinesAsync(RemittanceId id, CancellationToken cancellationToken = default)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ReadAsync(
            $"""
            with line as (select * from remittance_line where remittance = $1),
            expected as ({Expected} and e.deal in (select deal from line) group by 1, 2, 3),
            received as ({Received} and deal in (select deal from line) group by 1, 2)
            select l.number, l.provider, l.reference, l.amount_minor, l.currency, l.paid_on, l.counts, l.deal, l.problem, l.matched_by, l.matched_at, l.reason,
                coalesce((select sum(x.expected) from expected x where x.deal = l.deal and x.currency = l.currency), 0)::bigint,
                coalesce((select r.received from received r where r.deal = l.deal and r.currency = l.currency), 0)
            from line l order by l.number
            """,
            reader => new RemittanceLineRow(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetString(4), reader.GetFieldValue<DateOnly>(5),
                reader.GetBoolean(6), reader.GetFieldValue<Guid?>(7), reader.IsDBNull(8) ? null : reader.GetString(8), reader.GetFieldValue<Guid?>(9),
                reader.GetFieldValue<DateTimeOffset?>(10), reader.IsDBNull(11) ? null : reader.GetString(11), reader.GetInt64(12), reader.GetInt64(13)),
            cancellationToken, id.ToString());
    }

    /// <summary>Deals for which what was received is not what is expected, in the order of their ids.</summary>
    public async Task<List<ExpectedRow>> ListOpenAsync(string? vertical, Guid? after, int limit, CancellationToken cancellationToken = default)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ReadAsync(
            $"""
            with expected as ({Expected} and ($1 = '' or a.name = 'receivable:' || $1) and e.deal > $2 group by 1, 2, 3),
            received as ({Received} and deal > $2 group by 1, 2)
            select x.deal, x.vertical, x.currency, x.since, x.expected, coalesce(r.received, 0)
            from expected x left join received r on r.deal = x.deal and r.currency = x.currency
            where x.expected <> coalesce(r.received, 0) order by x.deal, x.currency limit $3
            """,
            reader => new ExpectedRow(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateOnly>(3), reader.GetInt64(4), reader.GetInt64(5)),
            cancellationToken, vertical ?? "", after ?? Guid.Empty, limit);
    }

    /// <summary>Of some deals, those for which the provider has paid all that is expected, or more.</summary>
    public async Task<HashSet<Guid>> ListPaidAsync(IReadOnlyCollection<Guid> deals, CancellationToken cancellationToken = default)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.ReadAsync(
            $"""
            with expected as ({Expected} and e.deal = any($1) group by 1, 2, 3), received as ({Received} and deal = any($1) group by 1, 2)
            select x.deal from expected x left join received r on r.deal = x.deal and r.currency = x.currency
            group by x.deal having bool_and(coalesce(r.received, 0) >= x.expected)
            """,
            reader => reader.GetGuid(0), cancellationToken, (object)deals.ToArray())];
    }
}
