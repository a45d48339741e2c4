using System.Globalization;
using Commission.Domain.Ledger;
using Npgsql;
using NpgsqlTypes;
using Orleans.Serialization;
using Orleans.Storage;

namespace Commission.Storage.GroupCommit;

/// <summary>
/// A state with rows of its own: rows, state and what it owes the books become durable together, or nothing of them. The version of
/// the state is the fence: of two activations only one commits.
/// </summary>
public abstract class RowTransaction : IAsyncDisposable
{
    private readonly Serializer _serializer;
    private readonly IOutboxPublisher _publisher;
    private readonly OutboxIds _outboxIds;

    private protected RowTransaction(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Serializer serializer, IOutboxPublisher publisher, OutboxIds outboxIds) =>
        (Connection, Transaction, _serializer, _publisher, _outboxIds) = (connection, transaction, serializer, publisher, outboxIds);

    private protected NpgsqlConnection Connection { get; }

    private protected NpgsqlTransaction Transaction { get; }

    /// <summary>Waits until no payout is being drafted: whoever holds this sees what those before it took, and nobody takes more.</summary>
    public Task HoldDraftsAsync(CancellationToken cancellationToken = default) =>
        ExecuteAsync("select pg_advisory_xact_lock(hashtextextended('payout-draft', 0))", [], cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Transaction.DisposeAsync();
        await Connection.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes the state with what it owes the books, and commits all of it.</summary>
    /// <exception cref="InconsistentStateException">The state has moved on since it was read.</exception>
    private protected async Task CommitAsync<TState>(
        StateTable table, string id, TState next, int version, IEnumerable<(string Book, IReadOnlyList<BookRecord> Records)> outbox,
        CancellationToken cancellationToken) where TState : new()
    {
        var messages = await OutboxMessages.MakeAsync(_serializer, _outboxIds, outbox);
        var journaled = new Journaled<TState> { State = next };
        List<object> states = [journaled];
        object[] parameters =
        [
            new[] { id }, new[] { version }, new[] { _serializer.SerializeToArray(journaled) }, 1L,
            messages.Select(message => message.Id).ToArray(), messages.Select(message => message.Book).ToArray(),
            messages.Select(message => message.Payload).ToArray(),
        ];
        await using var command = new NpgsqlCommand(table.WriteSql(), Connection, Transaction);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        foreach (var column in table.Columns)
            command.Parameters.Add(new NpgsqlParameter { Value = column.ToArray(states), NpgsqlDbType = NpgsqlDbType.Array | column.Type });
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            throw Stale(id, version - 1);
        }
        await Transaction.CommitAsync(cancellationToken);
        if (messages.Count > 0)
            _publisher.Publish(messages);
    }

    private protected static InconsistentStateException Stale(string id, int version) =>
        new($"{id} is not at version {version}.", "?", version.ToString(CultureInfo.InvariantCulture));

    private protected async Task<int> ExecuteAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, Connection, Transaction);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
