using System.Diagnostics.CodeAnalysis;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Storage.GroupCommit;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Serialization;

namespace Commission.Storage.Ledger;

/// <summary>
/// The one writer of a book: gathers messages while the last append is in flight, then chains and appends them. While one
/// append commits, the next is already encoded and hashed on top of it.
/// </summary>
public sealed partial class BookWriter : IAsyncDisposable
{
    private const int MaxBatch = 4_096;
    private const int MaxPending = 65_536;
    private const int MaxCachedAccounts = 200_000;

    // An append waits for the disk as a command's commit does, and both wait for each other there: so a book that has
    // little to do gathers a moment before its next append. Nobody waits for a book.
    private const int EnoughToAppend = 512;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(5);

    private readonly BookStore _store;
    private readonly BookHold _hold;
    private readonly Serializer _serializer;
    private readonly TimeProvider _time;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private readonly HashSet<long> _known = [];
    private readonly Dictionary<AccountKey, StoredAccount> _accounts = [];
    private readonly Task _loop;
    private List<OutboxMessage> _pending = [];
    private TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BookHead _head;
    private TreeEdge _tree;
    private int _lastAccountId;
    private bool _stopping;

    private BookWriter(
        BookStore store, BookHold hold, TreeEdge tree, int lastAccountId, Serializer serializer, TimeProvider time, StorageMetrics metrics, ILogger logger)
    {
        (_store, _hold, _serializer, _time, _metrics, _logger) = (store, hold, serializer, time, metrics, logger);
        (_head, _tree, _lastAccountId) = (hold.Head, tree, lastAccountId);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Completes when the writer has stopped; faulted with <see cref="BookFencedException"/> when it was fenced.</summary>
    public Task Stopped => _loop;

    /// <summary>The hold under which it writes.</summary>
    public BookHold Hold => _hold;

    /// <summary>Takes the book over and starts.</summary>
    public static async Task<BookWriter> StartAsync(
        BookStore store, string book, Serializer serializer, TimeProvider time, StorageMetrics metrics, ILogger logger)
    {
        var hold = await store.OpenAsync(book);
        return new BookWriter(
            store, hold, await store.ReadEdgeAsync(hold, hold.Head), await store.ReadLastAccountIdAsync(hold), serializer, time, metrics, logger);
    }

    /// <summary>
    /// Queues messages; ones already queued are dropped. False when there is no room: they stay in the outbox and come
    /// again.
    /// </summary>
    public bool TryAdd(IReadOnlyList<OutboxMessage> messages)
    {
        lock (_gate)
        {
            if (_stopping || _pending.Count + messages.Count > MaxPending)
                return false;
            foreach (var message in messages)
            {
                if (_known.Add(message.Id))
                    _pending.Add(message);
            }
            if (_pending.Count > 0 && _arrived.CurrentCount == 0)
                _arrived.Release();
            return true;
        }
    }

    /// <summary>Waits until everything that was queued has been appended; fails when the writer stopped before.</summary>
    public Task WhenDrainedAsync()
    {
        lock (_gate)
            return _known.Count == 0 && !_drained.Task.IsFaulted ? Task.CompletedTask : _drained.Task;
    }

    /// <summary>Stops after the appends that are queued.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            if (_arrived.CurrentCount == 0)
                _arrived.Release();
        }
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _arrived.Dispose();
    }

    private sealed record Prepared(
        IReadOnlyList<OutboxMessage> Messages, BookHead From, BookAppend Append, Dictionary<AccountKey, int> AccountIds);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ended the writer, those who wait for it must learn it.")]
    private async Task RunAsync()
    {
        try
        {
            await AppendArrivingAsync();
        }
        catch (Exception error)
        {
            lock (_gate)
            {
                _stopping = true;
                _drained.TrySetException(error);
            }
            _drained.Task.Ignore();
            throw;
        }
    }

    private async Task AppendArrivingAsync()
    {
        (Task Commit, Prepared Work)? flying = null;
        while (true)
        {
            var messages = Take();
            if (messages.Count == 0)
            {
                if (flying is { } last)
                {
                    await FinishAsync(last.Commit, last.Work);
                    flying = null;
                    continue;
                }
                if (_stopping)
                    return;
                await _arrived.WaitAsync();
                await GatherAsync();
                continue;
            }
            if (_accounts.Count > MaxCachedAccounts)
            {
                // Cached heads run ahead of the commit in flight: only when it has landed may they be read again.
                if (flying is { } full)
                    await FinishAsync(full.Commit, full.Work);
                flying = null;
                _accounts.Clear();
            }
            var next = await PrepareAsync(messages);
            if (flying is { } before && !await FinishAsync(before.Commit, before.Work))
                next = await PrepareAsync(messages);
            flying = (CommitAsync(next), next);
        }
    }

    private async Task GatherAsync()
    {
        lock (_gate)
        {
            if (_stopping || _pending.Count >= EnoughToAppend)
                return;
        }
        await Task.Delay(Gathering);
    }

    private List<OutboxMessage> Take()
    {
        lock (_gate)
        {
            if (_pending.Count <= MaxBatch)
            {
                var all = _pending;
                _pending = [];
                return all;
            }
            var some = _pending.GetRange(0, MaxBatch);
            _pending.RemoveRange(0, MaxBatch);
            return some;
        }
    }

    private async Task<Prepared> PrepareAsync(List<OutboxMessage> messages)
    {
        var records = new List<BookRecord>(messages.Count * 2);
        foreach (var message in messages)
            records.AddRange(message.Records ?? _serializer.Deserialize<BookRecord[]>(message.Payload)!);
        var keys = BookMachine.AccountsOf(records);
        await LoadAccountsAsync(keys);
        var heads = keys.ToDictionary(key => key, key => _accounts[key].Head);
        var append = BookMachine.Append(_hold.Book, _head, _tree, heads, records, _time.GetUtcNow());
        var prepared = new Prepared(messages, _head, append, keys.ToDictionary(key => key, key => _accounts[key].Id));
        (_head, _tree) = (append.Head, append.Tree);
        foreach (var (key, head) in append.Accounts)
            _accounts[key] = _accounts[key] with { Head = head };
        return prepared;
    }

    private async Task LoadAccountsAsync(IReadOnlySet<AccountKey> keys)
    {
        var missing = keys.Where(key => !_accounts.ContainsKey(key)).ToList();
        if (missing.Count == 0)
            return;
        foreach (var (key, stored) in await _store.ReadAccountsAsync(_hold, missing))
            _accounts[key] = stored;
        foreach (var key in missing.Where(key => !_accounts.ContainsKey(key)))
            _accounts[key] = new StoredAccount(++_lastAccountId, default);
    }

    private Task CommitAsync(Prepared work) => _store.AppendAsync(
        _hold, work.From, work.Append, work.AccountIds, [.. work.Messages.Select(message => message.Id)]);

    /// <summary>
    /// Waits for a commit. False when it did not go as prepared: whatever was prepared on top of it must be prepared again.
    /// </summary>
    [SuppressMessage("Design", "CA1031", Justification = "An unknown outcome is resolved by reading back, whatever broke.")]
    private async Task<bool> FinishAsync(Task commit, Prepared work)
    {
        try
        {
            await commit;
        }
        catch (BookFencedException)
        {
            throw;
        }
        catch (Exception error)
        {
            LogAppendBroken(error, _hold.Book, work.Messages.Count);
            await RecoverAsync(work);
            return false;
        }
        Forget(work.Messages);
        _metrics.Appended(_hold.Book, work.Append.Leaves.Count);
        return true;
    }

    /// <summary>Reads back what the broken append did, drops what is consumed, and appends the rest alone.</summary>
    private async Task RecoverAsync(Prepared work)
    {
        var messages = work.Messages;
        for (var pause = 20; ; pause = Math.Min(pause * 2, 1_000))
        {
            try
            {
                // In this order: rows seen as consumed are surely behind the head that is read next.
                var waiting = await _store.ReadWaitingAsync([.. messages.Select(message => message.Id)]);
                var (head, held) = await _store.ReadHeadAsync(_hold);
                if (!held)
                    throw new BookFencedException(_hold.Book);
                Forget(messages.Where(message => !waiting.Contains(message.Id)));
                messages = [.. messages.Where(message => waiting.Contains(message.Id))];
                _accounts.Clear();
                _lastAccountId = await _store.ReadLastAccountIdAsync(_hold);
                (_head, _tree) = (head, await _store.ReadEdgeAsync(_hold, head));
                if (messages.Count == 0)
                    return;
                var again = await PrepareAsync([.. messages]);
                await CommitAsync(again);
                Forget(messages);
                _metrics.Appended(_hold.Book, again.Append.Leaves.Count);
                return;
            }
            catch (Exception error) when (IsPassing(error) && !Volatile.Read(ref _stopping))
            {
                LogAppendBroken(error, _hold.Book, messages.Count);
                await Task.Delay(pause);
            }
        }
    }

    /// <summary>Errors after which reading back again can succeed; any other ends the writer, and the next one starts afresh.</summary>
    private static bool IsPassing(Exception error) => error switch
    {
        PostgresException { SqlState: var state } => state[..2] is not ("22" or "23" or "42"),
        _ => error is NpgsqlException or OutboxConsumedException or TimeoutException or IOException,
    };

    private void Forget(IEnumerable<OutboxMessage> messages)
    {
        lock (_gate)
        {
            foreach (var message in messages)
                _known.Remove(message.Id);
            if (_known.Count > 0)
                return;
            _drained.TrySetResult();
            _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An append to {Book} of {Count} messages did not go through; reading back what it did")]
    private partial void LogAppendBroken(Exception error, string book, int count);
}
