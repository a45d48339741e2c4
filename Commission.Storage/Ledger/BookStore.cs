using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Ledger;

/// <summary>Another writer has taken the book over: this one must step down.</summary>
public sealed class BookFencedException(string book) : Exception($"Another writer holds the book '{book}'.");

/// <summary>
/// Outbox rows are gone though the hold still counts: an earlier append, perhaps this writer's own whose answer was lost,
/// consumed them.
/// </summary>
public sealed class OutboxConsumedException(string book) : Exception($"Outbox rows of '{book}' were consumed before.");

/// <summary>One writer's hold on a book.</summary>
/// <param name="Book">The book's name.</param>
/// <param name="BookId">Its number in the tables.</param>
/// <param name="Epoch">The hold: a later opening has a higher one.</param>
/// <param name="Head">Where the book ended at opening.</param>
public sealed record BookHold(string Book, int BookId, long Epoch, BookHead Head);

/// <summary>An account's head with its number in the tables.</summary>
/// <param name="Id">Number.</param>
/// <param name="Head">Where its chain ends.</param>
public readonly record struct StoredAccount(int Id, AccountHead Head);

/// <summary>
/// The books in PostgreSQL. One statement appends: head (the fence), entries, account heads and the deletion of the outbox
/// rows they came from, or nothing. The fence is here because a grain may be active twice.
/// </summary>
public sealed class BookStore(NpgsqlDataSource dataSource)
{
    private const string AppendSql = """
        with h as (
            update book_head set size = $5, last_leaf = $6
            where id = $1 and epoch = $2 and size = $3 and last_leaf = $4
            returning 1),
        d as (delete from outbox where id = any($7) returning 1),
        a as (
            insert into book_account as s (book_id, id, name, currency, sequence, balance, last_leaf)
            select $1, t.* from h, unnest($8::int[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::bytea[])
                as t(id, name, currency, sequence, balance, last_leaf)
            on conflict (book_id, id) do update
            set sequence = excluded.sequence, balance = excluded.balance, last_leaf = excluded.last_leaf),
        e as (
            insert into book_entry (book_id, sequence, bytes, deal, kind, posted_at,
                debit, debit_sequence, credit, credit_sequence, amount, effective_on, facts)
            select $1, t.sequence, t.bytes, t.deal, t.kind, $14, t.debit, t.debit_sequence, t.credit, t.credit_sequence, t.amount, t.effective_on, t.facts
            from h, unnest($15::bigint[], $16::bytea[], $17::uuid[], $18::smallint[], $19::int[], $20::bigint[], $21::int[], $22::bigint[],
                $23::bigint[], $24::date[], $25::bytea[])
                as t(sequence, bytes, deal, kind, debit, debit_sequence, credit, credit_sequence, amount, effective_on, facts))
        select 1 / (select count(*) from h)::int, 1 / (case when (select count(*) from d) = $26 then 1 else 0 end)
        """;

