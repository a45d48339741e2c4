using System.Diagnostics;
using System.Text;
using Commission.Benchmarks.Harness;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Simulation;
using Commission.Domain.Rules.Volumes;

namespace Commission.Benchmarks.Rules;

/// <summary>
/// A history under other rules, on one core: a million settled deals by the simulator's core, with totals by vertical,
/// product, member and month; and the same deals calculated with their explanations.
/// </summary>
internal sealed class WhatIfHistory : IBenchmark
{
    private const int Members = 1_000;

    public string Name => "what-if";

    public Task RunAsync(BenchmarkOptions options, Report report)
    {
        var document = Document();
        var deals = Deals(options.Quick ? 20_000 : 1_000_000);
        List<double> plain = [], explained = [], growth = [];
        for (var round = 0; round < options.Rounds + 1; round++)
        {
            var (plainRate, grown) = Measure(deals, () => Simulate(document, deals));
            var some = deals[..Math.Min(deals.Length, 100_000)];
            var (explainedRate, _) = Measure(some, () => (object)Explain(document, some));
            if (round == 0)
                continue;
            plain.Add(plainRate);
            explained.Add(explainedRate);
            growth.Add(grown / 1024.0);
        }
        Add(report, $"What-if over {deals.Length:N0} deals: deals per second and core, without explanation", plain, Goal.Min(300_000, "/s"));
        Add(report, "The same with the explanation of each deal", explained, null);
        report.Add(new Row(
            "Memory that a simulation keeps at its end", Report.Spread(growth, "N0", " KiB"), "–", Statistics.Median(growth), "KiB", "–", null,
            "totals of 1,000 members, 24 months and one product; not the deals",
            new Dictionary<string, double[]>(StringComparer.Ordinal) { ["keptKibibytes"] = [.. growth] }));
        return Task.CompletedTask;
    }

    private static void Add(Report report, string work, List<double> rates, Goal? goal) => report.Add(new Row(
        work, Report.Spread(rates, "N0", "/s"), "–", Statistics.Median(rates), "/s", Report.Format($"{1e6 / Statistics.Median(rates):N2} µs"), goal,
        "CPU: one core; facts in memory", new Dictionary<string, double[]>(StringComparer.Ordinal) { ["perSecond"] = [.. rates] }));

    private static (double PerSecond, long Kept) Measure(WhatIfDeal[] deals, Func<object> work)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        var kept = work();
        var rate = deals.Length / watch.Elapsed.TotalSeconds;
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(kept);
        return (rate, grown);
    }

    private static WhatIfTotals Simulate(RuleSetDocument document, WhatIfDeal[] deals)
    {
        var simulation = new WhatIf(_ => document, WhatIfLimits.None);
        simulation.Add(deals);
        return simulation.Complete();
    }

    private static long Explain(RuleSetDocument document, WhatIfDeal[] deals)
    {
        var bytes = 0L;
        foreach (var deal in deals)
            bytes += Calculator.Calculate(document, deal.Facts).Explanation.Length;
        return bytes;
    }

    private static WhatIfDeal[] Deals(int count)
    {
        var members = Enumerable.Range(0, Members).Select(i => ContactId.From(TypeId.Derive("benchmark/member", Report.Format($"{i}")))).ToArray();
        _ = Currency.TryParse("AUD", out var currency);
        var none = new Dictionary<string, long>(StringComparer.Ordinal);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var payees = new Dictionary<Party, ContactId>
            {
                [Party.Referrer] = members[i % Members], [Party.Upline] = members[(i + 1) % Members], [Party.Receiver] = members[(i + 2) % Members],
            };
            var on = new DateOnly(2025, 1, 1).AddDays(i % 730);
            return new WhatIfDeal("MORTGAGE", new VolumeSubject(new DealId(Guid.NewGuid()), members[(i + 3) % Members], on), new CalculationFacts(
                "HOME_LOAN_OO", currency, 30_000_000 + (i * 7_919L % 70_000_000), none, payees));
        })];
    }

    private static RuleSetDocument Document() => RuleSetReader.Read(Encoding.UTF8.GetBytes("""
        {
          "schema": "commission/rule-set/v1", "vertical": "MORTGAGE", "effectiveFrom": "2020-01-01", "currency": "AUD",
          "governingAgreement": "Benchmark", "platformFeePercent": "1",
          "products": { "HOME_LOAN_OO": { "components": [
            { "name": "upfront", "shape": "percent", "basis": "deal_value", "ratePercent": "0.65",
              "split": [{ "party": "referrer", "weight": 80 }, { "party": "upline", "weight": 20 }] }] } }
        }
        """)).Document!;
}
