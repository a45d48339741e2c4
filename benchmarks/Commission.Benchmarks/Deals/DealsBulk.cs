using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Stages;

namespace Commission.Benchmarks.Deals;

/// <summary>
/// Complete deals, from nothing to five handshakes and three accruals in the books, attested in bulk; against the same
/// grains whose states Orleans' AdoNet storage writes. A round ends when the outbox is empty.
/// </summary>
internal sealed class DealsBulk : IBenchmark
{
    private static readonly (string Name, int[] Stages)[] Shapes = [("whole history in one line", [5]), ("step by step in five requests", [1, 2, 3, 4, 5])];

    public string Name => "deals-bulk";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        foreach (var (name, stages) in Shapes)
        {
            foreach (var concurrency in new[] { 1_000, 5_000 })
                await RunAsync(options, report, name, stages, concurrency);
        }
    }

    private static async Task RunAsync(BenchmarkOptions options, Report report, string name, int[] stages, int concurrency)
    {
        await using var ours = await EngineStage.StartAsync("deals_group_commit");
        await using var theirs = await EngineStage.StartAsync("deals_ado_net", HotStorage.AdoNet);
        var clock = await CpuClock.StartAsync(ours.Database);
        var results = await Contest.RunAsync(
            options, clock, await SideOfAsync("group commit", ours, stages, concurrency), await SideOfAsync("the same grains on AdoNet", theirs, stages, concurrency));
        report.Compare($"Complete deals, {name}, {concurrency:N0} at once", results[0], results[1], Goal.Min(10));
    }

    private static async Task<Side> SideOfAsync(string name, EngineStage stage, int[] stages, int concurrency)
    {
        var deals = new BulkDeals(await Network.CreateAsync(stage.Grains));
        return new Side(name, concurrency, count =>
        {
            var prepared = deals.Prepare(count, stages);
            return Task.FromResult<Func<Task>>(async () =>
            {
                await Load.RunAsync(count, concurrency, i => BulkDeals.AttestAsync(stage.Grains, prepared[i]));
                await stage.WhenBooksAreCompleteAsync();
            });
        });
    }
}
