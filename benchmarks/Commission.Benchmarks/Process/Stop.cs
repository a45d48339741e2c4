using System.Diagnostics;
using Commission.Benchmarks.Harness;
using Commission.Benchmarks.Stages;

namespace Commission.Benchmarks.Process;

/// <summary>Time from the request to stop until the host is gone, with many active deals.</summary>
internal sealed class Stop : IBenchmark
{
    public string Name => "stop";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        var count = options.Quick ? 10_000 : 100_000;
        await using var stage = await EngineStage.StartAsync("stop");
        await Memory.CreateAsync(stage, count);
        var watch = Stopwatch.StartNew();
        await stage.StopHostAsync();
        var seconds = watch.Elapsed.TotalSeconds;
        report.Add(new Row(
            Report.Format($"Graceful stop with {count:N0} active deals"), Report.Format($"{seconds:F2} s"), "–", seconds, "s", "–", Goal.Max(10, "s"),
            "a time limit: every command is durable when it is answered, so activations need not say goodbye",
            new Dictionary<string, double[]>(StringComparer.Ordinal) { ["seconds"] = [seconds] }));
        await stage.StartHostAsync();
    }
}
