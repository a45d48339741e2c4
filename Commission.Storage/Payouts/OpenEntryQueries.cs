using System.Runtime.CompilerServices;
using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Tax;
using Commission.Storage.Payouts.Stripe;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Payouts;

/// <summary>An entry of a payable account that no line holds.</summary>
/// <param name="BookId">Number of the book.</param>
/// <param name="Sequence">Place in it.</param>
/// <param name="Bytes">The leaf.</param>
/// <param name="IsDisputed">Whether an undecided dispute is about it.</param>
public sealed record OpenEntryRow(int BookId, long Sequence, byte[] Bytes, bool IsDisputed);

/// <summary>What is known of a payee beside its entries.</summary>
/// <param name="Payee">Who.</param>
/// <param name="IsVerified">Whether somebody verified its tax facts.</param>
/// <param name="Destination">Commitment to the account that the rail would pay; null for none.</param>
/// <param name="WhyNot">Why it has none, in words; null for the usual reason.</param>
/// <param name="Abn">Its ABN.</param>
/// <param name="IsGstRegistered">Whether it is registered for GST.</param>
/// <param name="RctiAgreement">Reference of the agreement in force by which we issue its invoices.</param>
public sealed record OpenPayee(
    ContactId Payee, bool IsVerified, Hash? Destination, string? WhyNot, Abn? Abn, bool IsGstRegistered, string? RctiAgreement);

/// <summary>On what rail payees are to be paid.</summary>
/// <param name="Rail">The rail.</param>
/// <param name="IsLive">For Stripe: in live mode, or in test mode.</param>
public readonly record struct PayingRail(Rail Rail, bool IsLive);

/// <summary>The accruals that are open: what the ledger owes to contacts and no payout holds.</summary>
public sealed class OpenEntryQueries(NpgsqlDataSource dataSource)
{
    /// <summary>
    /// Payees in the order of their ids, each with all its open entries, as they come: one query, whose memory is that of one payee.
    /// Kinds: accrual, adjustment, clawback and dispute adjustment; holds and payouts move what these made.
    /// </summary>
    public async IAsyncEnumerable<(OpenPayee Payee, List<OpenEntryRow> Entries)> ReadAsync(
        PayingRail rail, string currency, IReadOnlyCollection<ContactId>? payees, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            with account as (
                select a.book_id, a.id, a.name from book_account a join book_head h on h.id = a.book_id
                where h.book = 'ledger' and a.currency = $1 and starts_with(a.name, 'payable:')
                    and ($2::text[] is null or a.name = any($2))),
            side as (
                select a.name, e.book_id, e.sequence, e.bytes from account a
                join book_entry e on e.book_id = a.book_id and e.credit = a.id where e.kind in (1, 2, 3, 9)
                union all
                select a.name, e.book_id, e.sequence, e.bytes from account a
                join book_entry e on e.book_id = a.book_id and e.debit = a.id where e.kind in (1, 2, 3, 9))
            select s.name, s.book_id, s.sequence, s.bytes,
                exists (select from dispute_entry d where d.book_id = s.book_id and d.sequence = s.sequence and d.pending)
            from side s
            where not exists (select from payout_line l where l.book_id = s.book_id and l.sequence = s.sequence and l.holds)
            order by s.name collate "C", s.sequence
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = currency });
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = payees is null ? DBNull.Value : payees.Select(Domain.Ledger.Accounts.Payable).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });
        var known = await ReadPayeesAsync(rail, payees, cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (name, entries) = ("", new List<OpenEntryRow>());
        while (await reader.ReadAsync(cancellationToken))
        {
            var next = reader.GetString(0);
            if (next != name && entries.Count > 0)
            {
                yield return (Payee(name, known), entries);
                entries = [];
            }
            name = next;
            entries.Add(new OpenEntryRow(reader.GetInt32(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3), reader.GetBoolean(4)));
        }
        if (entries.Count > 0)
            yield return (Payee(name, known), entries);
    }

    /// <summary>Vertical and product of deals.</summary>
    public async Task<Dictionary<string, (string Vertical, string Product)>> ReadProductsAsync(
        IReadOnlyCollection<string> deals, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select id, vertical, product from deal where id = any($1)");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. deals] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var products = new Dictionary<string, (string, string)>(deals.Count, StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            products[reader.GetString(0)] = (reader.GetString(1), reader.GetString(2));
        return products;
    }

    private static OpenPayee Payee(string account, Dictionary<ContactId, OpenPayee> known)
    {
        var id = TypedId.Parse<ContactId>(account[Domain.Ledger.Accounts.PayablePrefix.Length..]);
        return known.GetValueOrDefault(id) ?? new OpenPayee(id, false, null, "Nobody has verified what tax law asks of the payee.", null, false, null);
    }

    private async Task<Dictionary<ContactId, OpenPayee>> ReadPayeesAsync(
        PayingRail rail, IReadOnlyCollection<ContactId>? payees, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select p.payee, p.commitment, p.abn, p.gst_registered, g.reference, s.account, s.transfers, s.deauthorized_at, s.disabled_reason,
                s.currently_due
            from payee_account p left join agreement g on g.reference = p.rcti_agreement and g.ended_at is null
            left join stripe_account s on s.payee = p.payee and s.live = $2
            where p.verified_at is not null and ($1::uuid[] is null or p.payee = any($1))
            """);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = payees is null ? DBNull.Value : payees.Select(payee => payee.Value).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
        });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = rail.IsLive });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var known = new Dictionary<ContactId, OpenPayee>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = ContactId.From(reader.GetGuid(0));
            var (destination, whyNot) = rail.Rail == Rail.Stripe ? Connected(reader, id, rail.IsLive) : (Bank(reader), null);
            known[id] = new OpenPayee(
                id, true, destination, whyNot, reader.IsDBNull(2) ? null : new Abn(reader.GetString(2)), reader.GetBoolean(3),
                reader.IsDBNull(4) ? null : reader.GetString(4));
        }
        return known;
    }

    private static Hash? Bank(NpgsqlDataReader reader) => reader.IsDBNull(1) ? null : new Hash(reader.GetFieldValue<byte[]>(1));

    private static (Hash? Destination, string? WhyNot) Connected(NpgsqlDataReader reader, ContactId payee, bool isLive)
    {
        if (reader.IsDBNull(5))
            return (null, "The payee has no account at Stripe.");
        var whyNot = StripeAccount.WhyNotOf(
            reader.GetString(6), reader.IsDBNull(8) ? null : reader.GetString(8), reader.GetFieldValue<string[]>(9), !reader.IsDBNull(7));
        return whyNot is null ? (StripeDestination.Of(payee, isLive, reader.GetString(5)), null) : (null, whyNot);
    }
}
