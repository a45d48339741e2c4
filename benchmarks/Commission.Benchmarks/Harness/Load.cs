using System.Diagnostics;

namespace Commission.Benchmarks.Harness;

/// <summary>Closed-loop load: so many at once, each taking the next piece of work when its last is done.</summary>
internal static class Load
{
    public static Task RunAsync(int count, int concurrency, Func<int, Task> operation)
    {
        var next = -1;
        async Task WorkAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                await operation(i);
        }
        return Task.WhenAll(Enumerable.Range(0, Math.Min(concurrency, count)).Select(_ => Task.Run(WorkAsync)));
    }

    /// <summary>The same; gives each operation's milliseconds.</summary>
    public static async Task<double[]> MeasureAsync(int count, int concurrency, Func<int, Task> operation)
    {
        var milliseconds = new double[count];
        await RunAsync(count, concurrency, async i =>
        {
            var start = Stopwatch.GetTimestamp();
            await operation(i);
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
        return milliseconds;
    }
}
