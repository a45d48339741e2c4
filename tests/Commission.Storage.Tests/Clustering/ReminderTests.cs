using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Commission.Storage.Tests.Clustering;

/// <summary>Every reminder query, by way of the released provider and under the app role.</summary>
public sealed class ReminderTests : IAsyncLifetime
{
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly GrainId Grain = GrainId.Create("sweeper", "sweeper:1");
    private TestDatabase _database = null!;
    private IHost _host = null!;
    private IReminderTable _table = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync("reminders");
        _host = SiloHost.Compose(_database.AppConnectionString, "reminders");
        _table = _host.Services.GetRequiredService<IReminderTable>();
        await _table.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await ((IAsyncDisposable)_host).DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_reminder_is_read_back_as_it_was_set()
    {
        var version = await _table.UpsertRow(Reminder(Grain, "daily", TimeSpan.FromDays(60)));

        var read = await _table.ReadRow(Grain, "daily");

        Assert.NotNull(read);
        Assert.Equal((Grain, "daily", Start, TimeSpan.FromDays(60), version), (read.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
        Assert.Null(await _table.ReadRow(Grain, "other"));
    }

    [Fact]
    public async Task Setting_it_again_replaces_it_and_changes_its_version()
    {
        var first = await _table.UpsertRow(Reminder(Grain, "daily", TimeSpan.FromDays(1)));
        var second = await _table.UpsertRow(Reminder(Grain, "daily", TimeSpan.FromDays(2)));

        Assert.NotEqual(first, second);
        Assert.Equal(TimeSpan.FromDays(2), Assert.Single((await _table.ReadRows(Grain)).Reminders).Period);
    }

    [Fact]
    public async Task Removing_needs_the_current_version()
    {
        var stale = await _table.UpsertRow(Reminder(Grain, "daily", TimeSpan.FromDays(1)));
        var current = await _table.UpsertRow(Reminder(Grain, "daily", TimeSpan.FromDays(2)));

        Assert.False(await _table.RemoveRow(Grain, "daily", stale!));
        Assert.True(await _table.RemoveRow(Grain, "daily", current!));
        Assert.Empty((await _table.ReadRows(Grain)).Reminders);
    }

    [Fact]
    public async Task Any_cut_of_the_ring_finds_each_reminder_in_exactly_one_part()
    {
        var grains = Enumerable.Range(0, 50).Select(n => GrainId.Create("sweeper", $"sweeper:{n}")).ToList();
        foreach (var grain in grains)
            await _table.UpsertRow(Reminder(grain, "daily", TimeSpan.FromDays(1)));

        foreach (var (begin, end) in new[] { (0u, 1u << 31), (5u, 4_000_000_000u), (3_000_000_000u, 1_000u) })
        {
            var inside = (await _table.ReadRows(begin, end)).Reminders;
            var outside = (await _table.ReadRows(end, begin)).Reminders;
            Assert.Equal(
                grains.Select(g => g.ToString()).Order(StringComparer.Ordinal),
                inside.Concat(outside).Select(r => r.GrainId.ToString()).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Clearing_the_table_removes_the_service_s_reminders()
    {
        await _table.UpsertRow(Reminder(Grain, "daily", TimeSpan.FromDays(1)));

        await _table.TestOnlyClearTable();

        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from orleansreminderstable"));
    }

    private static ReminderEntry Reminder(GrainId grain, string name, TimeSpan period) =>
        new() { GrainId = grain, ReminderName = name, StartAt = Start, Period = period };
}
