using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Storage;
using Xunit;

namespace Commission.Storage.Tests.GrainStorage;

/// <summary>Orleans' own AdoNet provider on our tables and statements.</summary>
public sealed class HardenedAdoNetStorageTests(StorageDatabase fixture) : GrainStorageConformance(fixture)
{
    private const string Provider = "adonet";
    private readonly List<IHost> _hosts = [];
    private readonly StorageDatabase _fixture = fixture;

    protected override string CountRowsSql => "select count(*) from orleansstorage";

    [Fact]
    public async Task Bare_keys_that_read_as_the_same_number_do_collide_which_is_why_ours_have_a_prefix()
    {
        var storage = await OpenStorageAsync(_fixture.Database.AppConnectionString);
        await storage.WriteStateAsync("bare", GrainId.Create("bare", "a"), new NoteState(""));

        await Assert.ThrowsAsync<InconsistentStateException>(() =>
            storage.WriteStateAsync("bare", GrainId.Create("bare", "0A"), new NoteState("")));
    }

    [Fact]
    public async Task A_key_without_a_text_part_has_one_row_too_after_racing_first_writers()
    {
        var storage = await OpenStorageAsync(_fixture.Database.AppConnectionString);
        var number = GrainId.Create(GrainType.Create("number"), GrainIdKeyExtensions.CreateIntegerKey(7));

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () =>
        {
            try
            {
                await storage.WriteStateAsync("number", number, new NoteState(""));
            }
            catch (InconsistentStateException)
            {
                // All but one.
            }
        })));

        Assert.Equal(1, await _fixture.Database.ScalarAsync<long>(
            "select count(*) from orleansstorage where graintypestring = 'number'"));
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await ((IAsyncDisposable)host).DisposeAsync();
        await base.DisposeAsync();
    }

    protected override bool MakesWriteDurable(string sql) =>
        sql.Contains("insert into orleansstorage", StringComparison.Ordinal);

    /// <summary>The silo is composed but not started: only the storage takes part in a life cycle of its own.</summary>
    protected override async Task<IGrainStorage> OpenStorageAsync(string connectionString)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering()
            .Configure<ClusterOptions>(options => options.ServiceId = options.ClusterId = "conformance")
            .AddAdoNetGrainStorage(Provider, options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = connectionString;
            }));
        var host = builder.Build();
        _hosts.Add(host);
        var storage = host.Services.GetRequiredKeyedService<IGrainStorage>(Provider);
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        ((ILifecycleParticipant<ISiloLifecycle>)storage).Participate(lifecycle);
        await lifecycle.OnStart(CancellationToken.None);
        return storage;
    }
}
