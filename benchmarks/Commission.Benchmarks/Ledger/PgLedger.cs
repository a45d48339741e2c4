using Commission.Benchmarks.Harness;
using Commission.Domain.Ledger;
using Commission.Storage.GroupCommit;
using Commission.Storage.Ledger;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;
using Orleans.Serialization;

namespace Commission.Benchmarks.Ledger;

/// <summary>
/// Transfers between accounts with balances: ours from outbox row to book, against pgledger on the same server, by single
/// calls and by its batch call, each with the client count and batch size that suit it best.
/// </summary>
internal sealed class PgLedger : IBenchmark
{
    private const int EntriesPerMessage = 4;
    private const int MessagesPerCommit = 128;

    public string Name => "pgledger";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        if (options.PgLedgerFolder is not { } folder || !File.Exists(Path.Combine(folder, "pgledger.sql")))
        {
            System.Console.WriteLine("  skipped: give the folder that holds pgledger.sql and vendor/scoville-pgsql-ulid with --pgledger FOLDER");
            return;
        }
        await using var database = await TestPostgres.CreateDatabaseAsync("pgledger");
        await using var theirs = await InstallAsync(database, folder);
        var accounts = await CreateAccountsAsync(theirs);
        await using var ours = NpgsqlDataSource.Create(database.AppConnectionString);
        await using var services = new ServiceCollection().AddMetrics().AddSerializer().AddSingleton<StorageMetrics>().BuildServiceProvider();
        await using var writer = await BookWriter.StartAsync(
            new BookStore(ours), "benchmark", services.GetRequiredService<Serializer>(), TimeProvider.System,
            services.GetRequiredService<StorageMetrics>(), NullLogger.Instance);
        var end = new EndToEnd(ours, writer, services.GetRequiredService<Serializer>());

