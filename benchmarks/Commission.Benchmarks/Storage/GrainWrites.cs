using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Stages;

namespace Commission.Benchmarks.Storage;

/// <summary>Durable writes by 1,000 grains: group commit against tuned Orleans AdoNet storage.</summary>
internal sealed class GrainWrites : IBenchmark
{
    private const int Grains = 1_000;

    public string Name => "grain-writes";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var stage = await EngineStage.StartAsync("grain_writes");
        var clock = await CpuClock.StartAsync(stage.Database);
        var ours = Enumerable.Range(0, Grains).Select(i => (IWriterGrain)stage.Grains.GetGrain<IGroupCommitWriterGrain>($"writer-{i}")).ToArray();
        var others = Enumerable.Range(0, Grains).Select(i => (IWriterGrain)stage.Grains.GetGrain<IAdoNetWriterGrain>($"writer-{i}")).ToArray();
        var results = await Contest.RunAsync(options, clock, SideOf("group commit", ours), SideOf("Orleans AdoNet", others));
        report.Compare("Durable writes by 1,000 grains (600-byte states)", results[0], results[1], Goal.Min(15));
    }

    private static Side SideOf(string name, IWriterGrain[] grains) => new(name, Grains, count => Task.FromResult<Func<Task>>(
        () => Load.RunAsync(count, Grains, i => grains[i % Grains].Write())));
}
