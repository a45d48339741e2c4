using Npgsql;

namespace Commission.Storage.Rules;

/// <summary>Which verticals there are.</summary>
public sealed class VerticalQueries(NpgsqlDataSource dataSource)
{
    /// <summary>Codes in order.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select code from vertical where payload is not null order by code");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var codes = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            codes.Add(reader.GetString(0));
        return codes;
    }
}
