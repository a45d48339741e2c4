using Commission.Testing;
using Orleans.Storage;
using Xunit;

namespace Commission.Storage.Tests.GrainStorage;

/// <summary>The facts about connections that break in the middle of a write.</summary>
public abstract partial class GrainStorageConformance
{
    [Fact]
    public async Task A_first_write_cut_off_before_its_commit_leaves_nothing_or_is_made_good()
    {
        await using var proxy = FaultyProxy.Start(fixture.Database.AppConnectionString);
        var faulty = await OpenStorageAsync(proxy.ConnectionString);
        var before = await CountRowsAsync();
        proxy.CutBefore(MakesWriteDurable);

        var outcome = await TryWriteAsync(faulty, _grain, new NoteState("first"));

        Assert.Equal(1, proxy.FaultsHappened);
        Assert.Equal(MakesGoodWhatWasCut, outcome.Error is null);
        Assert.Equal(MakesGoodWhatWasCut ? before + 1 : before, await CountRowsAsync());
        Assert.Equal(MakesGoodWhatWasCut, (await ReadAsync(_grain)).RecordExists);
        await WriteAsync(faulty, _grain, new NoteState("again", outcome.State.ETag));
        Assert.Equal("again", (await ReadAsync(_grain)).State.Text);
    }

    [Fact]
    public async Task An_update_cut_off_before_its_commit_leaves_the_old_state_or_is_made_good()
    {
        await using var proxy = FaultyProxy.Start(fixture.Database.AppConnectionString);
        var faulty = await OpenStorageAsync(proxy.ConnectionString);
        var old = (await WriteAsync(faulty, _grain, new NoteState("old"))).ETag;
        proxy.CutBefore(MakesWriteDurable);

        var outcome = await TryWriteAsync(faulty, _grain, new NoteState("new", old));

        Assert.Equal(1, proxy.FaultsHappened);
        Assert.Equal(MakesGoodWhatWasCut, outcome.Error is null);
        var read = await ReadAsync(_grain);
        Assert.Equal(MakesGoodWhatWasCut ? "new" : "old", read.State.Text);
        Assert.Equal(outcome.State.ETag, read.ETag);
    }

    [Fact]
    public async Task A_first_write_whose_answer_was_lost_is_reported_as_done_or_found_by_reading()
    {
        await using var proxy = FaultyProxy.Start(fixture.Database.AppConnectionString);
        var faulty = await OpenStorageAsync(proxy.ConnectionString);
        var before = await CountRowsAsync();
        proxy.LoseAnswerTo(MakesWriteDurable);

        var outcome = await TryWriteAsync(faulty, _grain, new NoteState("kept"));

        Assert.Equal(1, proxy.FaultsHappened);
        Assert.Equal(before + 1, await CountRowsAsync());
        await AssertWrittenOnceAsync(outcome, "kept", versionBefore: null);
    }

    [Fact]
    public async Task An_update_whose_answer_was_lost_is_reported_as_done_or_found_by_reading()
    {
        await using var proxy = FaultyProxy.Start(fixture.Database.AppConnectionString);
        var faulty = await OpenStorageAsync(proxy.ConnectionString);
        var old = (await WriteAsync(faulty, _grain, new NoteState("old"))).ETag;
        proxy.LoseAnswerTo(MakesWriteDurable);

        var outcome = await TryWriteAsync(faulty, _grain, new NoteState("kept", old));

        Assert.Equal(1, proxy.FaultsHappened);
        await AssertWrittenOnceAsync(outcome, "kept", versionBefore: old);
    }

    [Fact]
    public async Task Writes_in_flight_when_all_connections_break_are_each_done_whole_or_not_at_all()
    {
        await using var proxy = FaultyProxy.Start(fixture.Database.AppConnectionString);
        var faulty = await OpenStorageAsync(proxy.ConnectionString);
        var grains = Enumerable.Range(0, 100).Select(_ => NewGrain()).ToList();
        var before = await CountRowsAsync();
        proxy.CutAfterClientBytes(8_000);

        var outcomes = await Task.WhenAll(grains.Select(grain =>
            Task.Run(() => TryWriteAsync(faulty, grain, new NoteState($"{grain}")))));

        Assert.Equal(1, proxy.FaultsHappened);
        var found = 0;
        foreach (var (grain, outcome) in grains.Zip(outcomes))
        {
            var read = await ReadAsync(grain);
            if (outcome.Error is null || read.RecordExists)
            {
                Assert.Equal($"{grain}", read.State.Text);
                found++;
            }
        }

        Assert.Equal(before + found, await CountRowsAsync());
    }

    private async Task AssertWrittenOnceAsync(
        (NoteState State, Exception? Error) outcome, string text, string? versionBefore)
    {
        Assert.False(outcome.Error is InconsistentStateException, "the writer's own write was taken for someone else's");
        var read = await ReadAsync(_grain);
        Assert.Equal(text, read.State.Text);
        Assert.True(read.RecordExists);
        if (outcome.Error is null)
            Assert.Equal(read.ETag, outcome.State.ETag);

        // Repeating it blindly would be a second write: it must be refused.
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(_storage, _grain, new NoteState("twice", versionBefore)));
        read.State.Text = "next";
        await WriteAsync(_storage, _grain, read);
        Assert.Equal("next", (await ReadAsync(_grain)).State.Text);
    }
}
