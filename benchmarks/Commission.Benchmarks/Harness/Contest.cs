using System.Diagnostics;

namespace Commission.Benchmarks.Harness;

/// <summary>One of the things that are compared.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Unit">Operations come in multiples of this.</param>
/// <param name="Prepare">Prepares so many operations, untimed, and gives the work to time.</param>
internal sealed record Side(string Name, int Unit, Func<int, Task<Func<Task>>> Prepare);

/// <summary>One timed round.</summary>
/// <param name="Operations">How many.</param>
/// <param name="Seconds">In what time.</param>
/// <param name="OwnSeconds">CPU of this process.</param>
/// <param name="PostgresSeconds">CPU of the server.</param>
internal sealed record Round(int Operations, double Seconds, double OwnSeconds, double PostgresSeconds)
{
    public double PerSecond => Operations / Seconds;
    public double CpuMicroseconds => (OwnSeconds + PostgresSeconds) / Operations * 1e6;
}

/// <summary>The rounds of one side.</summary>
internal sealed record Measurement(string Name, IReadOnlyList<Round> Rounds)
{
    public double PerSecond => Statistics.Median(Rounds.Select(round => round.PerSecond));
    public double CpuMicroseconds => Statistics.Median(Rounds.Select(round => round.CpuMicroseconds));

    /// <summary>How many cores were at work, and how much of that was PostgreSQL.</summary>
    public string Bound
    {
        get
        {
            var cores = Statistics.Median(Rounds.Select(round => (round.OwnSeconds + round.PostgresSeconds) / round.Seconds));
            var share = Statistics.Median(Rounds.Select(round => round.PostgresSeconds / (round.OwnSeconds + round.PostgresSeconds)));
            var what = cores > 0.85 * Environment.ProcessorCount ? "CPU" : "waiting";
            return string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{what}: {cores:F2} of {Environment.ProcessorCount} cores busy, {share:P0} of that PostgreSQL");
        }
    }
}

/// <summary>Runs sides against each other: A B A B …, so that what disturbs one disturbs all.</summary>
internal static class Contest
{
    public static async Task<Measurement[]> RunAsync(BenchmarkOptions options, CpuClock clock, params Side[] sides)
    {
        var operations = new int[sides.Length];
        for (var i = 0; i < sides.Length; i++)
            operations[i] = await WarmUpAsync(sides[i], options.WarmupSeconds / sides.Length, options.Seconds, clock);
        var rounds = sides.Select(_ => new List<Round>()).ToArray();
        for (var round = 0; round < options.Rounds; round++)
        {
            for (var i = 0; i < sides.Length; i++)
            {
                var result = await TimeAsync(sides[i], operations[i], clock);
                rounds[i].Add(result);
                System.Console.WriteLine($"  round {round + 1}: {sides[i].Name}: {result.PerSecond:N0}/s, {result.CpuMicroseconds:N1} µs CPU each");
            }
        }
        return [.. sides.Select((side, i) => new Measurement(side.Name, rounds[i]))];
    }

    /// <summary>Runs until warm, and finds how many operations fill a round.</summary>
    private static async Task<int> WarmUpAsync(Side side, double seconds, double roundSeconds, CpuClock clock)
    {
        var operations = side.Unit;
        var spent = 0.0;
        while (true)
        {
            var round = await TimeAsync(side, operations, clock);
            spent += round.Seconds;
            var fill = (int)Math.Clamp(round.PerSecond * roundSeconds, side.Unit, Math.Min(operations * 8.0, int.MaxValue));
            operations = Math.Max(1, fill / side.Unit) * side.Unit;
            if (spent >= seconds && round.Seconds > roundSeconds / 2)
                return operations;
        }
    }

    private static async Task<Round> TimeAsync(Side side, int operations, CpuClock clock)
    {
        var work = await side.Prepare(operations);
        GC.Collect();
        var (cpu, watch) = (clock.Read(), Stopwatch.StartNew());
        await work();
        watch.Stop();
        var used = clock.Read() - cpu;
        return new Round(operations, watch.Elapsed.TotalSeconds, used.Own, used.Postgres);
    }
}

/// <summary>Medians and percentiles.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public static double Percentile(IEnumerable<double> values, double fraction)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(fraction * sorted.Length) - 1)];
    }
}
