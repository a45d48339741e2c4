using Commission.Benchmarks.Harness;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Storage.Ledger;
using Commission.Testing;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Benchmarks.Ledger;

/// <summary>
/// Encoding, hashing, chaining and appending entries by the book store, against a bare insert of rows of the same content
/// into a table of the same shape, and against the same append without its tree. Each prepares the next batch while the last
/// one commits, and each keeps growing.
/// </summary>
internal sealed class LedgerAppend : IBenchmark
{
    private const int Batch = 1_000;

    private const string BareSql = """
        insert into bare_entry (book_id, sequence, bytes, deal, kind, posted_at, debit, debit_sequence, credit, credit_sequence, amount, effective_on)
        select 1, t.sequence, t.bytes, t.deal, t.kind, $1, t.debit, t.debit_sequence, t.credit, t.credit_sequence, t.amount, t.effective_on
        from unnest($2::bigint[], $3::bytea[], $4::uuid[], $5::smallint[], $6::int[], $7::bigint[], $8::int[], $9::bigint[], $10::bigint[], $11::date[])
            as t(sequence, bytes, deal, kind, debit, debit_sequence, credit, credit_sequence, amount, effective_on)
        """;

    public string Name => "ledger-append";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync("ledger_append");
        await database.ScalarAsync<int?>("create table bare_entry (like book_entry including all)");
        await using var ours = NpgsqlDataSource.Create(database.AppConnectionString);
        await using var bare = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database.OwnerConnectionString) { MaxAutoPrepare = 20 }.ConnectionString);
        var store = new BookStore(ours);
        var book = new Appender(store, await store.OpenAsync("benchmark"), tree: true);
        var chain = new Appender(store, await store.OpenAsync("benchmark-without-tree"), tree: false);
        var table = new BareTable(bare);
        var results = await Contest.RunAsync(
            options, await CpuClock.StartAsync(database),
            new Side("book store", Batch, book.Prepare), new Side("bare unnest insert", Batch, table.Prepare),
            new Side("the same without tree and tiles", Batch, chain.Prepare));
        report.Compare("Ledger append: encode, hash, chain, tree and tiles, append (batches of 1,000)", results[0], results[1], Goal.Min(0.8), "one writer, one connection");
        report.Compare("The same, against an append that only chains", results[0], results[2], Goal.Min(0.8));
    }

    private sealed class Appender(BookStore store, BookHold hold, bool tree)
    {
        private readonly Dictionary<AccountKey, StoredAccount> _accounts = [];
        private BookHead _head = hold.Head;
        private TreeEdge _tree = TreeEdge.Empty;

        public Task<Func<Task>> Prepare(int count)
        {
            var batches = EntryDrafts.Of((int)_head.Size, count).Chunk(Batch).ToArray();
            return Task.FromResult<Func<Task>>(async () =>
            {
                var flying = Task.CompletedTask;
                foreach (var batch in batches)
                {
                    var (from, append, ids) = Chain(batch);
                    await flying;
                    flying = store.AppendAsync(hold, from, append, ids, []);
                }
                await flying;
            });
        }

        private (BookHead From, BookAppend Append, Dictionary<AccountKey, int> Ids) Chain(BookRecord[] records)
        {
            var from = _head;
            var keys = BookMachine.AccountsOf(records);
            foreach (var key in keys)
                _accounts.TryAdd(key, new StoredAccount(_accounts.Count + 1, default));
            var heads = keys.ToDictionary(key => key, key => _accounts[key].Head);
            var append = tree ? BookMachine.Append(hold.Book, from, _tree, heads, records, DateTimeOffset.UtcNow) : Chain(from, heads, records);
            foreach (var (key, head) in append.Accounts)
                _accounts[key] = _accounts[key] with { Head = head };
            (_head, _tree) = (append.Head, append.Tree);
            return (from, append, keys.ToDictionary(key => key, key => _accounts[key].Id));
        }

        /// <summary>What <see cref="BookMachine.Append"/> does, but for the tree.</summary>
        private BookAppend Chain(BookHead head, Dictionary<AccountKey, AccountHead> heads, BookRecord[] records)
        {
            var (leaves, touched, now) = (new List<EncodedLeaf>(records.Length), new Dictionary<AccountKey, AccountHead>(), DateTimeOffset.UtcNow);
            foreach (var entry in records.Cast<EntryDraft>())
            {
                EntrySide Side(string account, long change)
                {
                    var key = new AccountKey(account, entry.Amount.Currency);
                    var before = touched.TryGetValue(key, out var own) ? own : heads[key];
                    return new EntrySide(account, before.Sequence + 1, before.LastLeaf, checked(before.BalanceMinor + change));
                }
                var leaf = new EntryLeaf(hold.Book, head.Size, head.LastLeaf, now, entry, Side(entry.Debit, entry.Amount.Minor), Side(entry.Credit, -entry.Amount.Minor));
                var bytes = LeafEncoding.Encode(leaf);
                var hash = MerkleTree.LeafHash(bytes);
                foreach (var side in (ReadOnlySpan<EntrySide>)[leaf.Debit, leaf.Credit])
                    touched[new AccountKey(side.Account, entry.Amount.Currency)] = new AccountHead(side.Sequence, hash, side.BalanceMinor);
                leaves.Add(new EncodedLeaf(leaf, bytes, hash));
                head = new BookHead(head.Size + 1, hash);
            }
            return new BookAppend(leaves, head, touched, TreeEdge.Empty, []);
        }
    }

    private sealed class BareTable(NpgsqlDataSource dataSource)
    {
        private long _rows;

        public Task<Func<Task>> Prepare(int count)
        {
            var batches = Enumerable.Range(0, count / Batch).Select(_ => Next()).ToArray();
            return Task.FromResult<Func<Task>>(async () =>
            {
                foreach (var values in batches)
                    await InsertAsync(values);
            });
        }

        /// <summary>A batch as arrays, its bytes as long as ours.</summary>
        private object[] Next()
        {
            var first = _rows;
            _rows += Batch;
            T[] Fill<T>(Func<long, T> value) => [.. Enumerable.Range(0, Batch).Select(i => value(first + i))];
            return
            [
                DateTime.UtcNow, Fill(row => row), Fill(_ => LeafBytes()), Fill(_ => Guid.CreateVersion7()), Fill(_ => (short)1),
                Fill(row => (int)(row % EntryDrafts.Receivables) + 1), Fill(row => (row / EntryDrafts.Receivables) + 1),
                Fill(row => (int)(row % EntryDrafts.Payables) + 100), Fill(row => (row / EntryDrafts.Payables) + 1),
                Fill(row => 10_000 + row), Fill(_ => new DateOnly(2026, 1, 1)),
            ];
        }

        private static byte[] LeafBytes()
        {
            var bytes = new byte[Length];
            Random.Shared.NextBytes(bytes);
            return bytes;
        }

        private static readonly int Length = BookMachine.Append(
            "benchmark", default, TreeEdge.Empty, new Dictionary<AccountKey, AccountHead>(), EntryDrafts.Of(0, 1), DateTimeOffset.UtcNow).Leaves[0].Bytes.Length;

        private async Task InsertAsync(object[] values)
        {
            await using var command = dataSource.CreateCommand(BareSql);
            NpgsqlDbType[] types =
            [
                NpgsqlDbType.TimestampTz, NpgsqlDbType.Bigint, NpgsqlDbType.Bytea, NpgsqlDbType.Uuid, NpgsqlDbType.Smallint, NpgsqlDbType.Integer,
                NpgsqlDbType.Bigint, NpgsqlDbType.Integer, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Date,
            ];
            for (var i = 0; i < types.Length; i++)
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = i == 0 ? types[i] : NpgsqlDbType.Array | types[i], Value = values[i] });
            await command.ExecuteNonQueryAsync();
        }
    }
}
