using Orleans.Storage;
using Xunit;

namespace Commission.Storage.Tests.GrainStorage;

/// <summary>
/// What the engine relies on in any grain storage. A derived class says how to open its storage on a migrated database,
/// which statement makes a write durable, and how to count rows; it is given a database of its own.
/// </summary>
public abstract partial class GrainStorageConformance(StorageDatabase fixture) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private const string StateName = "note";
    private static int _keys;
    private readonly GrainId _grain = NewGrain();
    private IGrainStorage _storage = null!;

    /// <summary>
    /// A new, started storage that reaches its database by this connection string and by no other way. Called more than
    /// once per test, as if by several silos; what must be disposed is the derived class's to remember.
    /// </summary>
    protected abstract Task<IGrainStorage> OpenStorageAsync(string connectionString);

    /// <summary>
    /// Whether this statement is the one whose success makes a write durable: an explicit COMMIT, or the writing
    /// statement itself where it commits on its own.
    /// </summary>
    protected abstract bool MakesWriteDurable(string sql);

    /// <summary>Whether the storage itself finds out what a broken connection did, and writes again what it did not do.</summary>
    protected virtual bool MakesGoodWhatWasCut => false;

    /// <summary>A query that counts all rows of grain state in the database.</summary>
    protected abstract string CountRowsSql { get; }

    public virtual async ValueTask InitializeAsync() => _storage = await OpenStorageAsync(fixture.Database.AppConnectionString);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_was_written_is_read_back()
    {
        var written = await WriteAsync(_storage, _grain, new NoteState("hello"));

        var read = await ReadAsync(_grain);

        Assert.Equal("hello", read.State.Text);
        Assert.Equal(written.ETag, read.ETag);
        Assert.True(read.RecordExists);
    }

    [Fact]
    public async Task A_grain_never_written_reads_as_absent()
    {
        var read = await ReadAsync(_grain);

        Assert.False(read.RecordExists);
        Assert.NotNull(read.State);
    }

    [Fact]
    public async Task Every_write_changes_the_version()
    {
        var state = await WriteAsync(_storage, _grain, new NoteState("one"));
        var first = state.ETag;
        state.State.Text = "two";

        await WriteAsync(_storage, _grain, state);

        Assert.NotEqual(first, state.ETag);
        Assert.Equal("two", (await ReadAsync(_grain)).State.Text);
    }

    [Fact]
    public async Task Of_fifty_racing_first_writers_exactly_one_wins_and_one_row_is_left()
    {
        var before = await CountRowsAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(writer =>
            Task.Run(() => TryWriteAsync(_grain, new NoteState($"writer {writer}")))));

        var winner = Assert.Single(outcomes, outcome => outcome.Error is null);
        Assert.All(outcomes, outcome => Assert.True(outcome.Error is null or InconsistentStateException, $"{outcome.Error}"));
        Assert.Equal(before + 1, await CountRowsAsync());
        Assert.Equal(winner.State.State.Text, (await ReadAsync(_grain)).State.Text);
    }

    [Fact]
    public async Task Of_fifty_racing_updates_of_one_version_exactly_one_wins()
    {
        var version = (await WriteAsync(_storage, _grain, new NoteState("old"))).ETag;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(writer =>
            Task.Run(() => TryWriteAsync(_grain, new NoteState($"writer {writer}", version)))));

        var winner = Assert.Single(outcomes, outcome => outcome.Error is null);
        Assert.All(outcomes, outcome => Assert.True(outcome.Error is null or InconsistentStateException, $"{outcome.Error}"));
        Assert.Equal(winner.State.State.Text, (await ReadAsync(_grain)).State.Text);
    }

    [Fact]
    public async Task A_stale_version_is_refused_and_changes_nothing()
    {
        var stale = (await WriteAsync(_storage, _grain, new NoteState("one"))).ETag;
        var current = await WriteAsync(_storage, _grain, new NoteState("two", stale));

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(_storage, _grain, new NoteState("three", stale)));

        var read = await ReadAsync(_grain);
        Assert.Equal("two", read.State.Text);
        Assert.Equal(current.ETag, read.ETag);
    }

    [Fact]
    public async Task A_first_write_of_a_grain_that_exists_is_refused()
    {
        await WriteAsync(_storage, _grain, new NoteState("one"));

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(_storage, _grain, new NoteState("two")));

        Assert.Equal("one", (await ReadAsync(_grain)).State.Text);
    }

    [Fact]
    public async Task A_refused_writer_that_reads_again_may_write()
    {
        var first = (await WriteAsync(_storage, _grain, new NoteState("one"))).ETag;
        await WriteAsync(_storage, _grain, new NoteState("two", first));
        var late = new NoteState("three", first);
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(_storage, _grain, late));

        await _storage.ReadStateAsync(StateName, _grain, late);
        Assert.Equal("two", late.State.Text);
        late.State.Text = "three";
        await WriteAsync(_storage, _grain, late);

        Assert.Equal("three", (await ReadAsync(_grain)).State.Text);
    }

    [Fact]
    public async Task A_cleared_grain_reads_as_absent_and_refuses_a_write_from_before()
    {
        var state = await WriteAsync(_storage, _grain, new NoteState("one"));
        var stale = state.ETag;

        await _storage.ClearStateAsync(StateName, _grain, state);

        Assert.False(state.RecordExists);
        Assert.False((await ReadAsync(_grain)).RecordExists);
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(_storage, _grain, new NoteState("two", stale)));
        Assert.False((await ReadAsync(_grain)).RecordExists);
    }

    [Fact]
    public async Task A_clear_with_a_stale_version_is_refused()
    {
        var stale = (await WriteAsync(_storage, _grain, new NoteState("one"))).ETag;
        await WriteAsync(_storage, _grain, new NoteState("two", stale));

        await Assert.ThrowsAsync<InconsistentStateException>(
            () => _storage.ClearStateAsync(StateName, _grain, new NoteState("", stale)));

        Assert.Equal("two", (await ReadAsync(_grain)).State.Text);
    }

    [Fact]
    public async Task A_cleared_grain_can_be_written_afresh_and_still_refuses_its_former_life()
    {
        var state = await WriteAsync(_storage, _grain, new NoteState("one"));
        var formerLife = state.ETag;
        await _storage.ClearStateAsync(StateName, _grain, state);
        state.State = new Note { Text = "two" };

        await WriteAsync(_storage, _grain, state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(_storage, _grain, new NoteState("three", formerLife)));
        Assert.Equal("two", (await ReadAsync(_grain)).State.Text);
    }

    [Fact]
    public async Task Two_states_of_the_same_key_do_not_collide()
    {
        var other = new NoteState("other");
        await WriteAsync(_storage, _grain, new NoteState("note"));

        await _storage.WriteStateAsync("other", _grain, other);

        Assert.Equal("note", (await ReadAsync(_grain)).State.Text);
        var read = new NoteState("");
        await _storage.ReadStateAsync("other", _grain, read);
        Assert.Equal("other", read.State.Text);
    }

    [Fact]
    public async Task Prefixed_keys_that_go_on_like_numbers_or_guids_do_not_collide()
    {
        string[] keys =
        [
            "deal:1", "deal:01", "deal:0x1", "deal:001", "deal:a", "deal:A", "deal:0a", "deal:1+x", "deal:1+X", "deal:+1", "deal: 1",
            "deal:00000000000000000000000000000001", "deal:00000000-0000-0000-0000-000000000001",
            "deal:0123456789abcdef0123456789abcdef", "deal:0123456789ABCDEF0123456789ABCDEF",
            "deal:0123456789abcdef0123456789abcdef+x", "rule:0123456789abcdef0123456789abcdef", "deal:", "rule:1",
        ];
        var before = await CountRowsAsync();

        foreach (var key in keys)
            await WriteAsync(_storage, GrainId.Create("collision", key), new NoteState(key));

        foreach (var key in keys)
            Assert.Equal(key, (await ReadAsync(GrainId.Create("collision", key))).State.Text);
        Assert.Equal(before + keys.Length, await CountRowsAsync());
    }

    [Fact]
    public async Task A_large_state_is_kept_byte_for_byte()
    {
        var random = new Random(20260101);
        var text = string.Create(256 * 1024, random, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = (char)source.Next(' ', 0x2000);
        });

        await WriteAsync(_storage, _grain, new NoteState(text));

        Assert.Equal(text, (await ReadAsync(_grain)).State.Text);
    }

    [Fact]
    public async Task Five_hundred_grains_written_at_once_are_all_there()
    {
        var grains = Enumerable.Range(0, 500).Select(_ => NewGrain()).ToList();

        await Task.WhenAll(grains.Select(grain => Task.Run(() => WriteAsync(_storage, grain, new NoteState(grain.ToString())))));

        foreach (var grain in grains)
            Assert.Equal(grain.ToString(), (await ReadAsync(grain)).State.Text);
    }

    /// <summary>Keys as the engine makes them, with a prefix that keeps them from being taken for numbers.</summary>
    private static GrainId NewGrain() => GrainId.Create("note", $"note:{Interlocked.Increment(ref _keys)}-{Guid.NewGuid():N}");

    private static async Task<NoteState> WriteAsync(IGrainStorage storage, GrainId grain, NoteState state)
    {
        await storage.WriteStateAsync(StateName, grain, state);
        return state;
    }

    private static async Task<(NoteState State, Exception? Error)> TryWriteAsync(
        IGrainStorage storage, GrainId grain, NoteState state)
    {
        try
        {
            await storage.WriteStateAsync(StateName, grain, state);
            return (state, null);
        }
        catch (Exception e)
        {
            return (state, e);
        }
    }

    private Task<(NoteState State, Exception? Error)> TryWriteAsync(GrainId grain, NoteState state) =>
        TryWriteAsync(_storage, grain, state);

    private async Task<NoteState> ReadAsync(GrainId grain)
    {
        var state = new NoteState("");
        await _storage.ReadStateAsync(StateName, grain, state);
        return state;
    }

    private Task<long> CountRowsAsync() => fixture.Database.ScalarAsync<long>(CountRowsSql);
}
