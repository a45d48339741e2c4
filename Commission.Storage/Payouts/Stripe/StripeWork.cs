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

    private StripeWork(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (_connection, _transaction, _cancellationToken) = (connection, transaction, cancellationToken);

    public static async Task<StripeWork> BeginAsync(NpgsqlDataSource dataSource, string subject, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var work = new StripeWork(connection, await connection.BeginTransactionAsync(cancellationToken), cancellationToken);
        await work.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended('stripe/' || $1, 0))", subject);
        return work;
    }

    public async Task<int> ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(_cancellationToken);
    }

    public async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> row, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await ReadAsync(command, row, _cancellationToken);
    }

    public Task CommitAsync() => _transaction.CommitAsync(_cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    public static void Add(NpgsqlCommand command, IEnumerable<object> parameters)
    {
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter });
    }

    public static async Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(row(reader));
        return rows;
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, _connection, _transaction);
        Add(command, parameters);
        return command;
    }
}
