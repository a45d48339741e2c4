using Npgsql;

namespace Commission.Storage.Guarantees;

/// <summary>Opens connections whose tables are those of the scratch schema, and no others: docs/adr/0015.</summary>
public sealed class ScratchConnection(string appConnectionString)
{
    /// <summary>The schema.</summary>
    public const string Schema = "guarantee_scratch";

    /// <summary>Opens one. It is not pooled, so that nobody else ever gets its search path.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(appConnectionString) { Pooling = false, SearchPath = Schema, MaxAutoPrepare = 0 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
