using Commission.Storage.Postgres;
using Npgsql;

namespace Commission.Testing;

/// <summary>
/// One private PostgreSQL server per test process, started by whoever asks first. The watchdog stops it and deletes
/// its folder when the test process ends, however that ends.
/// </summary>
public static class TestPostgres
{
    private const string Template = "migrated_template";
    private static readonly Lazy<Task<EmbeddedPostgres>> Server = new(StartAsync);
    private static readonly SemaphoreSlim OneCopyAtATime = new(1);
    private static int _databases;

    /// <summary>A fresh database with every migration applied, copied from a template in a few tens of milliseconds.</summary>
    public static async Task<TestDatabase> CreateDatabaseAsync(string name)
    {
        var server = await Server.Value;
        var unique = $"{name.ToLowerInvariant()}_{Interlocked.Increment(ref _databases)}";

        // PostgreSQL refuses to copy a template that another session is copying.
        await OneCopyAtATime.WaitAsync();
        try
        {
            await ExecuteAsync(server.ConnectionString, $"create database \"{unique}\" template {Template}");
        }
        finally
        {
            OneCopyAtATime.Release();
        }

        return new TestDatabase(server.ConnectionString, ForDatabase(server, unique), unique);
    }

    /// <summary>A fresh database without any table of ours, for tests of the migrations themselves.</summary>
    public static async Task<TestDatabase> CreateEmptyDatabaseAsync(string name)
    {
        var server = await Server.Value;
        var unique = $"{name.ToLowerInvariant()}_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync(server.ConnectionString, $"create database \"{unique}\"");
        return new TestDatabase(server.ConnectionString, ForDatabase(server, unique), unique);
    }

    internal static async Task ExecuteAsync(string connectionString, string sql)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string ForDatabase(EmbeddedPostgres server, string database) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = database }.ConnectionString;

    private static async Task<EmbeddedPostgres> StartAsync()
    {
        // Not CreateTempSubdirectory: the server may run as another user, who must be able to enter this folder.
        var folder = Path.Combine(Path.GetTempPath(), $"commission-test-{Environment.ProcessId}-{Guid.NewGuid():N}"[..32]);
        Directory.CreateDirectory(folder);
        Watchdog.Watch(folder);
        var server = await EmbeddedPostgres.StartAsync(folder, CancellationToken.None);
        await ExecuteAsync(server.ConnectionString, $"create database {Template}");
        await Migrator.MigrateAsync(ForDatabase(server, Template), CancellationToken.None);
        return server;
    }
}
