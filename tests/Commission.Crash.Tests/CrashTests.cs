using Commission.Crash.Tests.Processes;
using Commission.Testing;
using Xunit;

namespace Commission.Crash.Tests;

/// <summary>Real processes, killed under load: what was acknowledged is there once, and nothing else is.</summary>
public sealed class CrashTests
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SuicideDeadline = TimeSpan.FromSeconds(30);
    private const string SilosDeclaredDead = "select count(*) from orleansmembershiptable where status = 6";

    [Fact]
    public Task Kill_9_of_the_only_silo() => CrashRun.ExecuteAsync(() => Cluster.StartAsync(silos: 1), async (cluster, _) =>
    {
        cluster.Silos[0].Kill();
        await cluster.StartSiloAsync();
    });

    [Fact]
    public Task Kill_9_of_the_api() => CrashRun.ExecuteAsync(() => Cluster.StartAsync(silos: 1), async (cluster, _) =>
    {
        cluster.Api.Kill();
        await cluster.StartApiAsync();
    });

    [Fact]
    public Task Kill_9_of_PostgreSQL() => CrashRun.ExecuteAsync(() => Cluster.StartAsync(silos: 1), async (cluster, _) =>
    {
        cluster.KillPostgres();
        await cluster.RestartPostgresAsync();
    });

    [Fact]
    public Task Kill_9_of_the_single_process() => CrashRun.ExecuteAsync(Cluster.StartSingleProcessAsync, async (cluster, _) =>
    {
        cluster.Api.Kill();
        await cluster.StartSingleAsync();
    });

    [Fact]
    public Task Kill_9_of_the_single_process_and_its_PostgreSQL() => CrashRun.ExecuteAsync(Cluster.StartSingleProcessAsync, async (cluster, _) =>
    {
        cluster.KillPostgres();
        cluster.Api.Kill();
        await cluster.StartSingleAsync();
    });

    [Fact]
    public Task Kill_9_of_one_of_two_silos_for_good() => CrashRun.ExecuteAsync(() => Cluster.StartAsync(silos: 2), (cluster, random) =>
    {
        cluster.Silos[random.Next(2)].Kill();
        return Task.CompletedTask;
    });

    [Fact]
    public Task A_silo_that_sleeps_past_its_death_does_no_harm_when_it_wakes() => CrashRun.ExecuteAsync(
        () => Cluster.StartAsync(silos: 2), async (cluster, random) =>
    {
        var sleeper = cluster.Silos[random.Next(2)];
        sleeper.Signal("STOP");
        await Eventually.BecomesTrueAsync(async () => await cluster.ScalarAsync<long>(SilosDeclaredDead) > 0, "the sleeping silo is declared dead");
        sleeper.Signal("CONT");
        await sleeper.WhenEndedAsync(SuicideDeadline);
    });

    [Fact]
    public Task Connections_cut_between_commit_and_answer() => CrashRun.ExecuteAsync(
        () => Cluster.StartAsync(silos: 1, behindProxy: true), async (cluster, random) =>
    {
        for (var i = 0; i < 6; i++)
        {
            var table = random.Next(2) == 0 ? "insert into deal" : "insert into book_entry";
            cluster.Proxy.LoseAnswerTo(sql => sql.Contains(table, StringComparison.Ordinal));
        }
        await Eventually.BecomesTrueAsync(() => Task.FromResult(cluster.Proxy.FaultsHappened == 6), "all answers are lost");
    });

    [Fact]
    public Task A_graceful_stop_under_load_loses_nothing_and_is_quick() => CrashRun.ExecuteAsync(Cluster.StartSingleProcessAsync, async (cluster, _) =>
    {
        cluster.Api.Signal("TERM");
        Assert.Equal(0, await cluster.Api.WhenEndedAsync(StopDeadline));
        await cluster.StartSingleAsync();
    }, mustBreak: false);
}
