using Commission.Storage.Postgres;
using Commission.Testing;
using Npgsql;
using Xunit;

namespace Commission.Storage.Tests.Postgres;

public sealed class ConnectionStringsTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync("roles");

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("drop table orleansstorage")]
    [InlineData("truncate orleansstorage")]
    [InlineData("alter table orleansstorage add column sly int")]
    [InlineData("create table sly (a int)")]
    [InlineData("insert into schema_migration (number, name, checksum) values (999, 'sly', '')")]
    [InlineData("select * from schema_migration")]
    [InlineData("update orleansquery set querytext = 'select 1'")]
    [InlineData("create role sly superuser")]
    public async Task The_app_role_may_not(string sql)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    [Theory]
    [InlineData("orleansstorage")]
    [InlineData("orleansmembershiptable")]
    [InlineData("orleansmembershipversiontable")]
    [InlineData("orleansreminderstable")]
    public async Task The_app_role_may_change_rows_of(string table)
    {
        await ExecuteAsync($"select count(*) from {table}");
        await ExecuteAsync($"delete from {table}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_from_the_pool_is_still_the_app_role(bool noResetOnClose)
    {
        var single = new NpgsqlConnectionStringBuilder(_database.AppConnectionString)
        {
            MaxPoolSize = 1,
            NoResetOnClose = noResetOnClose,
        };
        await using var source = NpgsqlDataSource.Create(single.ConnectionString);
        for (var use = 0; use < 3; use++)
        {
            await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand("select current_user::text", connection);
            Assert.Equal(ConnectionStrings.AppRole, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_transaction_left_open_is_rolled_back_when_its_connection_returns_to_the_pool()
    {
        var single = new NpgsqlConnectionStringBuilder(_database.AppConnectionString) { MaxPoolSize = 1 };
        await using var source = NpgsqlDataSource.Create(single.ConnectionString);
        await using (var careless = await source.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var command = new NpgsqlCommand(
                "begin; insert into orleansmembershipversiontable (deploymentid) values ('left open')", careless);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var next = source.CreateCommand("select count(*) from orleansmembershipversiontable");
        Assert.Equal(0L, await next.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void What_the_operator_set_is_kept()
    {
        var app = new NpgsqlConnectionStringBuilder(
            ConnectionStrings.AsApp("Host=db;Maximum Pool Size=7;Options=-c statement_timeout=5s"));

        Assert.Equal(7, app.MaxPoolSize);
        Assert.Equal("-c statement_timeout=5s -c role=commission_app", app.Options);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.AppConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
