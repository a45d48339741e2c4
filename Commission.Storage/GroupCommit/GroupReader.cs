using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Npgsql;

namespace Commission.Storage.GroupCommit;

/// <summary>
/// Reads that arrive while a query is in flight go out together as the next one: thousands of activations at once cost one
/// round trip per batch, not one each. A read sees every commit that was acknowledged before it was asked for.
/// </summary>
internal sealed class GroupReader : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly StateTable _table;
    private readonly int _maxBatch;

    // Without a bound of its own: behind each read stands one activation that waits for it.
    private readonly Channel<PendingRead> _queue = Channel.CreateUnbounded<PendingRead>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _loop;

    public GroupReader(NpgsqlDataSource dataSource, StateTable table, int maxBatch)
    {
        (_dataSource, _table, _maxBatch) = (dataSource, table, maxBatch);
        _loop = Task.Run(RunAsync);
    }

    private sealed record PendingRead(string Id)
    {
        public TaskCompletionSource<StoredState?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The row, or null where there is none.</summary>
    public Task<StoredState?> ReadAsync(string id)
    {
        var read = new PendingRead(id);
        return _queue.Writer.TryWrite(read) ? read.Done.Task : throw new ObjectDisposedException(nameof(GroupReader));
    }

    /// <summary>One query for many rows; those that are not there are missing from the answer.</summary>
    public static async Task<Dictionary<string, StoredState>> QueryAsync(NpgsqlDataSource dataSource, StateTable table, string[] ids)
    {
        var rows = new Dictionary<string, StoredState>(ids.Length, StringComparer.Ordinal);
        await using var command = dataSource.CreateCommand(table.ReadSql);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = ids });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows[reader.GetString(0)] = new StoredState(reader.GetInt32(1), await reader.IsDBNullAsync(2) ? null : reader.GetFieldValue<byte[]>(2));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        var batch = new List<PendingRead>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < _maxBatch && _queue.Reader.TryRead(out var read))
                batch.Add(read);
            await ReadAsync(batch);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever fails, the readers must be told and the loop must live on.")]
    private async Task ReadAsync(List<PendingRead> batch)
    {
        try
        {
            var rows = await QueryAsync(_dataSource, _table, [.. batch.Select(read => read.Id)]);
            foreach (var read in batch)
                read.Done.TrySetResult(rows.GetValueOrDefault(read.Id));
        }
        catch (Exception error)
        {
            foreach (var read in batch)
                read.Done.TrySetException(error);
        }
    }
}

/// <summary>A state as its row holds it.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Payload">Its bytes; null where it was cleared.</param>
internal sealed record StoredState(int Version, byte[]? Payload);
