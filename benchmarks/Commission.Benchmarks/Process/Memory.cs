using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Stages;
using Commission.Grains.Interfaces.Deals;

namespace Commission.Benchmarks.Process;

/// <summary>Managed memory that one active, completed deal holds: activation, state, and what the runtime keeps for both.</summary>
internal sealed class Memory : IBenchmark
{
    public string Name => "memory";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        var count = options.Quick ? 5_000 : 50_000;
        await using var stage = await EngineStage.StartAsync("memory");
        var ids = await CreateAsync(stage, count);
        await stage.StopHostAsync();
        await stage.StartHostAsync();
        await ActivateAsync(stage, ids[..100]);
        var before = Settled();
        await ActivateAsync(stage, ids[100..]);
        var bytes = (Settled() - before) / (double)(count - 100);
        report.Add(new Row(
            Report.Format($"Memory per active deal, {count:N0} completed deals"), Report.Format($"{bytes:N0} bytes"), "–", bytes / 1024, "KiB", "–",
            Goal.Max(6, "KiB"), "the runtime's share of an activation; a state of five steps and eleven ids and hashes",
            new Dictionary<string, double[]>(StringComparer.Ordinal) { ["bytes"] = [bytes] }));
        GC.KeepAlive(ids);
    }

    internal static async Task<string[]> CreateAsync(EngineStage stage, int count)
    {
        var deals = await new BulkDeals(await Network.CreateAsync(stage.Grains)).CreateAsync(stage, count, 5);
        return Array.ConvertAll(deals, deal => deal.Id.ToString());
    }

    private static Task ActivateAsync(EngineStage stage, string[] ids) => Load.RunAsync(ids.Length, 100, async i =>
    {
        if (await stage.Grains.GetGrain<IDealGrain>(ids[i]).Get() is null)
            throw new InvalidOperationException("The deal is not there.");
    });

    private static long Settled()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
