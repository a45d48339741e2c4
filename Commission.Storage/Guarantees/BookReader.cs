using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Guarantees;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Npgsql;

namespace Commission.Storage.Guarantees;

/// <summary>A row of <c>book_head</c>.</summary>
internal sealed record StoredHead(int BookId, string Book, long Size, byte[] LastLeaf, byte[] Frontier);

/// <summary>A row of <c>book_entry</c>: the bytes, and the columns beside them.</summary>
internal sealed record StoredRow(byte[] Bytes, LeafColumns Columns);

/// <summary>A row of <c>book_checkpoint</c>.</summary>
internal sealed record StoredSignature(int Incarnation, long Size, byte[] Root, string Note, DateTimeOffset SignedAt);

/// <summary>A row of <c>book_incarnation</c>.</summary>
internal sealed record StoredIncarnation(int Number, DateTimeOffset StartedAt, string Reason, long? SignedSize, bool HasSignedRoot)
{
    /// <summary>Whether it names what was signed before it.</summary>
    public bool HasFormer => SignedSize is not null || HasSignedRoot;
}

/// <summary>
/// Reads books as they stand, row by row, over one connection: whoever opened it chose the schema and the snapshot. Nothing
/// is put right or left out on the way.
/// </summary>
internal sealed class BookReader(NpgsqlConnection connection)
{
    public Task<List<StoredHead>> ListBooksAsync(CancellationToken cancellationToken) => connection.ReadAsync(
        "select id, book, size, last_leaf, frontier from book_head order by book",
        reader => new StoredHead(reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<byte[]>(4)),
        cancellationToken);

    /// <summary>Rows of a book from a place on, in order, whatever the head says.</summary>
    public Task<List<StoredRow>> ReadPageAsync(int bookId, long from, int limit, CancellationToken cancellationToken) => connection.ReadAsync(
        """
        select e.bytes, e.sequence, e.deal, e.kind, e.posted_at,
            case when e.debit is not null then coalesce(d.name, 'account number ' || e.debit) end, d.currency, e.debit_sequence,
            case when e.credit is not null then coalesce(c.name, 'account number ' || e.credit) end, c.currency, e.credit_sequence,
            e.amount, e.effective_on, e.facts is not null
        from book_entry e
        left join book_account d on d.book_id = e.book_id and d.id = e.debit
        left join book_account c on c.book_id = e.book_id and c.id = e.credit
        where e.book_id = $1 and e.sequence >= $2 order by e.sequence limit $3
        """,
        reader => new StoredRow(reader.GetFieldValue<byte[]>(0), new LeafColumns(
            reader.GetInt64(1), reader.GetGuid(2), reader.GetInt16(3), reader.GetFieldValue<DateTimeOffset>(4), Text(reader, 5), Text(reader, 6),
            reader.GetFieldValue<long?>(7), Text(reader, 8), Text(reader, 9), reader.GetFieldValue<long?>(10), reader.GetFieldValue<long?>(11),
            reader.GetFieldValue<DateOnly?>(12), reader.GetBoolean(13))),
        cancellationToken, bookId, from, limit);

    /// <summary>All accounts of a book.</summary>
    public Task<List<(string Name, string Currency, AccountHead Head)>> ListAccountsAsync(int bookId, CancellationToken cancellationToken) =>
        connection.ReadAsync(
            "select name, currency, sequence, last_leaf, balance from book_account where book_id = $1 order by name, currency",
            reader => (
                reader.GetString(0), reader.GetString(1), new AccountHead(reader.GetInt64(2), HashOf(reader.GetFieldValue<byte[]>(3)), reader.GetInt64(4))),
            cancellationToken, bookId);

    /// <summary>Where the chains of accounts ended before a place of the book, as the bytes of their last entries say.</summary>
    public async Task<Dictionary<AccountKey, AccountHead>> ReadHeadsBeforeAsync(
        int bookId, long before, IReadOnlyCollection<AccountKey> accounts, CancellationToken cancellationToken)
    {
        var rows = await connection.ReadAsync(
            """
            select k.name, k.currency, e.bytes
            from unnest($3::text[], $4::text[]) as k(name, currency)
            join book_account a on a.book_id = $1 and a.name = k.name and a.currency = k.currency
            cross join lateral (
                (select bytes, debit_sequence as place from book_entry
                 where book_id = $1 and debit = a.id and sequence < $2 order by debit_sequence desc limit 1)
                union all
                (select bytes, credit_sequence from book_entry
                 where book_id = $1 and credit = a.id and sequence < $2 order by credit_sequence desc limit 1)
                order by place desc limit 1) e
            """,
            reader => (Key: new AccountKey(reader.GetString(0), new Currency(reader.GetString(1))), Bytes: reader.GetFieldValue<byte[]>(2)),
            cancellationToken, bookId, before, accounts.Select(key => key.Name).ToArray(), accounts.Select(key => key.Currency.Code).ToArray());
        var heads = new Dictionary<AccountKey, AccountHead>();
        foreach (var (key, bytes) in rows)
        {
            if (HeadIn(bytes, key) is { } head)
                heads[key] = head;
        }
        return heads;
    }

