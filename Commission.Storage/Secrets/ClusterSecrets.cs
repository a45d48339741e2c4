using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;

namespace Commission.Storage.Secrets;

/// <summary>Random secrets that all processes of a system share; the first that asks makes one.</summary>
public sealed class ClusterSecrets(NpgsqlDataSource dataSource)
{
    private readonly ConcurrentDictionary<string, byte[]> _known = new(StringComparer.Ordinal);

    /// <summary>The secret's 32 bytes.</summary>
    public async ValueTask<byte[]> GetAsync(string name)
    {
        if (_known.TryGetValue(name, out var known))
            return known;
        await using (var insert = dataSource.CreateCommand("insert into secret (name, value) values ($1, $2) on conflict do nothing"))
        {
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = RandomNumberGenerator.GetBytes(32) });
            await insert.ExecuteNonQueryAsync();
        }
        await using var select = dataSource.CreateCommand("select value from secret where name = $1");
        select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        return _known[name] = (byte[])(await select.ExecuteScalarAsync())!;
    }
}
