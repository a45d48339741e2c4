using Commission.Domain;
using Commission.Domain.Ledger;
using Npgsql;

namespace Commission.Storage.Payouts;

/// <summary>What the ledger and the payout rows say of one payee in one currency, read at one moment.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="OwedMinor">The ledger's balance of the payable account, turned round: what is owed.</param>
/// <param name="DisputedMinor">The ledger's balance of the disputed account, turned round.</param>
/// <param name="EarnedMinor">All accruals less all that was taken back.</param>
/// <param name="MovedMinor">What payouts took out of the payable account, less what came back.</param>
/// <param name="DraftedMinor">In items that are not sent.</param>
/// <param name="SubmittedMinor">In items on their way.</param>
/// <param name="PaidMinor">In items that were paid.</param>
/// <param name="FailedMinor">In items that failed or came back and may be tried again.</param>
public sealed record PayeeBalanceRow(
    string Currency, long OwedMinor, long DisputedMinor, long EarnedMinor, long MovedMinor, long DraftedMinor, long SubmittedMinor, long PaidMinor,
    long FailedMinor)
{
    /// <summary>In no payout: available, cooling off or held by a dispute.</summary>
    public long OpenMinor => EarnedMinor - DraftedMinor - SubmittedMinor - PaidMinor - FailedMinor;

    /// <summary>What payouts moved and the ledger does not hold yet: zero but for a moment.</summary>
    public long PostingMinor => SubmittedMinor + PaidMinor - MovedMinor;
}

/// <summary>Balances of payees.</summary>
public sealed class PayeeBalanceQueries(NpgsqlDataSource dataSource)
{
    /// <summary>One row for each currency of the payee.</summary>
    public async Task<IReadOnlyList<PayeeBalanceRow>> ReadAsync(ContactId payee, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            with account as (
                select a.* from book_account a join book_head h on h.id = a.book_id where h.book = 'ledger' and a.name = $1),
            moves as (
                select a.currency, e.kind, e.amount from account a join book_entry e on e.book_id = a.book_id and e.credit = a.id
                union all
                select a.currency, e.kind, -e.amount from account a join book_entry e on e.book_id = a.book_id and e.debit = a.id),
            sums as (
                select currency, coalesce(sum(amount) filter (where kind in (1, 2, 3, 9)), 0)::bigint as earned,
                    -coalesce(sum(amount) filter (where kind in (4, 6)), 0)::bigint as moved
                from moves group by currency),
            paid as (
                select b.currency, coalesce(sum(l.amount_minor) filter (where i.status = 1), 0)::bigint as drafted,
                    coalesce(sum(l.amount_minor) filter (where i.status = 2), 0)::bigint as submitted,
                    coalesce(sum(l.amount_minor) filter (where i.status = 3), 0)::bigint as paid,
                    coalesce(sum(l.amount_minor) filter (where i.status in (4, 5)), 0)::bigint as failed
                from payout_item i join payout_batch b on b.uuid = i.batch join payout_line l on l.batch = i.batch and l.item = i.number and l.holds
                where i.payee = $3 group by b.currency)
            select a.currency, -a.balance, coalesce(-d.balance, 0), coalesce(s.earned, 0), coalesce(s.moved, 0),
                coalesce(p.drafted, 0), coalesce(p.submitted, 0), coalesce(p.paid, 0), coalesce(p.failed, 0)
            from account a
            left join book_account d on d.book_id = a.book_id and d.name = $2 and d.currency = a.currency
            left join sums s on s.currency = a.currency
            left join paid p on p.currency = a.currency
            order by a.currency
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Accounts.Payable(payee) });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Accounts.Disputed(payee) });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = payee.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<PayeeBalanceRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new PayeeBalanceRow(
                reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6),
                reader.GetInt64(7), reader.GetInt64(8)));
        }
        return rows;
    }
}
