using Commission.Domain;
using Npgsql;

namespace Commission.Storage.Ledger;

/// <summary>A book's head.</summary>
public sealed record BookRow(string Book, long Size, Hash LastLeaf, long Epoch);

/// <summary>An account's balance, debits minus credits, after so many entries.</summary>
public sealed record AccountRow(string Account, string Currency, long Sequence, long BalanceMinor);

/// <summary>A leaf's bytes and, with the first entry of a calculation, its facts.</summary>
public sealed record StoredLeaf(byte[] Bytes, byte[]? Facts);

/// <summary>Reads of the books. What is answered is decoded from the bytes, which are the truth.</summary>
public sealed class LedgerQueries(NpgsqlDataSource dataSource)
{
    /// <summary>All books.</summary>
    public Task<List<BookRow>> ListBooksAsync(CancellationToken cancellationToken = default) => QueryAsync(
        "select book, size, last_leaf, epoch from book_head order by book", [],
        reader => new BookRow(reader.GetString(0), reader.GetInt64(1), new Hash(reader.GetFieldValue<byte[]>(2)), reader.GetInt64(3)), cancellationToken);

    /// <summary>Leaves of a book from a place on.</summary>
    public Task<List<StoredLeaf>> ReadLeavesAsync(string book, long from, int limit, CancellationToken cancellationToken = default) => QueryAsync(
        """
        select e.bytes, e.facts from book_entry e join book_head h on h.id = e.book_id
        where h.book = $1 and e.sequence >= $2 order by e.sequence limit $3
        """, [book, from, limit], Leaf, cancellationToken);

    /// <summary>Leaves of a deal, in all books.</summary>
    public Task<List<StoredLeaf>> ReadDealAsync(DealId deal, CancellationToken cancellationToken = default) => QueryAsync(
        "select bytes, facts from book_entry where deal = $1 order by book_id, sequence", [deal.Value], Leaf, cancellationToken);

    /// <summary>Accounts of a book whose name starts with a prefix, after a position.</summary>
    public Task<List<AccountRow>> ListAccountsAsync(
        string book, string prefix, string afterName, string afterCurrency, int limit, CancellationToken cancellationToken = default) => QueryAsync(
        """
        select a.name, a.currency, a.sequence, a.balance from book_account a join book_head h on h.id = a.book_id
        where h.book = $1 and starts_with(a.name, $2) and (a.name, a.currency) > ($3, $4)
        order by a.name, a.currency limit $5
        """, [book, prefix, afterName, afterCurrency, limit], Account, cancellationToken);

    /// <summary>An account's balances now, one per currency.</summary>
    public Task<List<AccountRow>> ReadAccountAsync(string book, string account, CancellationToken cancellationToken = default) => QueryAsync(
        """
        select a.name, a.currency, a.sequence, a.balance from book_account a join book_head h on h.id = a.book_id
        where h.book = $1 and a.name = $2 order by a.currency
        """, [book, account], Account, cancellationToken);

    /// <summary>An account's balances from the entries that count on or before a date.</summary>
    public Task<List<AccountRow>> ReadAccountOnAsync(string book, string account, DateOnly on, CancellationToken cancellationToken = default) => QueryAsync(
        """
        select a.name, a.currency, count(e.amount),
            coalesce(sum(case when e.debit = a.id then e.amount else -e.amount end), 0)::bigint
        from book_account a join book_head h on h.id = a.book_id
        left join lateral (
            select debit, amount from book_entry where book_id = a.book_id and debit = a.id and effective_on <= $3
            union all
            select debit, amount from book_entry where book_id = a.book_id and credit = a.id and effective_on <= $3) e on true
        where h.book = $1 and a.name = $2
        group by a.name, a.currency order by a.currency
        """, [book, account, on], Account, cancellationToken);

    /// <summary>An account's entries in one currency, in the order of its own chain, after a place in it.</summary>
    public Task<List<byte[]>> ReadStatementAsync(
        string book, string account, string currency, long afterSequence, int limit, CancellationToken cancellationToken = default) => QueryAsync(
        """
        select bytes from (
            (select e.bytes, e.debit_sequence as place from book_entry e, book_account a, book_head h
             where h.book = $1 and a.book_id = h.id and a.name = $2 and a.currency = $3
               and e.book_id = a.book_id and e.debit = a.id and e.debit_sequence > $4
             order by e.debit_sequence limit $5)
            union all
            (select e.bytes, e.credit_sequence from book_entry e, book_account a, book_head h
             where h.book = $1 and a.book_id = h.id and a.name = $2 and a.currency = $3
               and e.book_id = a.book_id and e.credit = a.id and e.credit_sequence > $4
             order by e.credit_sequence limit $5)) sides
        order by place limit $5
        """, [book, account, currency, afterSequence, limit], reader => reader.GetFieldValue<byte[]>(0), cancellationToken);

    private static StoredLeaf Leaf(NpgsqlDataReader reader) =>
        new(reader.GetFieldValue<byte[]>(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1));

    private static AccountRow Account(NpgsqlDataReader reader) =>
        new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3));

    private async Task<List<T>> QueryAsync<T>(string sql, object[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }
}
