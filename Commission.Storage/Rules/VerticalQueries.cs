using Npgsql;

namespace Commission.Storage.Rules;

/// <summary>Which verticals there are.</summary>
public sealed class VerticalQueries(NpgsqlDataSource dataSource)
{
    private const string KeyPrefix = "vertical:";

    /// <summary>Codes in order.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select substr(grainidextensionstring, length($1) + 1) from orleansstorage
            where grainidextensionstring like $1 || '%' and payloadbinary is not null
            order by 1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = KeyPrefix });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var codes = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            codes.Add(reader.GetString(0));
        return codes;
    }
}
