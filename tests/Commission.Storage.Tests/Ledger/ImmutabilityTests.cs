using Commission.Testing;
using Npgsql;
using Xunit;

namespace Commission.Storage.Tests.Ledger;

/// <summary>What is in a book stays: the engine's role has no right to change it, and triggers refuse even the owner.</summary>
public sealed class ImmutabilityTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync("immutable");
        await using var scenario = new BookScenario(_database);
        var writer = await scenario.StartWriterAsync();
        writer.TryAdd(await scenario.OweAsync(5));
        await writer.WhenDrainedAsync();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("update book_entry set amount = 1")]
    [InlineData("delete from book_entry")]
    [InlineData("truncate book_entry")]
    [InlineData("delete from book_head")]
    [InlineData("truncate book_head cascade")]
    [InlineData("alter table book_entry disable trigger all")]
    [InlineData("drop table book_entry")]
    public async Task The_engine_role_may_not(string sql) => await AssertRefusedAsync(_database.AppConnectionString, sql);

    [Theory]
    [InlineData("update book_entry set amount = 1")]
    [InlineData("delete from book_entry")]
    [InlineData("truncate book_entry cascade")]
    [InlineData("delete from book_head")]
    [InlineData("truncate book_head cascade")]
    [InlineData("set session_replication_role = replica; delete from book_entry")]
    public async Task Triggers_refuse_the_owner(string sql) => await AssertRefusedAsync(_database.OwnerConnectionString, sql);

    private static async Task AssertRefusedAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }
}
