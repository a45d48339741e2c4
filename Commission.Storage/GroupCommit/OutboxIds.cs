using Npgsql;

namespace Commission.Storage.GroupCommit;

/// <summary>Outbox ids, taken from the database in blocks: unique across processes, known before the row is written.</summary>
internal sealed class OutboxIds(NpgsqlDataSource dataSource) : IDisposable
{
    private const long BlockSize = 10_000;
    private readonly SemaphoreSlim _refill = new(1, 1);
    private readonly Lock _gate = new();
    private long _next;
    private long _end;

    /// <summary>The first of <paramref name="count"/> consecutive ids.</summary>
    public async ValueTask<long> TakeAsync(int count)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_next + count <= _end)
                {
                    _next += count;
                    return _next - count;
                }
            }
            await RefillAsync(count);
        }
    }

    public void Dispose() => _refill.Dispose();

    private async Task RefillAsync(int count)
    {
        await _refill.WaitAsync();
        try
        {
            lock (_gate)
            {
                if (_next + count <= _end)
                    return;
            }
            await using var command = dataSource.CreateCommand("select nextval('outbox_block')");
            var block = (long)(await command.ExecuteScalarAsync())!;
            lock (_gate)
                (_next, _end) = (block * BlockSize, (block + 1) * BlockSize);
        }
        finally
        {
            _refill.Release();
        }
    }
}
