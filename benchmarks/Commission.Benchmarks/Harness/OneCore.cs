using System.Diagnostics;

namespace Commission.Benchmarks.Harness;

/// <summary>Work on bytes in memory by one thread: what it does in a second, round by round, against others that do the same.</summary>
internal static class OneCore
{
    /// <summary>Operations per second of each piece of work, in turn; the first round only warms up.</summary>
    public static double[][] Race(BenchmarkOptions options, int operations, params Action[] works)
    {
        var samples = works.Select(_ => new double[options.Rounds]).ToArray();
        for (var round = -1; round < options.Rounds; round++)
        {
            for (var i = 0; i < works.Length; i++)
            {
                GC.Collect();
                var watch = Stopwatch.StartNew();
                works[i]();
                if (round >= 0)
                    samples[i][round] = operations / watch.Elapsed.TotalSeconds;
            }
        }
        return samples;
    }

    public static void CompareOnOneCore(this Report report, string work, double[] ours, double[] baseline, string against, Goal? goal) => report.Add(new Row(
        work, Report.Spread(ours, "N0", "/s"), $"{Report.Spread(baseline, "N0", "/s")} {against}",
        Statistics.Median(ours) / Statistics.Median(baseline), "×",
        Report.Format($"{1e6 / Statistics.Median(ours):N2} / {1e6 / Statistics.Median(baseline):N2} µs"), goal,
        "CPU: one core; bytes in memory", new Dictionary<string, double[]>(StringComparer.Ordinal)
        {
            ["oursPerSecond"] = ours,
            ["baselinePerSecond"] = baseline,
        }));
}
