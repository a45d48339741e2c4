using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Stages;
using Commission.Domain.Deals;
using Commission.Grains.Interfaces.Deals;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Benchmarks.Deals;

/// <summary>One command on a deal, alone and with 100 in flight, against one bare commit of that deal's row.</summary>
internal sealed class Latency : IBenchmark
{
    private const int Concurrent = 100;
    private readonly List<double> _command = [], _signed = [], _commit = [], _crowd = [], _signedCrowd = [];

    public string Name => "latency";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var stage = await EngineStage.StartAsync("latency");
        var network = await Network.CreateAsync(stage.Grains);
        var deals = new BulkDeals(network);
        var bare = await BareCommit.CreateAsync(stage, deals);
        var alone = options.Quick ? 100 : 1_000;
        var crowd = alone * 20;
        var rounds = options.Rounds + 1;
        for (var round = 0; round < rounds; round++)
        {
            var warm = round > 0;
            Keep(_command, await AttestedAsync(stage, deals, alone, 1), 0.5, warm);
            Keep(_commit, await Load.MeasureAsync(alone, 1, bare.CommitAsync), 0.5, warm);
            Keep(_signed, await SignedAsync(stage, network, deals, alone, 1), 0.5, warm);
            Keep(_crowd, await AttestedAsync(stage, deals, crowd, Concurrent), 0.99, warm);
            Keep(_signedCrowd, await SignedAsync(stage, network, deals, crowd, Concurrent), 0.99, warm);
        }
        Add(report, "One attested command alone, p50", _command, _commit, Goal.Max(2, "×"), "the commit's own wait for the disk, and two hops between threads");
        Add(report, "One signed command alone, p50", _signed, _commit, null, "one ECDSA verification more than the attested one");
        Add(report, "Attested commands, 100 in flight, p99", _crowd, null, Goal.Max(10, "ms"), "CPU: 100 in flight at the rate that the cores allow");
        Add(report, "Signed commands, 100 in flight, p99", _signedCrowd, null, null, "CPU: the same with one verification each");
    }

    private static void Keep(List<double> into, double[] milliseconds, double fraction, bool warm)
    {
        if (warm)
            into.Add(Statistics.Percentile(milliseconds, fraction));
    }

    private static void Add(Report report, string work, List<double> ours, List<double>? baseline, Goal? goal, string note)
    {
        var median = Statistics.Median(ours);
        report.Add(new Row(
            work, Report.Spread(ours, "F2", " ms"), baseline is null ? "–" : Report.Spread(baseline, "F2", " ms") + " bare commit",
            baseline is null ? median : median / Statistics.Median(baseline), baseline is null ? "ms" : "×", "–", goal, note,
            new Dictionary<string, double[]>(StringComparer.Ordinal) { ["oursMilliseconds"] = [.. ours], ["baselineMilliseconds"] = [.. baseline ?? []] }));
    }

    /// <summary>Deals that exist and are active; the command brings each from acknowledged to intake.</summary>
    private static async Task<double[]> AttestedAsync(EngineStage stage, BulkDeals deals, int count, int concurrency)
    {
        var prepared = deals.Prepare(count, 2, 3);
        await Load.RunAsync(count, 1_000, i => BulkDeals.AttestAsync(stage.Grains, prepared[i] with { Lines = [prepared[i].Lines[0]] }));
        await stage.WhenBooksAreCompleteAsync();
        var grains = Array.ConvertAll(prepared, deal => stage.Grains.GetGrain<IDealGrain>(deal.Id.ToString()));
        return await Load.MeasureAsync(count, concurrency, i => BulkDeals.AttestAsync(grains[i], prepared[i].Lines[1]));
    }

    private static async Task<double[]> SignedAsync(EngineStage stage, Network network, BulkDeals deals, int count, int concurrency)
    {
        var (grains, commands) = await IntakesAsync(stage.Grains, stage.WhenBooksAreCompleteAsync, network, deals, count);
        return await Load.MeasureAsync(count, concurrency, i => DealsSigned.RecordAsync(grains[i], commands[i]));
    }

    /// <summary>Acknowledged deals, and for each the intake that its receiving member signed.</summary>
    internal static async Task<(IDealGrain[] Grains, RecordHandshake[] Commands)> IntakesAsync(
        IGrainFactory factory, Func<Task> whenBooksAreComplete, Network network, BulkDeals deals, int count)
    {
        var (first, prepared) = (deals.Count, await deals.CreateAsync(factory, whenBooksAreComplete, count, 2));
        var grains = Array.ConvertAll(prepared, deal => factory.GetGrain<IDealGrain>(deal.Id.ToString()));
        var commands = new RecordHandshake[count];
        await Load.RunAsync(count, Environment.ProcessorCount, async i =>
        {
            var state = await grains[i].Get();
            commands[i] = SignedDeals.Intake(prepared[i].Id, network.Receiver(first + i), state!.LastHash);
        });
        return (grains, commands);
    }

    /// <summary>The same row, written by one prepared statement on one connection.</summary>
    private sealed class BareCommit(NpgsqlCommand command, string[] ids, byte[] payload)
    {
        private int _version = 1_000;

        public static async Task<BareCommit> CreateAsync(EngineStage stage, BulkDeals deals)
        {
            var some = await deals.CreateAsync(stage, 1_000, 3);
            var payload = await stage.Database.ScalarAsync<byte[]>("select payload from deal limit 1");
            await stage.Database.ScalarAsync<object?>(
                "create table bare_deal (like deal including all) with (fillfactor = 60); insert into bare_deal select * from deal; grant all on bare_deal to commission_app");
            var connection = await stage.DataSource.OpenConnectionAsync();
            var command = new NpgsqlCommand("update bare_deal set version = $2, payload = $3, status = $4, updated_at = $5 where id = $1", connection);
            foreach (var type in new[] { NpgsqlDbType.Text, NpgsqlDbType.Integer, NpgsqlDbType.Bytea, NpgsqlDbType.Smallint, NpgsqlDbType.TimestampTz })
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
            await command.PrepareAsync();
            return new BareCommit(command, Array.ConvertAll(some, deal => deal.Id.ToString()), payload!);
        }

        public async Task CommitAsync(int number)
        {
            object[] values = [ids[number % ids.Length], ++_version, payload, (short)3, DateTime.UtcNow];
            for (var i = 0; i < values.Length; i++)
                command.Parameters[i].Value = values[i];
            if (await command.ExecuteNonQueryAsync() != 1)
                throw new InvalidOperationException("The row is not there.");
        }
    }
}
