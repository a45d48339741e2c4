using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Storage.GroupCommit;
using Commission.Storage.Ledger;
using Commission.Testing;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Tests.Ledger;

/// <summary>A book, its writers and an outbox that can be filled by hand.</summary>
internal sealed class BookScenario(TestDatabase database, string? connectionString = null) : IAsyncDisposable
{
    public const string Book = "ledger";
    private readonly StorageParts _parts = new(connectionString ?? database.AppConnectionString);
    private readonly StorageParts _direct = new(database.AppConnectionString);
    private readonly List<BookWriter> _writers = [];
    private long _nextId = 1;

    public BookStore Store => new(_parts.DataSource);

    public static bool IsAppend(string sql) => sql.Contains("insert into book_entry", StringComparison.Ordinal);

    public async Task<BookWriter> StartWriterAsync()
    {
        var writer = await _parts.StartWriterAsync(Book);
        _writers.Add(writer);
        return writer;
    }

    /// <summary>Messages that stand in the outbox, each with some transfers between a few accounts.</summary>
    public async Task<IReadOnlyList<OutboxMessage>> OweAsync(int count, Random? random = null)
    {
        random ??= new Random(20260711);
        var messages = new List<OutboxMessage>(count);
        for (var i = 0; i < count; i++)
            messages.Add(new OutboxMessage(_nextId++, Book, _parts.Serializer.SerializeToArray<BookRecord[]>(Transfers(random))));
        await using var command = _direct.DataSource.CreateCommand("insert into outbox (id, book, payload) select i, $2, p from unnest($1, $3) as t(i, p)");
        command.Parameters.Add(new NpgsqlParameter { Value = messages.ConvertAll(message => message.Id) });
        command.Parameters.Add(new NpgsqlParameter { Value = Book });
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = messages.ConvertAll(message => message.Payload),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
        });
        await command.ExecuteNonQueryAsync();
        return messages;
    }

    /// <summary>How many entries the messages must leave.</summary>
    public int Entries(IEnumerable<OutboxMessage> messages) =>
        messages.Sum(message => _parts.Serializer.Deserialize<BookRecord[]>(message.Payload)!.Length);

    /// <summary>The first append to an empty book, as a writer would prepare it.</summary>
    public BookAppend Prepare(BookHead head, OutboxMessage message) => BookMachine.Append(
        Book, head, TreeEdge.Empty, new Dictionary<AccountKey, AccountHead>(),
        _parts.Serializer.Deserialize<BookRecord[]>(message.Payload)!, DateTimeOffset.UnixEpoch);

    /// <summary>The entries in the book, after an audit of everything about it.</summary>
    public Task<IReadOnlyList<Leaf>> AuditAsync() => BookAudit.ReadAsync(database.AppConnectionString, Book);

    public Task<long> CountOutboxAsync() => database.ScalarAsync<long>("select count(*) from outbox");

    public async ValueTask DisposeAsync()
    {
        foreach (var writer in _writers)
            await writer.DisposeAsync();
        await _parts.DisposeAsync();
        await _direct.DisposeAsync();
    }

    private static BookRecord[] Transfers(Random random)
    {
        var (deal, facts) = (new DealId(Guid.NewGuid()), new Hash(RandomBytes(random)));
        return [.. Enumerable.Range(0, random.Next(1, 4)).Select(ordinal => new EntryDraft(
            EntryKind.Accrual, deal, $"receivable:{random.Next(3)}", $"payable:{random.Next(500)}",
            new Money(random.Next(1, 100_000), new Currency(random.Next(10) == 0 ? "NZD" : "AUD")), new DateOnly(2026, 3, 1 + random.Next(28)),
            Hash.Zero, facts, Hash.Zero, new ContactId(Guid.NewGuid()), ordinal))];
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[Hash.Size];
        random.NextBytes(bytes);
        return bytes;
    }
}