        var single = await BestAsync(theirs, accounts, [(1, 1), (2, 1), (4, 1), (8, 1), (16, 1)], options);
        var batch = await BestAsync(theirs, accounts, [(1, 4), (4, 4), (1, 20), (2, 20), (4, 20), (1, 100), (2, 100), (4, 100), (1, 500), (2, 500)], options);
        var clock = await CpuClock.StartAsync(database);
        var results = await Contest.RunAsync(
            options, clock, new Side("outbox to book", MessagesPerCommit * EntriesPerMessage, end.Prepare), single, batch);
        report.Compare("Chained entries with balances, outbox to book", results[0], results[1], Goal.Min(15));
        report.Compare("The same, against the batch call", results[0], results[2], Goal.Min(10));
    }

    private static async Task<NpgsqlDataSource> InstallAsync(TestDatabase database, string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.sql", SearchOption.AllDirectories)
            .Where(file => file.Contains("ulid", StringComparison.Ordinal)).Append(Path.Combine(folder, "pgledger.sql")))
            await database.ScalarAsync<object?>(await File.ReadAllTextAsync(file));
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.OwnerConnectionString)
        {
            MaxAutoPrepare = 20,
            NoResetOnClose = true,
        }.ConnectionString);
    }

    private static async Task<string[]> CreateAccountsAsync(NpgsqlDataSource dataSource)
    {
        await using var command = dataSource.CreateCommand("select id from generate_series(1, $1) g, lateral pgledger_create_account('account ' || g, 'AUD') where g > 0");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = EntryDrafts.Payables + EntryDrafts.Receivables });
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<string>();
        while (await reader.ReadAsync())
            ids.Add(reader.GetString(0));
        return [.. ids];
    }

    private static async Task<Side> BestAsync(NpgsqlDataSource dataSource, string[] accounts, (int Clients, int PerCall)[] shapes, BenchmarkOptions options)
    {
        Side? best = null;
        var bestRate = 0.0;
        foreach (var (clients, perCall) in shapes)
        {
            var side = Transfers(dataSource, accounts, clients, perCall);
            var count = Math.Max(side.Unit * 2, options.Quick ? 200 : 2_000);
            for (var turn = 0; turn < 2; turn++)
            {
                var work = await side.Prepare(count);
                var watch = System.Diagnostics.Stopwatch.StartNew();
                await work();
                var rate = count / watch.Elapsed.TotalSeconds;
                if (turn == 1)
                    System.Console.WriteLine($"  {side.Name}: {rate:N0}/s");
                if (turn == 1 && rate > bestRate)
                    (best, bestRate) = (side, rate);
            }
        }
        return best!;
    }

    private static Side Transfers(NpgsqlDataSource dataSource, string[] accounts, int clients, int perCall)
    {
        var sql = perCall == 1
            ? "select id from pgledger_create_transfer($1, $2, $3)"
            : """
              select count(*) from pgledger_create_transfers(
                  (select array_agg((f, t, a)::transfer_request) from unnest($1::text[], $2::text[], $3::numeric[]) as r(f, t, a)), event_at => null::timestamptz)
              """;
        var number = 0;
        return new Side($"pgledger, {clients} clients, {perCall} a call", clients * perCall, count => Task.FromResult<Func<Task>>(
            () => Load.RunAsync(count / perCall, clients, async _ =>
            {
                var first = Interlocked.Add(ref number, perCall) - perCall;
                string[] from = [.. Enumerable.Range(first, perCall).Select(i => accounts[i % EntryDrafts.Receivables])];
                string[] to = [.. Enumerable.Range(first, perCall).Select(i => accounts[EntryDrafts.Receivables + (i % EntryDrafts.Payables)])];
                decimal[] amounts = [.. Enumerable.Range(first, perCall).Select(i => 10_000m + i)];
                await using var command = dataSource.CreateCommand(sql);
                command.Parameters.Add(perCall == 1
                    ? new NpgsqlParameter<string> { TypedValue = from[0] }
                    : new NpgsqlParameter<string[]> { TypedValue = from });
                command.Parameters.Add(perCall == 1 ? new NpgsqlParameter<string> { TypedValue = to[0] } : new NpgsqlParameter<string[]> { TypedValue = to });
                command.Parameters.Add(perCall == 1
                    ? new NpgsqlParameter<decimal> { TypedValue = amounts[0] }
                    : new NpgsqlParameter<decimal[]> { TypedValue = amounts });
                await command.ExecuteNonQueryAsync();
            })));
    }

    /// <summary>Commits outbox rows as two group-commit lanes would, and lets the book's writer take them.</summary>
    private sealed class EndToEnd(NpgsqlDataSource dataSource, BookWriter writer, Serializer serializer)
    {
        private const int Lanes = 2;
        private long _lastId;
        private int _entries;

        public Task<Func<Task>> Prepare(int count)
        {
            var commits = EntryDrafts.Of(_entries, count).Chunk(EntriesPerMessage).Chunk(MessagesPerCommit).ToArray();
            _entries += count;
            return Task.FromResult<Func<Task>>(async () =>
            {
                await Load.RunAsync(commits.Length, Lanes, i => CommitAsync(commits[i]));
                await writer.WhenDrainedAsync();
            });
        }

        private async Task CommitAsync(EntryDraft[][] parts)
        {
            var messages = Array.ConvertAll(parts, part => new OutboxMessage(
                Interlocked.Increment(ref _lastId), writer.Hold.Book, serializer.SerializeToArray<BookRecord[]>([.. part])));
            await using var command = dataSource.CreateCommand("insert into outbox (id, book, payload) select * from unnest($1::bigint[], $2::text[], $3::bytea[])");
            Add(command, NpgsqlDbType.Bigint, Array.ConvertAll(messages, message => message.Id));
            Add(command, NpgsqlDbType.Text, Array.ConvertAll(messages, message => message.Book));
            Add(command, NpgsqlDbType.Bytea, Array.ConvertAll(messages, message => message.Payload));
            await command.ExecuteNonQueryAsync();
            while (!writer.TryAdd(messages))
                await Task.Delay(1);
        }

        private static void Add(NpgsqlCommand command, NpgsqlDbType type, object value) =>
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | type, Value = value });
    }
}
