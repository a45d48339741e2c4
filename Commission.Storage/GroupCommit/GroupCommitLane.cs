using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Orleans.Storage;

namespace Commission.Storage.GroupCommit;

/// <summary>A write on its way into the next commit.</summary>
internal sealed class PendingWrite(string id, int version, byte[]? payload, object state, IReadOnlyList<OutboxMessage> outbox)
{
    public string Id { get; } = id;
    public int Version { get; } = version;
    public byte[]? Payload { get; } = payload;
    public object State { get; } = state;
    public IReadOnlyList<OutboxMessage> Outbox { get; } = outbox;
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// One connection that commits: while a commit is in flight, the writes that arrive gather, and go out together as the next
/// one. There is no timer; a batch is as large as the load makes it.
/// </summary>
internal sealed partial class GroupCommitLane : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly StateTable _table;
    private readonly GroupCommitOptions _options;
    private readonly IOutboxPublisher _publisher;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Channel<PendingWrite> _queue;
    private readonly List<PendingWrite> _batch = [];
    private readonly string _writeSql;
    private readonly Task _loop;
    private NpgsqlConnection? _connection;
    private NpgsqlCommand? _command;
    private volatile bool _stopping;

    public GroupCommitLane(
        NpgsqlDataSource dataSource, StateTable table, GroupCommitOptions options, IOutboxPublisher publisher, StorageMetrics metrics, ILogger logger)
    {
        (_dataSource, _table, _options, _publisher, _metrics, _logger) = (dataSource, table, options, publisher, metrics, logger);
        _writeSql = table.WriteSql();
        _queue = Channel.CreateBounded<PendingWrite>(
            new BoundedChannelOptions(options.QueueCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Queues a write; it is done when its commit is durable.</summary>
    /// <exception cref="StorageBusyException">The queue is full.</exception>
    public Task WriteAsync(PendingWrite write) => _queue.Writer.TryWrite(write) ? write.Done.Task : throw new StorageBusyException();

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _queue.Writer.TryComplete();
        await _loop;
        await DropConnectionAsync();
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            _batch.Clear();
            while (_batch.Count < _options.MaxBatch && _queue.Reader.TryRead(out var write))
                _batch.Add(write);
            await CommitAsync(_batch);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever fails, the writers must be told and the lane must live on.")]
    private async Task CommitAsync(List<PendingWrite> batch)
    {
        try
        {
            await ExecuteAsync(batch);
            _metrics.Committed(_table.Name, batch.Count);
            Complete(batch);
        }
        catch (PostgresException error) when (IsContent(error))
        {
            await SeparateAsync(batch, error);
        }
        catch (Exception error)
        {
            LogCommitBroken(error, _table.Name, batch.Count);
            await RecoverAsync(batch, error);
        }
    }

    /// <summary>A conflict of one write aborts the whole batch: written one by one, only that one fails.</summary>
    private async Task SeparateAsync(List<PendingWrite> batch, PostgresException error)
    {
        if (batch.Count == 1)
        {
            batch[0].Done.TrySetException(Translate(batch[0], error));
            return;
        }
        foreach (var write in batch.ToArray())
            await CommitAsync([write]);
    }

    private Exception Translate(PendingWrite write, PostgresException error) => error.SqlState switch
    {
        PostgresErrorCodes.DivisionByZero => new InconsistentStateException(
            $"{_table.Name} {write.Id} is not at version {write.Version - 1}.", "?", (write.Version - 1).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        PostgresErrorCodes.UniqueViolation => new DuplicateKeyException(error.ConstraintName ?? "?", error),
        _ => error,
    };

    /// <summary>Errors that the rows themselves cause; all others leave the outcome open.</summary>
    private static bool IsContent(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.DivisionByZero || error.SqlState.StartsWith("22", StringComparison.Ordinal)
        || error.SqlState.StartsWith("23", StringComparison.Ordinal) || error.SqlState.StartsWith("42", StringComparison.Ordinal);

    private void Complete(IReadOnlyList<PendingWrite> writes)
    {
        var messages = writes.SelectMany(write => write.Outbox).ToArray();
        if (messages.Length > 0)
            _publisher.Publish(messages);
        foreach (var write in writes)
            write.Done.TrySetResult();
    }

    private async Task ExecuteAsync(List<PendingWrite> batch)
    {
        var command = _command ?? await ConnectAsync();
        var parameters = command.Parameters;
        parameters[0].Value = batch.ConvertAll(write => write.Id);
        parameters[1].Value = batch.ConvertAll(write => write.Version);
        parameters[2].Value = batch.ConvertAll(write => write.Payload);
        parameters[3].Value = (long)batch.Count;
        var outbox = batch.SelectMany(write => write.Outbox).ToList();
        parameters[4].Value = outbox.ConvertAll(message => message.Id);
        parameters[5].Value = outbox.ConvertAll(message => message.Book);
        parameters[6].Value = outbox.ConvertAll(message => message.Payload);
        var states = batch.ConvertAll(write => write.State);
        for (var i = 0; i < _table.Columns.Count; i++)
            parameters[7 + i].Value = _table.Columns[i].ToArray(states);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<NpgsqlCommand> ConnectAsync()
    {
        _connection = await _dataSource.OpenConnectionAsync();
        _command = new NpgsqlCommand(_writeSql, _connection);
        NpgsqlDbType[] types =
        [
            NpgsqlDbType.Array | NpgsqlDbType.Text, NpgsqlDbType.Array | NpgsqlDbType.Integer, NpgsqlDbType.Array | NpgsqlDbType.Bytea,
            NpgsqlDbType.Bigint,
            NpgsqlDbType.Array | NpgsqlDbType.Bigint, NpgsqlDbType.Array | NpgsqlDbType.Text, NpgsqlDbType.Array | NpgsqlDbType.Bytea,
            .. _table.Columns.Select(column => NpgsqlDbType.Array | column.Type),
        ];
        foreach (var type in types)
            _command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        await _command.PrepareAsync();
        return _command;
    }

    private async Task DropConnectionAsync()
    {
        if (_command is not null)
            await _command.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
        (_command, _connection) = (null, null);
    }

    /// <summary>
    /// The connection broke, so the commit may or may not have happened. Reading back decides: a row that holds our version
    /// and our bytes is ours; a row before it is written again (a commit that still runs on the server makes that a
    /// conflict, and the next reading finds it). Never a blind retry.
    /// </summary>
    [SuppressMessage("Design", "CA1031", Justification = "Every failure is retried until the time is up, then told to the writers.")]
    private async Task RecoverAsync(List<PendingWrite> batch, Exception cause)
    {
        var deadline = Environment.TickCount64 + (long)_options.RecoveryTimeout.TotalMilliseconds;
        List<PendingWrite> open = [.. batch];
        for (var pause = 20; ; pause = Math.Min(pause * 2, 1_000))
        {
            try
            {
                await DropConnectionAsync();
                await ResolveAsync(open);
                return;
            }
            catch (Exception error) when (Environment.TickCount64 < deadline && !_stopping)
            {
                LogStillBroken(error, _table.Name, open.Count);
            }
            catch (Exception)
            {
                foreach (var write in open)
                    write.Done.TrySetException(new TimeoutException("The outcome of a commit is unknown: the database does not answer.", cause));
                return;
            }
            open.RemoveAll(write => write.Done.Task.IsCompleted);
            await Task.Delay(pause);
        }
    }

    private async Task ResolveAsync(List<PendingWrite> open)
    {
        var rows = await GroupReader.QueryAsync(_dataSource, _table, [.. open.Select(write => write.Id)]);
        List<PendingWrite> committed = [], missing = [];
        foreach (var write in open)
        {
            if (IsOurs(rows.GetValueOrDefault(write.Id), write))
                committed.Add(write);
            else
                missing.Add(write);
        }
        Complete(committed);
        foreach (var write in missing)
        {
            try
            {
                await ExecuteAsync([write]);
                Complete([write]);
            }
            catch (PostgresException error) when (IsContent(error))
            {
                var row = (await GroupReader.QueryAsync(_dataSource, _table, [write.Id])).GetValueOrDefault(write.Id);
                if (IsOurs(row, write))
                    Complete([write]);
                else
                    write.Done.TrySetException(Translate(write, error));
            }
        }
    }

    private static bool IsOurs(StoredState? row, PendingWrite write) =>
        row?.Version == write.Version && row.Payload.AsSpan().SequenceEqual(write.Payload);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A commit of {Count} {Table} states broke; reading back what it did")]
    private partial void LogCommitBroken(Exception error, string table, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} {Table} states are still undecided")]
    private partial void LogStillBroken(Exception error, string table, int count);
}
