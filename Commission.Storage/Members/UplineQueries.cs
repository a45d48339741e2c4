using Commission.Domain;
using Npgsql;

namespace Commission.Storage.Members;

/// <summary>The lock under which uplines change, across all processes.</summary>
public sealed class UplineQueries(NpgsqlDataSource dataSource) : IDisposable
{
    // Who waits for the lock has a connection: they must not take all that the process has.
    private const int MaxHolders = 8;

    private readonly SemaphoreSlim _free = new(MaxHolders);

    /// <summary>
    /// Holds the uplines as they are until disposed. A change excludes every other holder: two that are made at once could
    /// close a ring which neither would close alone.
    /// </summary>
    /// <param name="toChange">Whether somebody who may have others below gets another upline.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<UplineHold> HoldAsync(bool toChange, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand(
                toChange ? "select pg_advisory_xact_lock(hashtext('commission.uplines'))" : "select pg_advisory_xact_lock_shared(hashtext('commission.uplines'))", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new UplineHold(connection, _free);
        }
        catch
        {
            _free.Release();
            if (connection is not null)
                await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _free.Dispose();
}

/// <summary>Uplines that stay as they are until this is disposed.</summary>
public sealed class UplineHold : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly SemaphoreSlim _free;

    internal UplineHold(NpgsqlConnection connection, SemaphoreSlim free) => (_connection, _free) = (connection, free);

    /// <summary>How many levels stand below a contact, counted up to a number.</summary>
    public async Task<int> LevelsBelowAsync(ContactId contact, int atMost, CancellationToken cancellationToken)
    {
        Guid[] level = [contact.Value];
        for (var levels = 0; levels < atMost; levels++)
        {
            level = await BelowAsync(level, cancellationToken);
            if (level.Length == 0)
                return levels;
        }
        return atMost;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _free.Release();
    }

    private async Task<Guid[]> BelowAsync(Guid[] uplines, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select id from contact where upline = any($1)", _connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = uplines });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var below = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
            below.Add(TypedId.Parse<ContactId>(reader.GetString(0)).Value);
        return [.. below];
    }
}
