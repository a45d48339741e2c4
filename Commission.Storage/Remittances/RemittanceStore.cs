using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Remittances;
using Commission.Storage.GroupCommit;
using Commission.Storage.Guarantees;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Remittances;

/// <summary>Takes remittances: a file and each line of it once, each with its leaf in the administration book.</summary>
public sealed class RemittanceStore(NpgsqlDataSource dataSource, Serializer serializer, IOutboxPublisher publisher) : IDisposable
{
    private readonly OutboxIds _outboxIds = new(dataSource);

    /// <summary>Stores a file's lines with the deals that their references name; false when the file is there already.</summary>
    public async Task<bool> AddAsync(
        RemittanceId id, Hash file, IReadOnlyList<RemittanceLine> lines, ContactId by, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // One file at a time, so that each sees which lines the others have taken.
        await connection.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended('remittance', 0))", cancellationToken);
        var added = await connection.ExecuteAsync(
            "insert into remittance (id, hash, lines, uploaded_by, received_at) values ($1, $2, $3, $4, $5) on conflict do nothing", cancellationToken,
            id.ToString(), file.ToArray(), lines.Count, by.Value, now.UtcDateTime);
        if (added == 0)
            return false;
        var deals = await FindDealsAsync(connection, [.. lines.Select(line => line.Reference).Distinct()], cancellationToken);
        var found = lines.Select(line => deals.GetValueOrDefault(line.Reference) ?? []).ToList();
        await connection.ExecuteAsync(
            """
            with given as (
                select t.*, row_number() over (partition by provider, reference, paid_on, amount_minor, currency order by number) as time
                from unnest($2::int[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::date[], $8::uuid[], $9::text[])
                    as t(number, provider, reference, amount_minor, currency, paid_on, deal, problem)),
            judged as (
                select g.*, g.time = 1 and not exists (
                    select from remittance_line l where l.counts and (l.provider, l.reference, l.paid_on, l.amount_minor, l.currency)
                        = (g.provider, g.reference, g.paid_on, g.amount_minor, g.currency)) as counts
                from given g)
            insert into remittance_line (remittance, number, provider, reference, amount_minor, currency, paid_on, counts, deal, problem)
            select $1, number, provider, reference, amount_minor, currency, paid_on, counts, case when counts and deal <> $10 then deal end,
                case when counts then nullif(problem, '') else 'the same line was taken before' end
            from judged
            """,
            cancellationToken, id.ToString(), lines.Select(line => line.Number).ToArray(), lines.Select(line => line.Provider).ToArray(),
            lines.Select(line => line.Reference).ToArray(), lines.Select(line => line.Amount.Minor).ToArray(),
            lines.Select(line => line.Amount.Currency.Code).ToArray(), lines.Select(line => line.PaidOn).ToArray(),
            found.Select(named => named.Count == 1 ? named[0] : Guid.Empty).ToArray(), found.Select(ProblemOf).ToArray(), Guid.Empty);
        await CommitAsync(connection, transaction, RemittanceRecords.Taken(id, file, lines.Count, by, now), cancellationToken);
        return true;
    }

    /// <summary>A person says which deal a line is for; false when the line has a deal, or does not count, or is not there.</summary>
    public async Task<bool> MatchAsync(
        RemittanceId id, int number, DealId deal, ContactId by, string reason, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var matched = await connection.ExecuteAsync(
            """
            update remittance_line set deal = $3, problem = null, matched_by = $4, matched_at = $5, reason = $6
            where remittance = $1 and number = $2 and counts and deal is null
            """,
            cancellationToken, id.ToString(), number, deal.Value, by.Value, now.UtcDateTime, reason);
        if (matched == 0)
            return false;
        await CommitAsync(connection, transaction, RemittanceRecords.Matched(id, number, deal, reason, by, now), cancellationToken);
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => _outboxIds.Dispose();

    private async Task CommitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, ActDraft act, CancellationToken cancellationToken)
    {
        var messages = await OutboxMessages.MakeAsync(serializer, _outboxIds, [(Books.Administration, [act])]);
        await connection.ExecuteAsync(
            OutboxMessages.InsertSql, cancellationToken, messages.Select(message => message.Id).ToArray(),
            messages.Select(message => message.Book).ToArray(), messages.Select(message => message.Payload).ToArray());
        await transaction.CommitAsync(cancellationToken);
        publisher.Publish(messages);
    }

    private static string ProblemOf(IReadOnlyList<Guid> deals) => deals.Count switch
    {
        0 => "no deal has this reference",
        1 => "",
        _ => "several deals have this reference",
    };

    private static async Task<Dictionary<string, List<Guid>>> FindDealsAsync(
        NpgsqlConnection connection, string[] references, CancellationToken cancellationToken)
    {
        var rows = await connection.ReadAsync(
            """
            select id, id from deal where id = any($1)
            union select business_key, id from deal where business_key = any($1)
            """,
            reader => (Reference: reader.GetString(0), Deal: TypedId.Parse<DealId>(reader.GetString(1)).Value), cancellationToken, (object)references);
        return rows.GroupBy(row => row.Reference).ToDictionary(row => row.Key, row => row.Select(one => one.Deal).ToList(), StringComparer.Ordinal);
    }
}
