using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Npgsql;

namespace Commission.Testing;

/// <summary>
/// Judges a book from the database alone: every leaf is re-read from its stored bytes, and head, account heads and columns
/// must say what the bytes say.
/// </summary>
public static class BookAudit
{
    private const string EntriesSql = """
        select e.sequence, e.bytes, e.deal, e.kind, e.posted_at, e.debit_sequence, e.credit_sequence, e.amount, e.effective_on, d.name, c.name
        from book_entry e
        join book_head h on h.id = e.book_id
        left join book_account d on d.book_id = e.book_id and d.id = e.debit
        left join book_account c on c.book_id = e.book_id and c.id = e.credit
        where h.book = $1 order by e.sequence
        """;

    /// <summary>The book's leaves in order.</summary>
    /// <exception cref="InvalidDataException">The book is not as it must be; the message says where.</exception>
    public static async Task<IReadOnlyList<Leaf>> ReadAsync(string connectionString, string book)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        var verifier = new BookVerifier(book);
        var (leaves, hashes) = (new List<Leaf>(), new List<Hash>());
        await using (var command = dataSource.CreateCommand(EntriesSql))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = book });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var bytes = reader.GetFieldValue<byte[]>(1);
                Require(verifier.Next(bytes));
                leaves.Add(LeafEncoding.Decode(bytes));
                hashes.Add(MerkleTree.LeafHash(bytes));
                Require(Columns(reader) == Columns(leaves[^1]) ? null : $"leaf {leaves[^1].Sequence}: columns say {Columns(reader)}, bytes {Columns(leaves[^1])}");
            }
        }
        await CompareHeadsAsync(dataSource, book, verifier);
        await CompareTreeAsync(dataSource, book, hashes);
        return leaves;
    }

    private static async Task CompareHeadsAsync(NpgsqlDataSource dataSource, string book, BookVerifier verifier)
    {
        await using var headCommand = dataSource.CreateCommand("select size, last_leaf from book_head where book = $1");
        headCommand.Parameters.Add(new NpgsqlParameter { Value = book });
        await using var heads = await headCommand.ExecuteReaderAsync();
        var stored = await heads.ReadAsync() ? new BookHead(heads.GetInt64(0), new Hash(heads.GetFieldValue<byte[]>(1))) : default;
        Require(stored == verifier.Head ? null : $"head is {stored}, the leaves end at {verifier.Head}");

        await using var accountCommand = dataSource.CreateCommand("""
            select a.name, a.currency, a.sequence, a.last_leaf, a.balance
            from book_account a join book_head h on h.id = a.book_id where h.book = $1
            """);
        accountCommand.Parameters.Add(new NpgsqlParameter { Value = book });
        await using var accounts = await accountCommand.ExecuteReaderAsync();
        var count = 0;
        for (; await accounts.ReadAsync(); count++)
        {
            var key = new AccountKey(accounts.GetString(0), new Currency(accounts.GetString(1)));
            var head = new AccountHead(accounts.GetInt64(2), new Hash(accounts.GetFieldValue<byte[]>(3)), accounts.GetInt64(4));
            var replayed = verifier.Accounts.GetValueOrDefault(key);
            Require(head == replayed ? null : $"account {key} is stored as {head}, the entries give {replayed}");
        }
        Require(count == verifier.Accounts.Count ? null : $"{count} accounts are stored, the entries have {verifier.Accounts.Count}");
        Require(verifier.Accounts.Values.Sum(account => (decimal)account.BalanceMinor) == 0 ? null : "debits do not equal credits");
    }

    /// <summary>Frontier and tiles must be those of the leaves.</summary>
    private static async Task CompareTreeAsync(NpgsqlDataSource dataSource, string book, List<Hash> hashes)
    {
        var (edge, tiles) = TreeEdge.Empty.Append(hashes);
        await using var headCommand = dataSource.CreateCommand("select frontier from book_head where book = $1");
        headCommand.Parameters.Add(new NpgsqlParameter { Value = book });
        if (await headCommand.ExecuteScalarAsync() is byte[] frontier)
            Require(Hashes(frontier).SequenceEqual(edge.Frontier()) ? null : "the frontier is not that of the leaves");

        await using var tileCommand = dataSource.CreateCommand("""
            select t.level, t.index, t.hashes, t.root from book_tile t join book_head h on h.id = t.book_id where h.book = $1
            """);
        tileCommand.Parameters.Add(new NpgsqlParameter { Value = book });
        await using var stored = await tileCommand.ExecuteReaderAsync();
        var expected = tiles.ToDictionary(tile => (tile.Level, tile.Index));
        var count = 0;
        for (; await stored.ReadAsync(); count++)
        {
            var place = ((int)stored.GetInt16(0), stored.GetInt64(1));
            Require(expected.TryGetValue(place, out var tile) && Hashes(stored.GetFieldValue<byte[]>(2)).SequenceEqual(tile.Hashes)
                && new Hash(stored.GetFieldValue<byte[]>(3)) == tile.Root ? null : $"tile {place} is not that of the leaves");
        }
        Require(count == tiles.Count ? null : $"{count} tiles are stored, the leaves give {tiles.Count}");
    }

    private static IEnumerable<Hash> Hashes(byte[] bytes) => bytes.Chunk(Hash.Size).Select(hash => new Hash(hash));

    private static Projection Columns(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetGuid(2), reader.GetInt16(3), reader.GetFieldValue<DateTimeOffset>(4),
        Text(reader, 9), reader.GetFieldValue<long?>(5), Text(reader, 10), reader.GetFieldValue<long?>(6),
        reader.GetFieldValue<long?>(7), reader.GetFieldValue<DateOnly?>(8));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static Projection Columns(Leaf leaf) => leaf switch
    {
        EntryLeaf entry => new Projection(
            leaf.Sequence, entry.Entry.Deal.Value, (short)entry.Entry.Kind, leaf.PostedAt, entry.Debit.Account, entry.Debit.Sequence,
            entry.Credit.Account, entry.Credit.Sequence, entry.Entry.Amount.Minor, entry.Entry.EffectiveOn),
        HandshakeLeaf handshake => new Projection(
            leaf.Sequence, handshake.Handshake.Deal.Value, (short)handshake.Handshake.Step, leaf.PostedAt, null, null, null, null, null, null),
        ActLeaf act => new Projection(leaf.Sequence, act.Act.Subject, (short)act.Act.Act, leaf.PostedAt, null, null, null, null, null, null),
        _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
    };

    private static void Require(string? fault)
    {
        if (fault is not null)
            throw new InvalidDataException(fault);
    }

    private sealed record Projection(
        long Sequence, Guid Deal, short Kind, DateTimeOffset PostedAt, string? Debit, long? DebitSequence, string? Credit, long? CreditSequence,
        long? Amount, DateOnly? EffectiveOn);
}
