using Commission.Storage.Postgres;
using Npgsql;

namespace Commission.Testing;

/// <summary>A database of one test file; disposing drops it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _serverConnectionString;
    private readonly string _name;

    internal TestDatabase(string serverConnectionString, string ownerConnectionString, string name)
    {
        (_serverConnectionString, _name) = (serverConnectionString, name);
        OwnerConnectionString = ownerConnectionString;
        AppConnectionString = ConnectionStrings.AsApp(ownerConnectionString);
    }

    public string OwnerConnectionString { get; }

    /// <summary>What the engine uses: the rights of the app role only.</summary>
    public string AppConnectionString { get; }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Unpooled(OwnerConnectionString));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connectionString in new[] { OwnerConnectionString, AppConnectionString })
        {
            await using var connection = new NpgsqlConnection(connectionString);
            NpgsqlConnection.ClearPool(connection);
        }

        await TestPostgres.ExecuteAsync(_serverConnectionString, $"drop database if exists \"{_name}\" with (force)");
    }

    private static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
}
