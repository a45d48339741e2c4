using System.Diagnostics;
using System.Globalization;
using Commission.Crash.Tests.Load;
using Commission.Crash.Tests.Processes;
using Xunit;

namespace Commission.Crash.Tests;

/// <summary>A fault in the middle of a load, and the audit after it.</summary>
internal static class CrashRun
{
    private const int Attempts = 3;

    /// <summary>Runs until the fault met a command in flight; each further attempt has the next seed.</summary>
    /// <param name="start">Starts the engine.</param>
    /// <param name="fault">Does harm, and repairs what an operator or a supervisor would.</param>
    /// <param name="deals">How many deals there are.</param>
    /// <param name="mustBreak">
    /// Whether the run counts only if a command in flight lost its answer, or a process had to read back what a write did.
    /// </param>
    public static async Task ExecuteAsync(
        Func<Task<Cluster>> start, Func<Cluster, Random, Task> fault, int deals = 200, bool mustBreak = true)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("COMMISSION_CRASH_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next(1_000_000);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await MetAWriteAsync(start, fault, seed + attempt, deals, mustBreak))
                return;
            Say($"seed {seed + attempt}: the fault met no write; the run does not count");
        }
        Assert.Fail($"In {Attempts} runs the fault met no write.");
    }

    private static async Task<bool> MetAWriteAsync(
        Func<Task<Cluster>> start, Func<Cluster, Random, Task> fault, int seed, int deals, bool mustBreak)
    {
        var random = new Random(seed);
        var clock = Stopwatch.StartNew();
        await using var cluster = await start();
        using var client = new EngineClient(cluster.ApiUrl);
        try
        {
            var load = new DealLoad(client, await Network.CreateAsync(client), seed, deals);
            Say($"seed {seed}: ready after {clock.Elapsed.TotalSeconds:F1} s");
            var work = load.RunAsync();
            await load.WhenAcknowledgedAsync(random.Next(load.Total / 10, load.Total / 2));
            var inFlight = load.MarkFault();
            var faultAt = clock.Elapsed;
            await fault(cluster, random);
            var repaired = clock.Elapsed;
            await work;
            var done = clock.Elapsed;
            var drained = await DatabaseAudit.OutboxEmptiesAsync(cluster);
            Say($"seed {seed}: {inFlight} operations in flight at the fault, {load.Broken} lost their answer, "
                + $"{load.DurableUnanswered} of them were durable, {cluster.ReadBack} broken commits were read back; fault and repair {(repaired - faultAt).TotalSeconds:F1} s, "
                + $"load done {(done - repaired).TotalSeconds:F1} s later, outbox empty after {drained.TotalSeconds:F1} s");
            Assert.Empty(load.Refused);
            var acknowledged = load.Acknowledged;
            Assert.Equal(load.Total, acknowledged.Count);
            await DatabaseAudit.CheckAsync(cluster, acknowledged);
            await DatabaseAudit.RetriesGetTheFirstAnswerAsync(client, acknowledged);
            await DatabaseAudit.CheckAsync(cluster, acknowledged);
            Say($"seed {seed}: done after {clock.Elapsed.TotalSeconds:F1} s");
            return inFlight > 0 && (load.Broken + cluster.ReadBack > 0 || !mustBreak);
        }
        catch
        {
            Say($"seed {seed} failed; the processes said:\n{cluster.Logs()}");
            throw;
        }
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
