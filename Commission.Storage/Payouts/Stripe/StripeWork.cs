using Npgsql;

namespace Commission.Storage.Payouts.Stripe;

/// <summary>
/// One transaction about one subject. It holds the subject's lock, so that an event about it and the record of a request for it see each
/// other, whichever comes first.
/// </summary>
internal sealed class StripeWork : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly CancellationToken _cancellationToken;

    /// <summary>The subject until its lock is asked for, which the first statement does on its way.</summary>
    private string? _unlocked;

    private StripeWork(NpgsqlConnection connection, NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken) =>
        (_connection, _transaction, _unlocked, _cancellationToken) = (connection, transaction, subject, cancellationToken);

    public static async Task<StripeWork> BeginAsync(NpgsqlDataSource dataSource, string subject, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return new StripeWork(connection, await connection.BeginTransactionAsync(cancellationToken), subject, cancellationToken);
    }

    /// <summary>How many rows were written.</summary>
    public async Task<int> ExecuteAsync(string sql, params object[] parameters)
    {
        await using var batch = Batch(sql, parameters);
        return await batch.ExecuteNonQueryAsync(_cancellationToken);
    }

    public async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> row, params object[] parameters)
    {
        await using var batch = Batch(sql, parameters);
        await using var reader = await batch.ExecuteReaderAsync(_cancellationToken);
        if (batch.BatchCommands.Count > 1)
            await reader.NextResultAsync(_cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(_cancellationToken))
            rows.Add(row(reader));
        return rows;
    }

    public Task CommitAsync() => _transaction.CommitAsync(_cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    public static void Add(NpgsqlCommand command, IEnumerable<object> parameters) => Add(command.Parameters, parameters);

    public static async Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(row(reader));
        return rows;
    }

    private NpgsqlBatch Batch(string sql, object[] parameters)
    {
        var batch = new NpgsqlBatch(_connection, _transaction);
        if (_unlocked is not null)
            Add(batch, "select pg_advisory_xact_lock(hashtextextended('stripe/' || $1, 0))", [_unlocked]);
        _unlocked = null;
        Add(batch, sql, parameters);
        return batch;
    }

    private static void Add(NpgsqlBatch batch, string sql, object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        Add(command.Parameters, parameters);
        batch.BatchCommands.Add(command);
    }

    private static void Add(NpgsqlParameterCollection collection, IEnumerable<object> parameters)
    {
        foreach (var parameter in parameters)
            collection.Add(parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter });
    }
}
