using Commission.Domain;
using Npgsql;

namespace Commission.Storage.Deals;

/// <summary>Finds the deal that a business key stands for.</summary>
public sealed class BusinessKeyQueries(NpgsqlDataSource dataSource)
{
    /// <summary>The deal, or null when the key is free.</summary>
    public async Task<DealId?> FindAsync(ContactId caller, string businessKey, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select id from deal where caller = $1 and business_key = $2");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = caller.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = businessKey });
        return await command.ExecuteScalarAsync(cancellationToken) is string id ? TypedId.Parse<DealId>(id) : null;
    }
}
