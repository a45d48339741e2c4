using Commission.Storage.GroupCommit;
using Commission.Testing;
using Orleans.Storage;
using Xunit;

namespace Commission.Storage.Tests.GroupCommit;

/// <summary>A state and what it owes the books are written together, or neither is.</summary>
public sealed class OutboxTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync("outbox");

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task State_and_outbox_rows_come_from_one_transaction_and_are_published_once()
    {
        await using var scenario = await GroupCommitScenario.OpenAsync(_database);

        await scenario.WriteAsync("a", "hello", records: 3);

        Assert.True(await _database.ScalarAsync<bool>("select k.xmin = o.xmin from keyed k, outbox o where k.id = 'a'"));
        Assert.Equal(1, await scenario.CountOutboxAsync());
        var published = Assert.Single(scenario.Published);
        Assert.Equal(published.Id, await _database.ScalarAsync<long>("select id from outbox"));
    }

    [Fact]
    public async Task A_version_conflict_leaves_no_outbox_row_either()
    {
        await using var scenario = await GroupCommitScenario.OpenAsync(_database);
        var first = await scenario.WriteAsync("a", "one", records: 0);
        await scenario.WriteAsync("a", "two", first.Version, records: 0);

        var stale = await scenario.WriteAsync("a", "three", first.Version);

        Assert.IsType<InconsistentStateException>(stale.Error);
        Assert.Equal(0, await scenario.CountOutboxAsync());
        Assert.Empty(scenario.Published);
    }

    [Fact]
    public async Task Of_a_batch_with_one_stale_member_only_that_member_fails()
    {
        await using var scenario = await GroupCommitScenario.OpenAsync(_database);
        var current = await scenario.WriteAsync("stale", "one", records: 0);
        await scenario.WriteAsync("stale", "two", current.Version, records: 0);
        await scenario.HoldAsync();
        var good = Enumerable.Range(0, 10).Select(i => scenario.WriteAsync($"good{i}", $"{i}")).ToList();
        var stale = scenario.WriteAsync("stale", "three", current.Version);

        await scenario.ReleaseAsync();

        Assert.All(await Task.WhenAll(good), written => Assert.Null(written.Error));
        Assert.IsType<InconsistentStateException>((await stale).Error);
        Assert.Equal("two", await scenario.ReadAsync("stale"));
        Assert.Equal(10, await scenario.CountOutboxAsync());
        Assert.Equal(10, scenario.Published.Count);
    }

    [Fact]
    public async Task A_business_key_that_is_taken_fails_alone_and_is_told_as_such()
    {
        await using var scenario = await GroupCommitScenario.OpenAsync(_database);
        await scenario.WriteAsync("first", "key:7", records: 0);
        await scenario.HoldAsync();
        var good = Enumerable.Range(0, 5).Select(i => scenario.WriteAsync($"good{i}", $"key:other-{i}")).ToList();
        var taken = scenario.WriteAsync("second", "key:7");

        await scenario.ReleaseAsync();

        Assert.All(await Task.WhenAll(good), written => Assert.Null(written.Error));
        Assert.Equal("one_key", Assert.IsType<DuplicateKeyException>((await taken).Error).Constraint);
        Assert.Null(await scenario.ReadAsync("second"));
        Assert.Equal(5, await scenario.CountOutboxAsync());
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_writes_nothing()
    {
        await using var scenario = await GroupCommitScenario.OpenAsync(_database, capacity: 4);

        // The first write with a record fetches outbox ids; without, the writes below would queue in any order.
        await scenario.WriteAsync("first", "x");
        await scenario.HoldAsync();
        var fitting = Enumerable.Range(0, 4).Select(i => scenario.WriteAsync($"good{i}", $"{i}")).ToList();

        var refused = await scenario.WriteAsync("refused", "x");

        Assert.IsType<StorageBusyException>(refused.Error);
        await scenario.ReleaseAsync();
        Assert.All(await Task.WhenAll(fitting), written => Assert.Null(written.Error));
        Assert.Null(await scenario.ReadAsync("refused"));
        Assert.Equal(5, await scenario.CountOutboxAsync());
        Assert.Null((await scenario.WriteAsync("refused", "again")).Error);
    }

    /// <summary>Orleans wraps what is not its own, and then no grain would recognise it.</summary>
    [Fact]
    public void What_grains_must_recognise_is_an_Orleans_exception()
    {
        Assert.True(typeof(StorageBusyException).IsAssignableTo(typeof(OrleansException)));
        Assert.True(typeof(DuplicateKeyException).IsAssignableTo(typeof(OrleansException)));
    }

    [Fact]
    public async Task A_lost_answer_to_a_commit_is_found_to_be_done_once_and_published_once()
    {
        await using var proxy = FaultyProxy.Start(_database.AppConnectionString);
        await using var scenario = await GroupCommitScenario.OpenAsync(_database, proxy.ConnectionString);
        var before = await scenario.WriteAsync("a", "one", records: 0);
        proxy.LoseAnswerTo(GroupCommitScenario.IsCommit);

        var written = await scenario.WriteAsync("a", "two", before.Version);

        Assert.Equal(1, proxy.FaultsHappened);
        Assert.Null(written.Error);
        Assert.Equal("2", written.Version);
        Assert.Equal("two", await scenario.ReadAsync("a"));
        Assert.Equal(1, await scenario.CountOutboxAsync());
        Assert.Single(scenario.Published);
    }

    [Fact]
    public async Task A_lost_answer_to_a_whole_batch_leaves_each_member_done_once()
    {
        await using var proxy = FaultyProxy.Start(_database.AppConnectionString);
        await using var scenario = await GroupCommitScenario.OpenAsync(_database, proxy.ConnectionString);
        await scenario.HoldAsync();
        var writes = Enumerable.Range(0, 50).Select(i => scenario.WriteAsync($"g{i}", $"{i}")).ToList();
        proxy.LoseAnswerTo(GroupCommitScenario.IsCommit);

        await scenario.ReleaseAsync();

        Assert.All(await Task.WhenAll(writes), written => Assert.Null(written.Error));
        Assert.Equal(1, proxy.FaultsHappened);
        Assert.Equal(50, await scenario.CountOutboxAsync());
        Assert.Equal(50, scenario.Published.Select(message => message.Id).Distinct().Count());
        Assert.Equal(50, scenario.Published.Count);
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_a_database_that_is_away()
    {
        await using var proxy = FaultyProxy.Start(_database.AppConnectionString);
        var scenario = await GroupCommitScenario.OpenAsync(_database, proxy.ConnectionString);
        await scenario.WriteAsync("a", "one", records: 0);
        proxy.Refusing = true;
        proxy.CutAll();
        var write = scenario.WriteAsync("b", "never", records: 0);

        await scenario.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        Assert.IsType<TimeoutException>((await write).Error);
    }
}
