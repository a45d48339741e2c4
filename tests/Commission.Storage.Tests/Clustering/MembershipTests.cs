using System.Net;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Commission.Storage.Tests.Clustering;

/// <summary>Every membership query, by way of the released provider and under the app role.</summary>
public sealed class MembershipTests : IAsyncLifetime
{
    private static readonly DateTime Now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private TestDatabase _database = null!;
    private IHost _host = null!;
    private IMembershipTable _table = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync("membership");
        _host = SiloHost.Compose(_database.AppConnectionString, "table");
        _table = _host.Services.GetRequiredService<IMembershipTable>();
        await _table.InitializeMembershipTableAsync(tryInitTableVersion: true);
    }

    public async ValueTask DisposeAsync()
    {
        await ((IAsyncDisposable)_host).DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_new_table_is_empty_at_version_zero_however_often_it_is_initialised()
    {
        await _table.InitializeMembershipTableAsync(tryInitTableVersion: true);

        var all = await _table.ReadAllAsync();

        Assert.Empty(all.Members);
        Assert.Equal(0, all.Version.Version);
    }

    [Fact]
    public async Task A_silo_that_is_inserted_is_read_back_and_moves_the_version()
    {
        var entry = Silo(1);

        Assert.True(await InsertAsync(entry));

        var row = await _table.ReadRowAsync(entry.SiloAddress);
        var read = Assert.Single(row.Members).Item1;
        Assert.Equal(1, row.Version.Version);
        Assert.Equal(entry.SiloAddress, read.SiloAddress);
        Assert.Equal((entry.SiloName, entry.HostName, entry.Status, entry.ProxyPort), (read.SiloName, read.HostName, read.Status, read.ProxyPort));
        Assert.Equal((entry.StartTime, entry.IAmAliveTime), (read.StartTime, read.IAmAliveTime));
        Assert.Empty((await _table.ReadRowAsync(Silo(2).SiloAddress)).Members);
    }

    [Fact]
    public async Task Inserting_at_an_old_version_or_twice_changes_nothing()
    {
        var stale = (await _table.ReadAllAsync()).Version;
        await InsertAsync(Silo(1));

        Assert.False(await _table.InsertRowAsync(Silo(2), stale.Next()));
        Assert.False(await InsertAsync(Silo(1)));

        var all = await _table.ReadAllAsync();
        Assert.Single(all.Members);
        Assert.Equal(1, all.Version.Version);
    }

    [Fact]
    public async Task Of_twenty_silos_joining_at_the_same_version_one_gets_in()
    {
        var version = (await _table.ReadAllAsync()).Version.Next();

        var joined = await Task.WhenAll(Enumerable.Range(1, 20).Select(n => Task.Run(() => _table.InsertRowAsync(Silo(n), version))));

        Assert.Single(joined, joining => joining);
        var all = await _table.ReadAllAsync();
        Assert.Single(all.Members);
        Assert.Equal(1, all.Version.Version);
    }

    [Fact]
    public async Task An_update_carries_status_and_suspicions_and_refuses_an_old_version_or_an_unknown_silo()
    {
        var entry = Silo(1);
        await InsertAsync(entry);
        var before = await _table.ReadAllAsync();
        var (version, row) = (before.Version, before.Members[0].Item2);
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(Silo(2).SiloAddress, Now);

        Assert.False(await _table.UpdateRowAsync(Silo(3), row, version.Next()));
        Assert.True(await _table.UpdateRowAsync(entry, row, version.Next()));
        Assert.False(await _table.UpdateRowAsync(entry, row, version.Next()));

        var all = await _table.ReadAllAsync();
        var read = Assert.Single(all.Members).Item1;
        Assert.Equal(2, all.Version.Version);
        Assert.Equal(SiloStatus.Dead, read.Status);
        Assert.Equal(Silo(2).SiloAddress, Assert.Single(read.SuspectTimes!).Item1);
    }

    [Fact]
    public async Task A_heartbeat_moves_the_time_and_not_the_version()
    {
        var entry = Silo(1);
        await InsertAsync(entry);
        entry.IAmAliveTime = Now.AddMinutes(5);

        await _table.UpdateIAmAliveAsync(entry);

        var all = await _table.ReadAllAsync();
        Assert.Equal(Now.AddMinutes(5), Assert.Single(all.Members).Item1.IAmAliveTime);
        Assert.Equal(1, all.Version.Version);
    }

    [Fact]
    public async Task Sweeping_removes_long_dead_silos_and_never_an_active_one()
    {
        var dead = Silo(1);
        dead.Status = SiloStatus.Dead;
        dead.AddSuspector(Silo(2).SiloAddress, Now);
        await InsertAsync(dead);
        await UpdateAsync(dead);
        await InsertAsync(Silo(2));

        await _table.CleanupDefunctSiloEntriesAsync(new DateTimeOffset(Now.AddDays(1)));

        Assert.Equal(Silo(2).SiloAddress, Assert.Single((await _table.ReadAllAsync()).Members).Item1.SiloAddress);
    }

    [Fact]
    public async Task Deleting_a_cluster_removes_its_silos()
    {
        await InsertAsync(Silo(1));

        await _table.DeleteMembershipTableEntriesAsync("table");

        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from orleansmembershiptable"));
    }

    [Fact]
    public async Task Two_silos_form_a_cluster_that_a_client_can_join()
    {
        using var first = SiloHost.Compose(_database.AppConnectionString, "real");
        using var second = SiloHost.Compose(_database.AppConnectionString, "real");
        using var client = SiloHost.ComposeClient(_database.AppConnectionString, "real");
        await first.StartAsync(TestContext.Current.CancellationToken);
        await second.StartAsync(TestContext.Current.CancellationToken);
        await client.StartAsync(TestContext.Current.CancellationToken);

        var management = client.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);

        await Eventually.BecomesTrueAsync(
            async () => (await management.GetHosts(onlyActive: true)).Count == 2, "both silos are active");
        await client.StopAsync(CancellationToken.None);
        await second.StopAsync(CancellationToken.None);
        await first.StopAsync(CancellationToken.None);
    }

    private async Task<bool> InsertAsync(MembershipEntry entry) =>
        await _table.InsertRowAsync(entry, (await _table.ReadAllAsync()).Version.Next());

    private async Task UpdateAsync(MembershipEntry entry)
    {
        var all = await _table.ReadAllAsync();
        Assert.True(await _table.UpdateRowAsync(entry, all.TryGet(entry.SiloAddress)!.Item2, all.Version.Next()));
    }

    private static MembershipEntry Silo(int number) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Parse("10.0.0.1"), 11111, number),
        SiloName = $"silo {number}",
        HostName = "host",
        Status = SiloStatus.Active,
        ProxyPort = 30000,
        StartTime = Now,
        IAmAliveTime = Now,
    };
}
