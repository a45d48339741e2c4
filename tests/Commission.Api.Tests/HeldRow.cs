using Commission.Domain;
using Commission.Testing;
using Npgsql;

namespace Commission.Api.Tests;

/// <summary>Holds a deal's row in a transaction of the test's own: whoever commits a write of that deal waits.</summary>
internal sealed class HeldRow : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly NpgsqlConnection _connection;

    private HeldRow(TestDatabase database)
    {
        _database = database;
        _connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.OwnerConnectionString) { Pooling = false }.ConnectionString);
    }

    public static async Task<HeldRow> HoldAsync(TestDatabase database, DealId deal)
    {
        var held = new HeldRow(database);
        await held._connection.OpenAsync();
        await held.ExecuteAsync($"begin; select 1 from deal where id = '{deal}' for update");
        return held;
    }

    public Task SomebodyWaitsAsync() => Eventually.BecomesTrueAsync(
        () => _database.ScalarAsync<bool>($"select exists (select from pg_stat_activity where {_connection.ProcessID} = any(pg_blocking_pids(pid)))"),
        "a commit waits for the row");

    public Task ReleaseAsync() => ExecuteAsync("commit");

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }
}
