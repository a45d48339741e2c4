using System.Diagnostics;
using System.Text;
using Commission.Benchmarks.Harness;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;
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
        LaterEvents(options, report, deals);
        report.Add(new Row(
            "Memory that a simulation keeps at its end", Report.Spread(growth, "N0", " KiB"), "–", Statistics.Median(growth), "KiB", "–", null,
            "totals of 1,000 members, 24 months and one product; not the deals",
            new Dictionary<string, double[]>(StringComparer.Ordinal) { ["keptKibibytes"] = [.. growth] }));
        return Task.CompletedTask;
    }

    /// <summary>Deals with a history: an invoice in each of six months, and a clawback of half of it.</summary>
    private static void LaterEvents(BenchmarkOptions options, Report report, WhatIfDeal[] deals)
    {
        var some = Array.ConvertAll(deals[..Math.Min(deals.Length, 20_000)], deal => (Deal: deal, State: Stored(deal), History: History(deal)));
        var events = some.Sum(one => one.History.Commands.Count);
        var rates = new List<double>();
        for (var round = 0; round < options.Rounds + 1; round++)
        {
            var watch = Stopwatch.StartNew();
            var simulation = new WhatIf(_ => Recurring, WhatIfLimits.None);
            foreach (var (deal, state, history) in some)
                simulation.Add(deal, state, history);
            if (simulation.Complete().LaterEvents != events)
                throw new InvalidOperationException("Not every event was decided.");
            if (round > 0)
                rates.Add(events / watch.Elapsed.TotalSeconds);
        }
        Add(report, "Later events of deals decided again: events per second and core", rates, null);
    }

    private static DealState Stored(WhatIfDeal deal) => new()
    {
        Id = deal.Subject.Deal,
        Status = DealStatus.Complete,
        Referrer = deal.Facts.Payees[Party.Referrer],
        Receiver = deal.Facts.Payees[Party.Receiver],
        Upline = deal.Facts.Payees[Party.Upline],
        Client = deal.Subject.Client,
        Vertical = deal.Vertical,
        Product = deal.Facts.Product,
        SettledValue = new Money(deal.Facts.SettledValueMinor, deal.Facts.Currency),
        SettledOn = deal.Subject.On,
    };

    private static LaterHistory History(WhatIfDeal deal)
    {
        var receiver = deal.Facts.Payees[Party.Receiver];
        var invoices = Enumerable.Range(1, 6).Select(month => (DealCommand)new RecordRevenue(
            RevenueKind.Invoice, Report.Format($"I-{month}"), deal.Subject.On.AddMonths(month), new Money(100_005, deal.Facts.Currency), null, receiver,
            default));
        return new LaterHistory(
            [.. invoices, new RecordClawback("C-1", ClawbackReason.Refund, deal.Subject.On.AddMonths(7), 300_015, receiver, default)], 0);
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

    internal static WhatIfDeal[] Deals(int count)
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

    private static RuleSetDocument Recurring { get; } = RuleSetReader.Read(Encoding.UTF8.GetBytes("""
        {
          "schema": "commission/rule-set/v1", "vertical": "MORTGAGE", "effectiveFrom": "2020-01-01", "currency": "AUD",
          "governingAgreement": "Benchmark", "platformFeePercent": "1",
          "products": { "HOME_LOAN_OO": { "components": [
            { "name": "upfront", "shape": "percent", "basis": "deal_value", "ratePercent": "0.65",
              "clawback": { "kind": "cliffs", "steps": [{ "beforeMonths": 12, "percent": "50" }] },
              "split": [{ "party": "referrer", "weight": 80 }, { "party": "upline", "weight": 20 }] },
            { "name": "invoices", "shape": "recurring", "on": "invoice", "basis": "invoice_amount_ex_gst", "ratePercent": "10",
              "clawback": { "kind": "proportional_to_refund" },
              "split": [{ "party": "referrer", "weight": 80 }, { "party": "upline", "weight": 20 }] }] } }
        }
        """)).Document!;

    internal static RuleSetDocument Document() => RuleSetReader.Read(Encoding.UTF8.GetBytes("""
        {
          "schema": "commission/rule-set/v1", "vertical": "MORTGAGE", "effectiveFrom": "2020-01-01", "currency": "AUD",
          "governingAgreement": "Benchmark", "platformFeePercent": "1",
          "products": { "HOME_LOAN_OO": { "components": [
            { "name": "upfront", "shape": "percent", "basis": "deal_value", "ratePercent": "0.65",
              "split": [{ "party": "referrer", "weight": 80 }, { "party": "upline", "weight": 20 }] }] } }
        }
        """)).Document!;
}
