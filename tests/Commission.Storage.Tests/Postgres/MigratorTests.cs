using Commission.Storage.Postgres;
using Commission.Testing;
using Xunit;

namespace Commission.Storage.Tests.Postgres;

public sealed class MigratorTests : IAsyncLifetime
{
    private static readonly Migration First = Migration.Parse("001_first.sql", "create table first (a int);\n");
    private static readonly Migration Second = Migration.Parse("002_second.sql", "create table second (a int);\n");
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestPostgres.CreateEmptyDatabaseAsync("migrator");

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Ten_processes_that_start_together_apply_each_migration_once()
    {
        var release = Migration.OfThisRelease();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            Task.Run(() => Migrator.MigrateAsync(_database.OwnerConnectionString, CancellationToken.None))));

        Assert.Equal(release.Count, await CountAsync("schema_migration"));
        Assert.Equal(Enumerable.Range(1, release.Count), release.Select(m => m.Number));
    }

    [Fact]
    public async Task Only_what_is_missing_is_applied()
    {
        await MigrateAsync(First);
        await MigrateAsync(First, Second);

        Assert.Equal(2, await CountAsync("schema_migration"));
        Assert.Equal(0, await CountAsync("second"));
    }

    [Fact]
    public async Task An_edited_migration_is_refused_by_name()
    {
        await MigrateAsync(First);
        var edited = Migration.Parse("001_first.sql", "create table first (b int);\n");

        var refusal = await Assert.ThrowsAsync<MigrationChangedException>(() => MigrateAsync(edited, Second));

        Assert.Contains("001_first.sql", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync("schema_migration"));
    }

    [Fact]
    public async Task Line_ends_do_not_count_as_an_edit()
    {
        await MigrateAsync(First);

        await MigrateAsync(Migration.Parse("001_first.sql", "create table first (a int);\r\n"));
    }

    [Fact]
    public async Task A_database_of_a_newer_release_is_refused()
    {
        await MigrateAsync(First, Second);

        var refusal = await Assert.ThrowsAsync<DatabaseTooNewException>(() => MigrateAsync(First));

        Assert.Contains("002_second", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        var broken = Migration.Parse("002_second.sql", "create table second (a int); select 1 / 0;");

        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => MigrateAsync(First, broken));
        await MigrateAsync(First, Second);

        Assert.Equal(2, await CountAsync("schema_migration"));
    }

    private Task MigrateAsync(params Migration[] migrations) =>
        Migrator.MigrateAsync(_database.OwnerConnectionString, migrations, CancellationToken.None);

    private Task<long> CountAsync(string table) => _database.ScalarAsync<long>($"select count(*) from {table}");
}