    /// <summary>Takes the book over from whoever held it.</summary>
    public async Task<BookHold> OpenAsync(string book, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            insert into book_head as h (book, size, last_leaf, epoch) values ($1, 0, $2, 1)
            on conflict (book) do update set epoch = h.epoch + 1
            returning id, epoch, size, last_leaf
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = book });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Hash.Zero.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new BookHold(book, reader.GetInt32(0), reader.GetInt64(1), new BookHead(reader.GetInt64(2), new Hash(reader.GetFieldValue<byte[]>(3))));
    }

    /// <summary>The head as it stands now, and whether the hold still counts.</summary>
    public async Task<(BookHead Head, bool Held)> ReadHeadAsync(BookHold hold, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select size, last_leaf, epoch from book_head where id = $1");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = hold.BookId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (new BookHead(reader.GetInt64(0), new Hash(reader.GetFieldValue<byte[]>(1))), reader.GetInt64(2) == hold.Epoch);
    }

    /// <summary>Heads of accounts that exist.</summary>
    public async Task<Dictionary<AccountKey, StoredAccount>> ReadAccountsAsync(
        BookHold hold, IReadOnlyCollection<AccountKey> keys, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select a.id, a.name, a.currency, a.sequence, a.last_leaf, a.balance
            from unnest($2::text[], $3::text[]) as k(name, currency)
            join book_account a on a.book_id = $1 and a.name = k.name and a.currency = k.currency
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = hold.BookId });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key.Name)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key.Currency.Code)] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var accounts = new Dictionary<AccountKey, StoredAccount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var currency = Currency.TryParse(reader.GetString(2), out var known) ? known : throw new InvalidDataException("Unknown currency.");
            var head = new AccountHead(reader.GetInt64(3), new Hash(reader.GetFieldValue<byte[]>(4)), reader.GetInt64(5));
            accounts[new AccountKey(reader.GetString(1), currency)] = new StoredAccount(reader.GetInt32(0), head);
        }
        return accounts;
    }

    /// <summary>The highest account number of the book, 0 when it has none.</summary>
    public async Task<int> ReadLastAccountIdAsync(BookHold hold, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select coalesce(max(id), 0) from book_account where book_id = $1");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = hold.BookId });
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Which of the outbox rows still wait.</summary>
    public async Task<HashSet<long>> ReadWaitingAsync(IReadOnlyCollection<long> outboxIds, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select id from outbox where id = any($1)");
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. outboxIds] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var waiting = new HashSet<long>();
        while (await reader.ReadAsync(cancellationToken))
            waiting.Add(reader.GetInt64(0));
        return waiting;
    }

    /// <summary>Appends, or changes nothing.</summary>
    /// <exception cref="BookFencedException">Another writer holds the book.</exception>
    /// <exception cref="OutboxConsumedException">The head has moved on, or not every outbox row was there.</exception>
    public async Task AppendAsync(
        BookHold hold, BookHead from, BookAppend append, IReadOnlyDictionary<AccountKey, int> accountIds, IReadOnlyList<long> outboxIds,
        CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(AppendSql);
        AddHead(command, hold, from, append, outboxIds);
        AddAccounts(command, append, accountIds);
        AddEntries(command, append, accountIds);
        Add(command, NpgsqlDbType.Bigint, (long)outboxIds.Count);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            var (_, held) = await ReadHeadAsync(hold, cancellationToken);
            throw held ? new OutboxConsumedException(hold.Book) : new BookFencedException(hold.Book);
        }
    }

    private static void AddHead(NpgsqlCommand command, BookHold hold, BookHead from, BookAppend append, IReadOnlyList<long> outboxIds)
    {
        Add(command, NpgsqlDbType.Integer, hold.BookId);
        Add(command, NpgsqlDbType.Bigint, hold.Epoch);
        Add(command, NpgsqlDbType.Bigint, from.Size);
        Add(command, NpgsqlDbType.Bytea, from.LastLeaf.ToArray());
        Add(command, NpgsqlDbType.Bigint, append.Head.Size);
        Add(command, NpgsqlDbType.Bytea, append.Head.LastLeaf.ToArray());
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, outboxIds.ToArray());
    }

    private static void AddAccounts(NpgsqlCommand command, BookAppend append, IReadOnlyDictionary<AccountKey, int> accountIds)
    {
        var accounts = append.Accounts.ToArray();
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Integer, Array.ConvertAll(accounts, account => accountIds[account.Key]));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(accounts, account => account.Key.Name));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(accounts, account => account.Key.Currency.Code));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(accounts, account => account.Value.Sequence));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(accounts, account => account.Value.BalanceMinor));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, Array.ConvertAll(accounts, account => account.Value.LastLeaf.ToArray()));
    }

    private static void AddEntries(NpgsqlCommand command, BookAppend append, IReadOnlyDictionary<AccountKey, int> accountIds)
    {
        var leaves = append.Leaves.ToArray();
        var entries = Array.ConvertAll(leaves, leaf => leaf.Leaf as EntryLeaf);
        int? Account(string? name, EntryLeaf? entry) => entry is null ? null : accountIds[new AccountKey(name!, entry.Entry.Amount.Currency)];
        Add(command, NpgsqlDbType.TimestampTz, leaves[0].Leaf.PostedAt.UtcDateTime);
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(leaves, leaf => leaf.Leaf.Sequence));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, Array.ConvertAll(leaves, leaf => leaf.Bytes));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Uuid, Array.ConvertAll(leaves, DealOf));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Smallint, Array.ConvertAll(leaves, KindOf));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Integer, Array.ConvertAll(entries, entry => Account(entry?.Debit.Account, entry)));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(entries, entry => entry?.Debit.Sequence));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Integer, Array.ConvertAll(entries, entry => Account(entry?.Credit.Account, entry)));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(entries, entry => entry?.Credit.Sequence));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(entries, entry => entry?.Entry.Amount.Minor));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Date, Array.ConvertAll(entries, entry => entry?.Entry.EffectiveOn));
        Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bytea, Array.ConvertAll(entries, entry => entry?.Entry.Facts));
    }

    private static Guid DealOf(EncodedLeaf leaf) => leaf.Leaf switch
    {
        EntryLeaf entry => entry.Entry.Deal.Value,
        HandshakeLeaf handshake => handshake.Handshake.Deal.Value,
        ActLeaf act => act.Act.Subject,
        _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
    };

    private static short KindOf(EncodedLeaf leaf) => leaf.Leaf switch
    {
        EntryLeaf entry => (short)entry.Entry.Kind,
        HandshakeLeaf handshake => (short)handshake.Handshake.Step,
        ActLeaf act => (short)act.Act.Act,
        _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
    };

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object value) =>
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value });
}
