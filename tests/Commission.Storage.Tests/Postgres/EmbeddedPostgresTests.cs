using System.Diagnostics;
using Commission.Storage.Postgres;
using Commission.Testing;
using Npgsql;
using Xunit;

namespace Commission.Storage.Tests.Postgres;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private static readonly TimeSpan WarmStartLimit = TimeSpan.FromSeconds(2);
    private readonly string _dataDirectory =
        Path.Combine(Path.GetTempPath(), $"commission-embedded-{Guid.NewGuid():N}"[..32]);

    public EmbeddedPostgresTests() => Watchdog.Watch(_dataDirectory);

    [Fact]
    public async Task What_was_stored_is_there_after_a_restart_which_is_quick()
    {
        await using (var first = await StartAsync())
            await ExecuteAsync(first, "create table kept as select 42 as answer");

        var clock = Stopwatch.StartNew();
        await using var second = await StartAsync();
        Assert.Equal(42, await ExecuteAsync(second, "select answer from kept"));
        Assert.True(clock.Elapsed < WarmStartLimit, $"a start with an existing cluster took {clock.Elapsed}");
    }

    [Fact]
    public async Task A_server_that_outlived_its_killed_engine_is_adopted()
    {
        var killed = await StartAsync();
        var server = killed.ServerProcessId;
        killed.Abandon();

        await using var next = await StartAsync();

        Assert.Equal(server, next.ServerProcessId);
        Assert.Equal(1, await ExecuteAsync(next, "select 1"));
    }

    [Fact]
    public async Task A_killed_server_is_started_again_and_keeps_what_was_committed()
    {
        var engine = await StartAsync();
        await ExecuteAsync(engine, "create table kept as select 42 as answer");
        using (var server = Process.GetProcessById(engine.ServerProcessId))
        {
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        engine.Abandon();
        await using var next = await StartAsync();

        Assert.Equal(42, await ExecuteAsync(next, "select answer from kept"));
    }

    [Fact]
    public async Task A_stale_pid_file_that_names_an_unrelated_live_process_does_not_stop_the_start()
    {
        string cluster;
        await using (var first = await StartAsync())
            cluster = first.ClusterDirectory;
        await File.WriteAllTextAsync(
            Path.Combine(cluster, "postmaster.pid"), $"{Environment.ProcessId}\n{cluster}\n0\n5432\n\n\n\nready\n");

        await using var second = await StartAsync();

        Assert.NotEqual(Environment.ProcessId, second.ServerProcessId);
    }

    [Fact]
    public async Task A_second_engine_on_the_same_data_directory_is_refused()
    {
        await using var first = await StartAsync();

        var refusal = await Assert.ThrowsAsync<DataDirectoryInUseException>(StartAsync);

        Assert.Contains(_dataDirectory, refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_uses_a_loopback_port_with_a_password()
    {
        var deep = Path.Combine(_dataDirectory, new string('d', 90));
        await using var engine = await EmbeddedPostgres.StartAsync(deep, TestContext.Current.CancellationToken);
        var settings = new NpgsqlConnectionStringBuilder(engine.ConnectionString);

        Assert.Equal("127.0.0.1", settings.Host);
        Assert.Equal(1, await ExecuteAsync(engine, "select 1"));
        settings.Password = "wrong";
        settings.Pooling = false;
        await using var intruder = new NpgsqlConnection(settings.ConnectionString);
        await Assert.ThrowsAsync<PostgresException>(() => intruder.OpenAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_half_made_cluster_is_made_anew()
    {
        Directory.CreateDirectory(Path.Combine(_dataDirectory, "postgres", "cluster.new", "base"));

        await using var engine = await StartAsync();

        Assert.Equal(1, await ExecuteAsync(engine, "select 1"));
    }

    [Fact]
    public async Task Under_root_a_data_directory_that_the_servers_account_may_not_enter_works_and_names_the_clusters_place()
    {
        if (!Environment.IsPrivilegedProcess || OperatingSystem.IsWindows())
            return;
        Directory.CreateDirectory(
            _dataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var inside = Path.Combine(_dataDirectory, "data");
        var elsewhere = "";
        try
        {
            await using (var first = await EmbeddedPostgres.StartAsync(inside, TestContext.Current.CancellationToken))
            {
                elsewhere = Path.GetDirectoryName(first.ClusterDirectory)!;
                await ExecuteAsync(first, "create table kept as select 42 as answer");
            }

            await using var second = await EmbeddedPostgres.StartAsync(inside, TestContext.Current.CancellationToken);
            Assert.Equal(42, await ExecuteAsync(second, "select answer from kept"));
            var named = await File.ReadAllTextAsync(
                Path.Combine(inside, "postgres.location"), TestContext.Current.CancellationToken);
            Assert.Equal(elsewhere, named.Trim());
        }
        finally
        {
            if (elsewhere.Length > 0)
                Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task Nobody_but_the_owner_may_enter_the_cluster_and_commits_are_durable()
    {
        if (OperatingSystem.IsWindows())
            return;
        await using var engine = await StartAsync();

        var mode = File.GetUnixFileMode(Path.Combine(_dataDirectory, "postgres"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, mode);
        foreach (var setting in new[] { "fsync", "synchronous_commit", "full_page_writes" })
            Assert.Equal("on", await ExecuteAsync(engine, $"select current_setting('{setting}')"));
    }

    [Fact]
    public async Task Dispose_ends_the_server()
    {
        var engine = await StartAsync();
        var cluster = engine.ClusterDirectory;

        await engine.DisposeAsync();

        Assert.Empty(PostmasterFile.ProcessesIn(cluster));
    }

    public void Dispose()
    {
        if (Directory.Exists(_dataDirectory))
            Directory.Delete(_dataDirectory, recursive: true);
    }

    private Task<EmbeddedPostgres> StartAsync() =>
        EmbeddedPostgres.StartAsync(_dataDirectory, TestContext.Current.CancellationToken);

    private static async Task<object?> ExecuteAsync(EmbeddedPostgres engine, string sql)
    {
        var settings = new NpgsqlConnectionStringBuilder(engine.ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
