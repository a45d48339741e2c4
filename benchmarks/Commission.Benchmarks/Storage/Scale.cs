using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Stages;

namespace Commission.Benchmarks.Storage;

/// <summary>
/// The cost of complete deals with 1,000,000 deals and their handshakes stored, against 10,000. The stored rows are copies
/// of real ones under other ids.
/// </summary>
internal sealed class Scale : IBenchmark
{
    private const int Concurrency = 1_000;

    public string Name => "scale";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        var (few, many) = options.Quick ? (1_000, 20_000) : (10_000, 1_000_000);
        await using var small = await EngineStage.StartAsync("scale_few");
        await using var large = await EngineStage.StartAsync("scale_many");
        var clock = await CpuClock.StartAsync(small.Database);
        var results = await Contest.RunAsync(
            options, clock, await SideOfAsync($"{many:N0} stored", large, many), await SideOfAsync($"{few:N0} stored", small, few));
        var (at, from) = (results[0], results[1]);
        report.Add(new Row(
            Report.Format($"CPU per complete deal with {many:N0} deals stored ÷ with {few:N0}"),
            Report.Spread([.. at.Rounds.Select(round => round.PerSecond)], "N0", "/s"), Report.Spread([.. from.Rounds.Select(round => round.PerSecond)], "N0", "/s"),
            at.CpuMicroseconds / from.CpuMicroseconds, "×", Report.Format($"{at.CpuMicroseconds:N0} / {from.CpuMicroseconds:N0} µs"), Goal.Max(1.15, "×"), at.Bound,
            new Dictionary<string, double[]>(StringComparer.Ordinal)
            {
                ["manyCpuMicroseconds"] = [.. at.Rounds.Select(round => round.CpuMicroseconds)],
                ["fewCpuMicroseconds"] = [.. from.Rounds.Select(round => round.CpuMicroseconds)],
            }));
    }

    private static async Task<Side> SideOfAsync(string name, EngineStage stage, int stored)
    {
        var deals = new BulkDeals(await Network.CreateAsync(stage.Grains));
        await deals.CreateAsync(stage, 1_000, 5);
        await CopyAsync(stage, (stored / 1_000) - 1);
        return new Side(name, Concurrency, count =>
        {
            var prepared = deals.Prepare(count, 1, 2, 3, 4, 5);
            return Task.FromResult<Func<Task>>(async () =>
            {
                await Load.RunAsync(count, Concurrency, i => BulkDeals.AttestAsync(stage.Grains, prepared[i]));
                await stage.WhenBooksAreCompleteAsync();
            });
        });
    }

    /// <summary>Copies deals, and their leaves into books of other numbers, so that tables and indexes have their real size.</summary>
    private static async Task CopyAsync(EngineStage stage, int copies)
    {
        const int copiesPerStatement = 50;
        await stage.Database.ScalarAsync<object?>("create table deal_template as select * from deal; create table entry_template as select * from book_entry");
        for (var from = 1; from <= copies; from += copiesPerStatement)
        {
            var to = Math.Min(copies, from + copiesPerStatement - 1);
            await stage.Database.ScalarAsync<object?>($"""
                insert into deal select 'deal_' || md5(d.id || g), version, payload, caller, business_key || '-' || g, referrer, receiver, client, vertical, product,
                    referred_on, created_at - g * interval '1 minute', status, updated_at, settled_value_minor, currency, settled_on, completed_on
                from deal_template d, generate_series({from}, {to}) g;
                insert into book_entry select book_id + 1000 * g, sequence, bytes, gen_random_uuid(), kind, posted_at, debit, debit_sequence, credit, credit_sequence, amount, effective_on
                from entry_template, generate_series({from}, {to}) g
                """);
        }
        await stage.Database.ScalarAsync<object?>("vacuum analyze");
    }
}
