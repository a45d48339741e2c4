using Commission.Benchmarks.Deals;
using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Http;
using Commission.Benchmarks.Ledger;
using Commission.Benchmarks.Payouts;
using Commission.Benchmarks.Process;
using Commission.Benchmarks.Rules;
using Commission.Benchmarks.Storage;

namespace Commission.Benchmarks;

/// <summary>Runs benchmarks by name; docs/benchmarks.md says what each measures.</summary>
internal static class Program
{
    private static readonly IBenchmark[] All =
    [
        new GrainWrites(), new LedgerAppend(), new DealsBulk(), new DealsSigned(), new PgLedger(), new HttpCommands(), new Latency(),
        new Memory(), new Stop(), new Start(), new Scale(), new WhatIfHistory(), new WhatIfStored(),
        new ReplayBooks(), new VerifyBook(), new Proofs(), new Packs(), new StripeSubmission(), new PayoutBatches(),
    ];

    private static async Task<int> Main(string[] args)
    {
        if (BenchmarkOptions.Parse(args, [.. All.Select(benchmark => benchmark.Name)]) is not { } options)
            return 2;
        var report = new Report(options);
        foreach (var benchmark in All.Where(benchmark => options.Names.Contains(benchmark.Name)))
        {
            System.Console.WriteLine($"# {benchmark.Name}");
            await benchmark.RunAsync(options, report);
            await report.SaveAsync();
        }
        System.Console.WriteLine();
        System.Console.WriteLine(report.ToMarkdown());
        return 0;
    }
}
