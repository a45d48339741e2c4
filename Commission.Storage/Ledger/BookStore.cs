using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Npgsql;

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
    /// <summary>Takes the book over from whoever held it.</summary>
    public async Task<BookHold> OpenAsync(string book, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            insert into book_head as h (book, size, last_leaf, frontier, epoch) values ($1, 0, $2, '', 1)
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

    /// <summary>The edge of the book's tree at a head, put together from what is stored and checked against itself.</summary>
    /// <exception cref="InvalidDataException">Leaves, tiles and frontier do not belong together: somebody changed them.</exception>
    public async Task<TreeEdge> ReadEdgeAsync(BookHold hold, BookHead head, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select frontier from book_head where id = $1 and size = $2");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = hold.BookId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = head.Size });
        if (await command.ExecuteScalarAsync(cancellationToken) is not byte[] frontier)
            throw new BookFencedException(hold.Book);
        var partial = new List<Hash[]>();
        for (var level = 0; Tile.HashesOf(level, head.Size) > 0; level++)
            partial.Add(await new TileQueries(dataSource).ReadPartialAsync(hold.BookId, level, head.Size, cancellationToken));
        try
        {
            return TreeEdge.Restore(head.Size, TileQueries.HashesOf(frontier), partial);
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidDataException($"The tree of the book '{hold.Book}' does not fit together: {error.Message}", error);
        }
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
        await using var command = dataSource.CreateCommand(BookAppendStatement.Sql);
        BookAppendStatement.AddParameters(command, hold, from, append, accountIds, outboxIds);
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
}