    /// <summary>Tiles of a book by level and place.</summary>
    public async Task<Dictionary<(int Level, long Index), Tile>> ReadTilesAsync(
        int bookId, IReadOnlyCollection<Tile> places, CancellationToken cancellationToken)
    {
        var rows = await connection.ReadAsync(
            """
            select t.level, t.index, t.hashes, t.root from book_tile t
            join unnest($2::smallint[], $3::bigint[]) as k(level, index) on k.level = t.level and k.index = t.index
            where t.book_id = $1
            """,
            reader => new Tile(
                reader.GetInt16(0), reader.GetInt64(1), Ledger.TileQueries.HashesOf(reader.GetFieldValue<byte[]>(2)), HashOf(reader.GetFieldValue<byte[]>(3))),
            cancellationToken, bookId, places.Select(tile => (short)tile.Level).ToArray(), places.Select(tile => tile.Index).ToArray());
        return rows.GroupBy(tile => (tile.Level, tile.Index)).ToDictionary(tiles => tiles.Key, tiles => tiles.First());
    }

    public Task<long> CountTilesAsync(int bookId, CancellationToken cancellationToken) =>
        connection.ScalarAsync<long>("select count(*) from book_tile where book_id = $1", cancellationToken, bookId);

    /// <summary>The hashes of the rightmost, incomplete tile of a level: of leaves, or of the tiles below.</summary>
    public Task<List<Hash>> ReadPartialAsync(int bookId, int level, long size, CancellationToken cancellationToken)
    {
        var (count, to) = (Tile.WidthOfLast(level, size), Tile.HashesOf(level, size));
        return level == 0
            ? connection.ReadAsync(
                "select bytes from book_entry where book_id = $1 and sequence >= $2 and sequence < $3 order by sequence",
                reader => MerkleTree.LeafHash(reader.GetFieldValue<byte[]>(0)), cancellationToken, bookId, to - count, to)
            : connection.ReadAsync(
                "select root from book_tile where book_id = $1 and level = $2 and index >= $3 and index < $4 order by index",
                reader => HashOf(reader.GetFieldValue<byte[]>(0)), cancellationToken, bookId, (short)(level - 1), to - count, to);
    }

    /// <summary>Checkpoints of a stretch of sizes, in every incarnation, by size.</summary>
    public Task<List<StoredSignature>> ReadCheckpointsAsync(int bookId, long after, int limit, CancellationToken cancellationToken) => connection.ReadAsync(
        "select incarnation, size, root, note, signed_at from book_checkpoint where book_id = $1 and size > $2 order by size, incarnation limit $3",
        reader => new StoredSignature(
            reader.GetInt32(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4)),
        cancellationToken, bookId, after, limit);

    /// <summary>Cosignatures that name another witness than their row, or belong to no checkpoint. Only who has a witness' key can tell more.</summary>
    public Task<List<(long Size, string Witness)>> ListOddCosignaturesAsync(int bookId, CancellationToken cancellationToken) => connection.ReadAsync(
        """
        select s.size, s.witness from book_cosignature s
        left join book_checkpoint c on (c.book_id, c.incarnation, c.size) = (s.book_id, s.incarnation, s.size)
        where s.book_id = $1 and (c.size is null or not starts_with(s.line, '— ' || s.witness || ' ') or s.received_at < c.signed_at)
        order by s.size limit 20
        """,
        reader => (reader.GetInt64(0), reader.GetString(1)), cancellationToken, bookId);

    public Task<List<StoredIncarnation>> ListIncarnationsAsync(int bookId, CancellationToken cancellationToken) => connection.ReadAsync(
        "select number, started_at, reason, signed_size, signed_root is not null from book_incarnation where book_id = $1 order by number",
        reader => new StoredIncarnation(
            reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetFieldValue<long?>(3), reader.GetBoolean(4)),
        cancellationToken, bookId);

    /// <summary>Public keys that have ever signed.</summary>
    public Task<List<byte[]>> ListKeysAsync(CancellationToken cancellationToken) =>
        connection.ReadAsync("select public_key from log_key order by first_used", reader => reader.GetFieldValue<byte[]>(0), cancellationToken);

    /// <summary>Rows that belong to no book: they were in one.</summary>
    public Task<List<(string Table, int BookId, long Count)>> ListStraysAsync(CancellationToken cancellationToken) => connection.ReadAsync(
        """
        select t.name, t.book_id, t.count from (
            select 'book_entry' as name, book_id, count(*) from book_entry group by book_id
            union all select 'book_tile', book_id, count(*) from book_tile group by book_id
            union all select 'book_account', book_id, count(*) from book_account group by book_id
            union all select 'book_cosignature', book_id, count(*) from book_cosignature group by book_id
            union all select 'book_incarnation', book_id, count(*) from book_incarnation group by book_id
            union all select 'book_checkpoint', book_id, count(*) from book_checkpoint group by book_id) t
        where not exists (select from book_head h where h.id = t.book_id)
        """,
        reader => (reader.GetString(0), reader.GetInt32(1), reader.GetInt64(2)), cancellationToken);

    /// <summary>Sums of all balances that are not zero, by currency.</summary>
    public Task<List<(string Currency, decimal Sum)>> ListUnevenAsync(int bookId, CancellationToken cancellationToken) => connection.ReadAsync(
        "select currency, sum(balance) from book_account where book_id = $1 group by currency having sum(balance) <> 0 order by currency",
        reader => (reader.GetString(0), reader.GetDecimal(1)), cancellationToken, bookId);

    private static AccountHead? HeadIn(byte[] bytes, AccountKey key)
    {
        try
        {
            return LeafEncoding.Decode(bytes) is EntryLeaf entry && (entry.Debit.Account == key.Name ? entry.Debit : entry.Credit) is var side
                && side.Account == key.Name
                ? new AccountHead(side.Sequence, MerkleTree.LeafHash(bytes), side.BalanceMinor)
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Of other than 32 bytes a hash that no leaf has.</summary>
    internal static Hash HashOf(byte[] bytes) => bytes.Length == Hash.Size ? new Hash(bytes) : Hash.Of(bytes);

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
