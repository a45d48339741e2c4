using Commission.Domain.Payouts;
using Commission.Storage.GroupCommit;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Payouts;

/// <summary>Batches in PostgreSQL: a state and its rows, changed in one transaction.</summary>
public sealed class PayoutStore(NpgsqlDataSource dataSource, Serializer serializer, IOutboxPublisher publisher) : IDisposable
{
    private readonly OutboxIds _outboxIds = new(dataSource);

    /// <summary>The batch's state and its version; the empty state at version 0 when there is none.</summary>
    public async Task<(PayoutBatchState State, int Version)> ReadAsync(PayoutBatchId id, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(PayoutBatchTable.Table.ReadSql);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [id.ToString()] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (serializer.Deserialize<Journaled<PayoutBatchState>>(reader.GetFieldValue<byte[]>(2))!.State, reader.GetInt32(1))
            : (new PayoutBatchState(), 0);
    }

    /// <summary>Begins a transaction.</summary>
    public async Task<PayoutTransaction> BeginAsync(CancellationToken cancellationToken = default)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return new PayoutTransaction(connection, await connection.BeginTransactionAsync(cancellationToken), serializer, publisher, _outboxIds);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _outboxIds.Dispose();
}
