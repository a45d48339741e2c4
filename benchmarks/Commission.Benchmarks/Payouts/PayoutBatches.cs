using System.Diagnostics;
using System.Globalization;
using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Stages;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Aba;
using Commission.Domain.Payouts.Calendar;
using Commission.Grains.Interfaces.Payouts;
using Npgsql;

namespace Commission.Benchmarks.Payouts;

/// <summary>
/// One batch that pays as many people as a batch may: selected and drafted, approved, submitted with its files, its entries posted, confirmed.
/// Drafting is compared with a bare INSERT … SELECT of the same lines and items into tables with the same indexes.
/// </summary>
internal sealed class PayoutBatches : IBenchmark
{
    private const int AtOnce = 500;

    public string Name => "payout-batch";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var stage = await EngineStage.StartAsync("payouts");
        var items = await AccrueAsync(stage, options.Quick ? 500 : PayoutBatchMachine.MaxItems);
        await MakeBareTablesAsync(stage);
        var (maker, checker) = (new ContactId(Guid.NewGuid()), new ContactId(Guid.NewGuid()));
        var (drafts, bare) = (new List<double>(), new List<double>());
        var batch = default(PayoutBatchState)!;
        using var memory = new PeakMemory();
        for (var round = 0; round < options.Rounds; round++)
        {
            if (round > 0)
                Done(await Grain(stage, batch.Id).Execute(new CancelPayoutBatch("again", maker, Request($"cancel-{round}"))));
            (var seconds, batch) = await TimedAsync(() => DraftAsync(stage, maker, round));
            drafts.Add(seconds);
            bare.Add((await TimedAsync(() => InsertBareAsync(stage, batch.Id))).Seconds);
            System.Console.WriteLine(Report.Format($"  round {round + 1}: draft {drafts[^1]:F2} s, INSERT … SELECT {bare[^1]:F2} s"));
        }
        if (batch.Contents.Items != items)
            throw new InvalidOperationException($"{batch.Contents.Items} of {items} items.");
        var grain = Grain(stage, batch.Id);
        var (approve, _) = await TimedAsync(async () => Done(await grain.Execute(new ApprovePayoutBatch(batch.Contents.Hash, checker, Request("approve")))));
        var day = BusinessCalendar.Next(Region.National, DateOnly.FromDateTime(DateTime.UtcNow.AddDays(1)));
        var (submit, _) = await TimedAsync(async () => Done(await grain.Execute(new SubmitPayoutBatch(day, maker, Request("submit")))));
        var (post, _) = await TimedAsync(async () => { await stage.WhenBooksAreCompleteAsync(); return 0; });
        var (read, bytes) = await TimedAsync(async () => (await grain.GetFile(1))!.Length);
        var (confirm, _) = await TimedAsync(async () => Done(await grain.Confirm()));
        await stage.WhenBooksAreCompleteAsync();
        var (select, insert) = (Statistics.Median(drafts), Statistics.Median(bare));
        report.Add(new Row(
            Report.Format($"A batch of {items:N0} items selected and drafted"), Report.Spread(drafts, "F1", " s"),
            $"{Report.Spread(bare, "F1", " s")} bare INSERT … SELECT of its lines and items", insert / select, "×", "–", null,
            "reading and decoding each open entry, rules, tax and hashes of each payee; one stream in, one COPY out",
            new Dictionary<string, double[]>(StringComparer.Ordinal) { ["draftSeconds"] = [.. drafts], ["insertSeconds"] = [.. bare] }));
        report.Add(new Row(
            Report.Format($"That batch approved, submitted with its files, posted"),
            Report.Format($"approve {approve:F1} s, submit {submit:F1} s, last entry in the ledger {post:F1} s later, a file read back ({bytes / 1e6:F1} MB) {read:F1} s, confirm {confirm:F1} s"),
            "–", items / (submit + post), "items/s", "–", null, Report.Format($"500 items a transaction; peak working set {memory.Peak / 1e6:N0} MB, {memory.Before / 1e6:N0} MB before"),
            new Dictionary<string, double[]>(StringComparer.Ordinal) { ["seconds"] = [approve, submit, post, read, confirm], ["peakBytes"] = [memory.Peak] }));
    }

    /// <summary>Deals of as many referrers, all past their cooling-off, and an account of each payee.</summary>
    private static async Task<int> AccrueAsync(EngineStage stage, int payees)
    {
        var uplines = 20;
        var network = await Network.CreateAsync(stage.Grains, payees - uplines);
        await new BulkDeals(network).CreateAsync(stage, payees - uplines, 5);
        ContactId[] contacts = [.. network.Referrers.Concat(network.AllUplines).Select(person => person.Id)];
        await Load.RunAsync(contacts.Length, AtOnce, async i =>
        {
            var (grain, maker) = (stage.Grains.GetGrain<IPayeeAccountGrain>(contacts[i].ToString()), new ContactId(Guid.NewGuid()));
            var account = new BankAccount(new Bsb("062000"), (1_000_000 + i).ToString(CultureInfo.InvariantCulture), Report.Format($"Payee {i}"));
            var proposed = await grain.Execute(new ProposePayeeAccount(contacts[i], account, null, false, null, maker, Request($"account-{i}")));
            var verified = await grain.Execute(new VerifyPayeeAccount(
                proposed.State!.Proposed!.Shown, new ContactId(Guid.NewGuid()), Request($"verify-{i}")));
            if (verified.Refusal is { } refusal)
                throw new InvalidOperationException(refusal.Text);
        });
        await stage.WhenBooksAreCompleteAsync();
        System.Console.WriteLine(Report.Format($"  {contacts.Length:N0} payees have earned"));
        return contacts.Length;
    }

    private static async Task<PayoutBatchState> DraftAsync(EngineStage stage, ContactId maker, int round)
    {
        var id = PayoutBatchId.Derive(maker, $"batch-{round}");
        return Done(await Grain(stage, id).Draft(new DraftPayoutBatch(id, Rail.Aba, Currency.Aud, maker, Request($"draft-{round}")), new PayoutFilter([], null)));
    }

    private static async Task MakeBareTablesAsync(EngineStage stage)
    {
        await using var command = new NpgsqlConnection(stage.Database.OwnerConnectionString);
        await command.OpenAsync();
        await using var make = new NpgsqlCommand(
            """
            create table bare_line (like payout_line including indexes including defaults);
            create table bare_item (like payout_item including indexes including defaults)
            """, command);
        await make.ExecuteNonQueryAsync();
    }

    private static async Task<int> InsertBareAsync(EngineStage stage, PayoutBatchId batch)
    {
        await using var connection = new NpgsqlConnection(stage.Database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var table in new[] { "line", "item" })
        {
            await using var insert = new NpgsqlCommand($"insert into bare_{table} select * from payout_{table} where batch = $1", connection, transaction);
            insert.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = batch.Value });
            await insert.ExecuteNonQueryAsync();
        }
        await transaction.CommitAsync();
        await using var empty = new NpgsqlCommand("truncate bare_line, bare_item", connection);
        return await empty.ExecuteNonQueryAsync();
    }

    private static PayoutBatchState Done(PayoutResult result) => result.State ?? throw new InvalidOperationException(result.Refusal?.Text);

    private static async Task<(double Seconds, T Result)> TimedAsync<T>(Func<Task<T>> work)
    {
        var watch = Stopwatch.StartNew();
        var result = await work();
        return (watch.Elapsed.TotalSeconds, result);
    }

    private static IPayoutBatchGrain Grain(EngineStage stage, PayoutBatchId id) => stage.Grains.GetGrain<IPayoutBatchGrain>(id.ToString());

    private static RequestFingerprint Request(string what) => RequestFingerprint.Of("benchmark", what, what, []);

    /// <summary>The largest working set of this process, looked at ten times a second.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly Timer _timer;
        private long _peak;

        public PeakMemory()
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Before = _peak = Environment.WorkingSet;
            _timer = new Timer(_ => _peak = Math.Max(_peak, Environment.WorkingSet), null, 0, 100);
        }

        public long Before { get; }

        public long Peak => _peak;

        public void Dispose() => _timer.Dispose();
    }
}
