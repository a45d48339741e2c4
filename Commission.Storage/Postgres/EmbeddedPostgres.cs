using Npgsql;

namespace Commission.Storage.Postgres;

/// <summary>
/// A private PostgreSQL server under a data directory, for running the whole engine on one machine without configuration.
/// The server is a process of its own: when ours is killed it may live on, and the next start adopts it.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private readonly DataDirectoryLock _lock;
    private readonly PostgresServer _server;
    private bool _disposed;

    private EmbeddedPostgres(DataDirectoryLock dataDirectoryLock, PostgresServer server, string connectionString) =>
        (_lock, _server, ConnectionString) = (dataDirectoryLock, server, connectionString);

    /// <summary>Logs in as the owner of the database <c>commission</c> (a superuser of this private server).</summary>
    public string ConnectionString { get; }

    /// <summary>The server's own data folder (PGDATA), for tools such as pg_dump and for tests.</summary>
    public string ClusterDirectory => _server.Folder.Cluster;

    /// <summary>The process number of the server that answers <see cref="ConnectionString"/>.</summary>
    public int ServerProcessId => PostmasterFile.Read(ClusterDirectory)?.ProcessId ?? 0;

    /// <exception cref="PostgresNotFoundException">No usable PostgreSQL programs on this machine.</exception>
    /// <exception cref="DataDirectoryInUseException">Another live engine holds the data directory.</exception>
    /// <exception cref="PostgresStartException">The server could not be made or started.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        var fullPath = Path.GetFullPath(dataDirectory);
        Directory.CreateDirectory(fullPath);
        var dataDirectoryLock = DataDirectoryLock.Take(fullPath);
        try
        {
            var server = await PostgresServer.FindAsync(fullPath, cancellationToken);
            await server.EnsureRunningAsync(cancellationToken);
            var connectionString = await EnsureDatabaseAsync(server, cancellationToken);
            return new EmbeddedPostgres(dataDirectoryLock, server, connectionString);
        }
        catch (UnauthorizedAccessException e)
        {
            dataDirectoryLock.Dispose();
            throw new PostgresStartException(
                $"The data directory '{fullPath}' belongs to another user ({e.Message}). Run the engine as that user.", e);
        }
        catch
        {
            dataDirectoryLock.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            await _server.StopAsync();
        }
        finally
        {
            _lock.Dispose();
        }
    }

    /// <summary>What the operating system does when this process is killed: the lock goes, the server stays.</summary>
    internal void Abandon()
    {
        _disposed = true;
        _lock.Dispose();
    }

    private static async Task<string> EnsureDatabaseAsync(PostgresServer server, CancellationToken cancellationToken)
    {
        var commission = server.ConnectionStringFor("commission");
        if (await DatabaseExistsAsync(commission, cancellationToken))
            return commission;
        await using var connection = new NpgsqlConnection(Unpooled(server.ConnectionStringFor("postgres")));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("create database commission", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return commission;
    }

    private static async Task<bool> DatabaseExistsAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(Unpooled(connectionString));
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            return false;
        }
    }

    private static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
}
