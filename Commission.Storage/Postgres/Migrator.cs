using Npgsql;

namespace Commission.Storage.Postgres;

/// <summary>A migration that this database has already applied was edited afterwards.</summary>
public sealed class MigrationChangedException(string fileName) : Exception(
    $"Migration {fileName} was changed after this database had applied it. Restore the released file and put the change into a new migration.");

/// <summary>The database was migrated by a newer release than this one.</summary>
public sealed class DatabaseTooNewException(int number, string name) : Exception(
    $"The database has migration {number:000}_{name}, which this release does not know. Run the release that made it, or a newer one.");

public static class Migrator
{
    // Any constant will do, as long as every release uses the same one.
    private const long AdvisoryLock = 0x636f6d6d_69737369;

    /// <summary>Brings the database up to this release. Any number of processes may call it at once.</summary>
    public static Task MigrateAsync(string connectionString, CancellationToken cancellationToken) =>
        MigrateAsync(connectionString, Migration.OfThisRelease(), cancellationToken);

    internal static async Task MigrateAsync(
        string connectionString, IReadOnlyList<Migration> migrations, CancellationToken cancellationToken)
    {
        // Not pooled, so that closing the session frees the lock whatever happens. No time limit: others may be at work.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_lock({AdvisoryLock})", cancellationToken);
        await ExecuteAsync(
            connection,
            """
            create table if not exists schema_migration (
                number     integer primary key,
                name       text not null,
                checksum   text not null,
                applied_at timestamptz not null default now()
            )
            """,
            cancellationToken);
        var applied = await ReadAppliedAsync(connection, cancellationToken);
        Verify(applied, migrations);
        foreach (var migration in migrations.Where(m => !applied.ContainsKey(m.Number)))
            await ApplyAsync(connection, migration, cancellationToken);
    }

    private static void Verify(Dictionary<int, (string Name, string Checksum)> applied, IReadOnlyList<Migration> migrations)
    {
        foreach (var (number, (name, checksum)) in applied.OrderBy(a => a.Key))
        {
            var ours = migrations.FirstOrDefault(m => m.Number == number)
                ?? throw new DatabaseTooNewException(number, name);
            if (ours.Checksum != checksum)
                throw new MigrationChangedException(ours.FileName);
        }
    }

    private static async Task<Dictionary<int, (string Name, string Checksum)>> ReadAppliedAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<int, (string, string)>();
        await using var command = new NpgsqlCommand("select number, name, checksum from schema_migration", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetInt32(0), (reader.GetString(1), reader.GetString(2)));
        return applied;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, migration.Sql, cancellationToken);
        await using var command = new NpgsqlCommand(
            "insert into schema_migration (number, name, checksum) values ($1, $2, $3)", connection, transaction)
        {
            Parameters =
            {
                new() { Value = migration.Number },
                new() { Value = migration.Name },
                new() { Value = migration.Checksum },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
