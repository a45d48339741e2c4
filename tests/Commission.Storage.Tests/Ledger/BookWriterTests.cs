using Commission.Storage.GroupCommit;
using Commission.Storage.Ledger;
using Commission.Testing;
using Xunit;

namespace Commission.Storage.Tests.Ledger;

/// <summary>One writer per book, whatever breaks: each message once, in one chain.</summary>
public sealed class BookWriterTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync("books");

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Of_two_holders_the_older_is_fenced_and_nothing_forks()
    {
        await using var scenario = new BookScenario(_database);
        var older = await scenario.StartWriterAsync();
        var first = await scenario.OweAsync(50);
        older.TryAdd(first);
        await older.WhenDrainedAsync();
        var newer = await scenario.StartWriterAsync();
        var (mine, theirs) = (await scenario.OweAsync(50), await scenario.OweAsync(50));

        older.TryAdd(mine);
        newer.TryAdd(theirs);

        await Assert.ThrowsAsync<BookFencedException>(() => older.Stopped);
        await newer.WhenDrainedAsync();
        Assert.Equal(scenario.Entries([.. first, .. theirs]), (await scenario.AuditAsync()).Count);
        newer.TryAdd(mine);
        await newer.WhenDrainedAsync();
        Assert.Equal(scenario.Entries([.. first, .. theirs, .. mine]), (await scenario.AuditAsync()).Count);
    }

    [Fact]
    public async Task A_fenced_writer_takes_nothing_more_and_those_who_wait_for_it_learn_why()
    {
        await using var scenario = new BookScenario(_database);
        var older = await scenario.StartWriterAsync();
        await scenario.StartWriterAsync();

        older.TryAdd(await scenario.OweAsync(1));

        await Assert.ThrowsAsync<BookFencedException>(older.WhenDrainedAsync);
        Assert.False(older.TryAdd(await scenario.OweAsync(1)));
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_stops_the_writer_instead_of_being_lost()
    {
        await using var scenario = new BookScenario(_database);
        var writer = await scenario.StartWriterAsync();

        writer.TryAdd([new OutboxMessage(999_999, BookScenario.Book, [0xFF, 0xFF])]);

        await Assert.ThrowsAnyAsync<Exception>(writer.WhenDrainedAsync);
        await Assert.ThrowsAnyAsync<Exception>(() => writer.Stopped);
    }

    [Fact]
    public async Task An_append_on_a_stale_head_is_refused_under_the_same_hold_too()
    {
        await using var scenario = new BookScenario(_database);
        var hold = await scenario.Store.OpenAsync(BookScenario.Book);
        var messages = await scenario.OweAsync(2);
        Task AppendAsync(OutboxMessage message)
        {
            var append = scenario.Prepare(hold.Head, message);
            var ids = append.Accounts.Keys.Select((key, i) => (key, i)).ToDictionary(pair => pair.key, pair => pair.i + 1);
            return scenario.Store.AppendAsync(hold, hold.Head, append, ids, [message.Id]);
        }
        await AppendAsync(messages[0]);

        await Assert.ThrowsAsync<OutboxConsumedException>(() => AppendAsync(messages[1]));

        Assert.Equal(scenario.Entries([messages[0]]), (await scenario.AuditAsync()).Count);
        Assert.Equal(1, await scenario.CountOutboxAsync());
    }

    [Fact]
    public async Task Messages_that_come_more_than_once_are_appended_once()
    {
        await using var scenario = new BookScenario(_database);
        var writer = await scenario.StartWriterAsync();
        var messages = await scenario.OweAsync(100);

        foreach (var _ in Enumerable.Range(0, 5))
            writer.TryAdd(messages);
        await writer.WhenDrainedAsync();
        writer.TryAdd(messages);
        await writer.WhenDrainedAsync();

        Assert.Equal(scenario.Entries(messages), (await scenario.AuditAsync()).Count);
        Assert.Equal(0, await scenario.CountOutboxAsync());
    }

    [Fact]
    public async Task A_lost_answer_to_an_append_does_not_append_twice()
    {
        await using var proxy = FaultyProxy.Start(_database.AppConnectionString);
        await using var scenario = new BookScenario(_database, proxy.ConnectionString);
        var writer = await scenario.StartWriterAsync();
        var messages = await scenario.OweAsync(100);
        proxy.LoseAnswerTo(BookScenario.IsAppend);

        writer.TryAdd(messages);
        await writer.WhenDrainedAsync();

        Assert.Equal(1, proxy.FaultsHappened);
        Assert.Equal(scenario.Entries(messages), (await scenario.AuditAsync()).Count);
        Assert.Equal(0, await scenario.CountOutboxAsync());
    }

    [Fact]
    public async Task Rows_that_another_consumed_are_dropped_and_the_rest_is_appended()
    {
        await using var scenario = new BookScenario(_database);
        var writer = await scenario.StartWriterAsync();
        var messages = await scenario.OweAsync(10);
        await _database.ScalarAsync<object>($"delete from outbox where id = {messages[3].Id}");

        writer.TryAdd(messages);
        await writer.WhenDrainedAsync();

        Assert.Equal(scenario.Entries(messages) - scenario.Entries([messages[3]]), (await scenario.AuditAsync()).Count);
        Assert.Equal(0, await scenario.CountOutboxAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public async Task Ten_thousand_messages_in_random_chunks_from_several_tasks_make_one_chain(int faults)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        await using var proxy = FaultyProxy.Start(_database.AppConnectionString);
        await using var scenario = new BookScenario(_database, proxy.ConnectionString);
        var writer = await scenario.StartWriterAsync();
        var messages = await scenario.OweAsync(10_000, new Random(seed));
        for (var i = 0; i < faults; i++)
        {
            if (i % 3 == 0)
                proxy.CutBefore(BookScenario.IsAppend);
            else
                proxy.LoseAnswerTo(BookScenario.IsAppend);
        }

        await Task.WhenAll(messages.Chunk(2_500).Select((share, i) => Task.Run(() => AddInChunksAsync(writer, share, new Random(seed + i)))));
        await writer.WhenDrainedAsync();

        Assert.Equal(faults, proxy.FaultsHappened);
        Assert.Equal(scenario.Entries(messages), (await scenario.AuditAsync()).Count);
        Assert.Equal(0, await scenario.CountOutboxAsync());
    }

    private static async Task AddInChunksAsync(BookWriter writer, OutboxMessage[] messages, Random random)
    {
        for (var done = 0; done < messages.Length;)
        {
            var chunk = messages[done..Math.Min(messages.Length, done + random.Next(1, 60))];
            Assert.True(writer.TryAdd(chunk));
            done += chunk.Length;
            if (random.Next(10) == 0)
                await writer.WhenDrainedAsync();
        }
    }
}
