using System.Diagnostics;
using Commission.Benchmarks.Harness;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Storage.Ledger;
using Commission.Testing;
using Npgsql;

namespace Commission.Benchmarks.Ledger;

/// <summary>Proofs of a book of a million entries, from its tiles in PostgreSQL: one request after another, places and sizes at random.</summary>
internal sealed class Proofs : IBenchmark
{
    private const string Book = "benchmark";

    public string Name => "proofs";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        var (size, samples) = options.Quick ? (5_000, 200) : (1_000_000, 5_000);
        await using var database = await TestPostgres.CreateDatabaseAsync("proofs");
        await using var dataSource = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database.AppConnectionString) { MaxAutoPrepare = 20 }.ConnectionString);
        var bookId = await FillAsync(new BookStore(dataSource), size);
        var tiles = new TileQueries(dataSource);
        var head = await tiles.ReadHeadAsync(Book) ?? throw new InvalidOperationException("The book is missing.");
        var random = new Random(1);
        await MeasureAsync(report, $"Inclusion proofs, a book of {size:N0}", samples, async () =>
        {
            var index = random.NextInt64(size);
            var path = await tiles.ProveInclusionAsync(bookId, index, size);
            return async () => TreeProof.VerifyInclusion(await LeafHashAsync(tiles, bookId, index), index, size, path, head.Root);
        });
        await MeasureAsync(report, $"Consistency proofs, a book of {size:N0}", samples, async () =>
        {
            var first = 1 + random.NextInt64(size - 1);
            var proof = await tiles.ProveConsistencyAsync(bookId, first, size);
            return async () => TreeProof.VerifyConsistency(first, size, await tiles.ReadRootAsync(bookId, first), head.Root, proof);
        });
    }

    private static async Task<Hash> LeafHashAsync(TileQueries tiles, int bookId, long index)
    {
        var bundle = await tiles.ReadTileAsync(bookId, 0, index / Tile.Width, (int)(index % Tile.Width) + 1);
        return bundle![^1];
    }

    private static async Task<int> FillAsync(BookStore store, int size)
    {
        var hold = await store.OpenAsync(Book);
        var (head, tree, accounts) = (hold.Head, TreeEdge.Empty, new Dictionary<AccountKey, StoredAccount>());
        while (head.Size < size)
        {
            var records = EntryDrafts.Of((int)head.Size, Math.Min(4_000, size - (int)head.Size));
            foreach (var key in BookMachine.AccountsOf(records))
                accounts.TryAdd(key, new StoredAccount(accounts.Count + 1, default));
            var append = BookMachine.Append(Book, head, tree, accounts.ToDictionary(each => each.Key, each => each.Value.Head), records, DateTimeOffset.UtcNow);
            await store.AppendAsync(hold, head, append, accounts.ToDictionary(each => each.Key, each => each.Value.Id), []);
            foreach (var (key, account) in append.Accounts)
                accounts[key] = accounts[key] with { Head = account };
            (head, tree) = (append.Head, append.Tree);
        }
        return hold.BookId;
    }

    /// <summary>Each proof is verified, outside the time: what is fast and wrong is no figure.</summary>
    private static async Task MeasureAsync(Report report, string work, int samples, Func<Task<Func<Task<bool>>>> prove)
    {
        var milliseconds = new List<double>(samples);
        for (var i = -samples / 10; i < samples; i++)
        {
            var watch = Stopwatch.StartNew();
            var verify = await prove();
            if (i >= 0)
                milliseconds.Add(watch.Elapsed.TotalMilliseconds);
            if (!await verify())
                throw new InvalidOperationException("A proof does not verify.");
        }
        var (p50, p99) = (Statistics.Percentile(milliseconds, 0.5), Statistics.Percentile(milliseconds, 0.99));
        report.Add(new Row(
            work, Report.Format($"p50 {p50:F2} ms"), "–", p99, "ms p99", "–", null, "round trips to PostgreSQL: a tile a level; one request at a time",
            new Dictionary<string, double[]>(StringComparer.Ordinal) { ["milliseconds"] = [.. milliseconds] }));
    }
}
