using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Storage.GroupCommit;
using Commission.Storage.Tests.GrainStorage;
using Commission.Testing;
using Npgsql;
using NpgsqlTypes;

namespace Commission.Storage.Tests.GroupCommit;

/// <summary>
/// One lane on a table of its own, whose writes can be held back: a transaction of ours locks the row of a decoy grain, so
/// that the lane's commit waits and everything written meanwhile becomes one batch.
/// </summary>
internal sealed class GroupCommitScenario : IAsyncDisposable
{
    private const string Table = "keyed";
    private readonly TestDatabase _database;
    private readonly StorageParts _parts;
    private NpgsqlConnection? _lock;
    private Task<Written>? _held;

    private GroupCommitScenario(TestDatabase database, StorageParts parts, GroupCommitStorage storage) =>
        (_database, _parts, Storage) = (database, parts, storage);

    public GroupCommitStorage Storage { get; }

    public IReadOnlyList<OutboxMessage> Published => _parts.Published.Messages;

    public static async Task<GroupCommitScenario> OpenAsync(TestDatabase database, string? connectionString = null, int capacity = 1_000)
    {
        await StateTables.MakeAsync(database, Table);
        await database.ScalarAsync<object>($"alter table {Table} add column if not exists business_key text constraint one_key unique");
        var parts = new StorageParts(connectionString ?? database.AppConnectionString);
        var table = new StateTable(Table, [StateColumn.Of<Journaled<Note>, string?>("business_key", NpgsqlDbType.Text, "text", note => KeyOf(note.State))]);
        return new GroupCommitScenario(
            database, parts, parts.Storage(new GroupCommitOptions { Lanes = 1, QueueCapacity = capacity }, table));
    }

    public static bool IsCommit(string sql) => sql.Contains($"insert into {Table}", StringComparison.Ordinal);

    public async Task<Written> WriteAsync(string grain, string text, string? version = null, int records = 1)
    {
        var journaled = new Journaled<Note> { State = new Note { Text = text }, Outbox = Records(records) };
        var state = new GrainState<Journaled<Note>>(journaled, version!) { RecordExists = version is not null };
        Exception? error = null;
        try
        {
            await Storage.WriteStateAsync(Table, Id(grain), state);
        }
        catch (Exception e)
        {
            error = e;
        }
        return new Written(state.ETag, error);
    }

    public async Task<string?> ReadAsync(string grain)
    {
        var state = new GrainState<Journaled<Note>>();
        await Storage.ReadStateAsync(Table, Id(grain), state);
        return state.RecordExists ? state.State!.State.Text : null;
    }

    public Task<long> CountOutboxAsync() => _database.ScalarAsync<long>("select count(*) from outbox");

    /// <summary>From here on nothing is committed until <see cref="ReleaseAsync"/>.</summary>
    public async Task HoldAsync()
    {
        var decoy = await WriteAsync("decoy", "one", records: 0);
        _lock = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database.OwnerConnectionString) { Pooling = false }.ConnectionString);
        await _lock.OpenAsync();
        await using var command = new NpgsqlCommand($"begin; select 1 from {Table} where id = 'decoy' for update", _lock);
        await command.ExecuteNonQueryAsync();
        _held = WriteAsync("decoy", "two", decoy.Version, records: 0);
        await Eventually.BecomesTrueAsync(
            () => _database.ScalarAsync<bool>($"select exists (select from pg_stat_activity where {_lock.ProcessID} = any(pg_blocking_pids(pid)))"),
            "the lane waits for the lock");
    }

    public async Task ReleaseAsync()
    {
        await using var command = new NpgsqlCommand("commit", _lock);
        await command.ExecuteNonQueryAsync();
        if ((await _held!).Error is { } error)
            throw error;
    }

    public async ValueTask DisposeAsync()
    {
        if (_lock is not null)
            await _lock.DisposeAsync();
        await Storage.DisposeAsync();
        await _parts.DisposeAsync();
    }

    private static GrainId Id(string grain) => GrainId.Create("note", grain);

    private static string? KeyOf(Note note) => note.Text.StartsWith("key:", StringComparison.Ordinal) ? note.Text : null;

    private static IReadOnlyList<(string, IReadOnlyList<BookRecord>)> Records(int count) => count == 0 ? []
        : [(Books.Handshakes, [.. Enumerable.Range(0, count).Select(i =>
            new HandshakeDraft(new DealId(Guid.NewGuid()), HandshakeStep.Intent, [(byte)i], [1]))])];
}

/// <summary>How a write went.</summary>
internal sealed record Written(string? Version, Exception? Error);
