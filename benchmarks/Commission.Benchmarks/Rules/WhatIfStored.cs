using System.Diagnostics;
using System.Text;
using Commission.Api.Rules.Simulation;
using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Stages;
using Commission.Domain;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Simulation;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Rules;
using Commission.Storage.Deals;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Commission.Benchmarks.Rules;

/// <summary>
/// A what-if from end to end: a million completed deals stream out of PostgreSQL, and each is calculated under its pinned
/// version and under a candidate. The stored rows are copies of real ones under other ids.
/// </summary>
internal sealed class WhatIfStored : IBenchmark
{
    private const int Templates = 1_000;
    private const int CopiesPerStatement = 100;

    public string Name => "what-if-stored";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        var count = options.Quick ? 20_000 : 1_000_000;
        await using var stage = await EngineStage.StartAsync("what_if");
        await new BulkDeals(await Network.CreateAsync(stage.Grains)).CreateAsync(stage, Templates, 5);
        await CopyAsync(stage, (count / Templates) - 1);
        var pinned = await PinnedAsync(stage);
        var candidate = RuleSetReader.Read(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(pinned.Canonical)
            .Replace("\"0.65\"", "\"0.70\"", StringComparison.Ordinal).Replace("2015-01-01", "2099-01-01", StringComparison.Ordinal))).Document!;
        var candidates = new Dictionary<string, RuleSetDocument>(StringComparer.Ordinal) { [Network.Vertical] = candidate };
        var request = new WhatIfRequest(candidates, new HistoryFilter(null, null, null), WhatIfLimits.None);
        var history = new DealHistory(stage.DataSource, stage.Services.GetRequiredService<Serializer>());
        var clock = await CpuClock.StartAsync(stage.Database);
        List<double> rates = [], cores = [], server = [];
        for (var round = 0; round < options.Rounds + 1; round++)
        {
            var (before, watch) = (clock.Read(), Stopwatch.StartNew());
            var done = await SimulateAsync(history, request, pinned, null);
            var (seconds, cpu) = (watch.Elapsed.TotalSeconds, clock.Read() - before);
            if (done != count)
                throw new InvalidOperationException($"{done} of {count} deals were simulated.");
            if (round == 0)
                continue;
            rates.Add(done / seconds);
            cores.Add((cpu.Own + cpu.Postgres) * 1e6 / done);
            server.Add(cpu.Postgres / (cpu.Own + cpu.Postgres));
        }
        report.Add(new Row(
            $"What-if over {count:N0} deals in PostgreSQL, each under two versions", Report.Spread(rates, "N0", "/s"), "–", Statistics.Median(rates), "/s",
            Report.Format($"{Statistics.Median(cores):N2} µs"), null,
            Report.Format($"CPU: one core of this process, {Statistics.Median(server):P0} of all in PostgreSQL; reading the states of deals outweighs calculating them"),
            new Dictionary<string, double[]>(StringComparer.Ordinal) { ["perSecond"] = [.. rates], ["cpuMicroseconds"] = [.. cores] }));
        await MemoryAsync(report, count, history, request, pinned);
    }

    /// <summary>What is alive at every tenth of the way; flat means that the last is not above the first.</summary>
    private static async Task MemoryAsync(Report report, int count, DealHistory history, WhatIfRequest request, RuleSetDocument pinned)
    {
        var alive = new List<double>();
        await SimulateAsync(history, request, pinned, done =>
        {
            if (done % (count / 10) == 0)
                alive.Add(GC.GetTotalMemory(forceFullCollection: true) / 1024.0 / 1024.0);
        });
        report.Add(new Row(
            "Memory alive after the last tenth less after the first", Report.Spread(alive, "N1", " MiB"), "–", alive[^1] - alive[0], "MiB", "–", Goal.Max(1, "MiB"),
            "totals only: deals stream through", new Dictionary<string, double[]>(StringComparer.Ordinal) { ["aliveMebibytes"] = [.. alive] }));
    }

    private static async Task<long> SimulateAsync(DealHistory history, WhatIfRequest request, RuleSetDocument pinned, Action<long>? watch)
    {
        var run = new WhatIfComparison(request, new Dictionary<Hash, RuleSetDocument> { [pinned.Hash] = pinned });
        var done = 0L;
        await foreach (var state in history.ReadAsync(request.Filter, CancellationToken.None))
        {
            run.Add(state);
            done++;
            watch?.Invoke(done);
        }
        var totals = run.Complete(new Dictionary<string, IReadOnlyList<Domain.Rules.Gating.Gate>>(StringComparer.Ordinal));
        return totals.Total.AfterMinor > totals.Total.BeforeMinor ? done : throw new InvalidOperationException("The candidate pays more, and it does not show.");
    }

    private static async Task<RuleSetDocument> PinnedAsync(EngineStage stage) =>
        RuleSetLifecycle.DocumentOf((await stage.Grains.GetGrain<IRuleSetGrain>(GrainKeys.OfVertical(Network.Vertical)).Get())!.Approved.First());

    private static async Task CopyAsync(EngineStage stage, int copies)
    {
        await stage.Database.ScalarAsync<object?>("create table deal_template as select * from deal");
        for (var from = 1; from <= copies; from += CopiesPerStatement)
        {
            await stage.Database.ScalarAsync<object?>($"""
                insert into deal select 'deal_' || md5(d.id || g), version, payload, caller, business_key || '-' || g, referrer, receiver, client, vertical, product,
                    referred_on, created_at - g * interval '1 minute', status, updated_at, settled_value_minor, currency, settled_on, completed_on, trail_months
                from deal_template d, generate_series({from}, {Math.Min(copies, from + CopiesPerStatement - 1)}) g
                """);
        }
        await stage.Database.ScalarAsync<object?>("vacuum analyze deal");
    }
}
