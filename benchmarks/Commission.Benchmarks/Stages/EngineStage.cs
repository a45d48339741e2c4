using Commission.Grains;
using Commission.Silo;
using Commission.Storage.GroupCommit;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Serialization;
using Orleans.Storage;

namespace Commission.Benchmarks.Stages;

/// <summary>Which storage the hot grains have.</summary>
internal enum HotStorage
{
    /// <summary>Ours.</summary>
    GroupCommit,
    /// <summary>Orleans' AdoNet with a separate outbox insert.</summary>
    AdoNet,
}

/// <summary>A silo in this process on a database of its own.</summary>
internal sealed class EngineStage : IAsyncDisposable
{
    private const int PoolSize = 30;
    private readonly HotStorage _storage;
    private IHost _host;

    private EngineStage(TestDatabase database, HotStorage storage)
    {
        (Database, _storage, _host) = (database, storage, null!);
        DataSource = NpgsqlDataSource.Create(database.AppConnectionString);
    }

    private static Dictionary<string, string> Payer { get; } = new(StringComparer.Ordinal)
    {
        ["Profile"] = "nab",
        ["UserName"] = "COMMISSION NETWORK PTY LTD",
        ["UserNumber"] = "301500",
        ["Bsb"] = "082-001",
        ["AccountNumber"] = "12345678",
        ["Abn"] = "53004085616",
        ["GstRegistered"] = "true",
    };

    /// <summary>Where the keys of checkpoints lie.</summary>
    public static DirectoryInfo Keys { get; } = Directory.CreateTempSubdirectory("commission-keys-");

    public TestDatabase Database { get; }

    /// <summary>Connections beside those of the silo.</summary>
    public NpgsqlDataSource DataSource { get; }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public IServiceProvider Services => _host.Services;

    public static async Task<EngineStage> StartAsync(string name, HotStorage storage = HotStorage.GroupCommit)
    {
        var stage = new EngineStage(await TestPostgres.CreateDatabaseAsync(name), storage);
        await stage.StartHostAsync();
        return stage;
    }

    public async Task StartHostAsync()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Error);
        builder.Configuration["Commission:KeysDirectory"] = Keys.FullName;
        foreach (var (name, value) in Payer)
            builder.Configuration[$"Commission:Payer:{name}"] = value;
        builder.AddCommissionSilo(SizedPool(Database), alone: true);
        AddTo(builder.Services, _storage);
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async Task StopHostAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    /// <summary>
    /// Two silos, each with a pool of its own for states and one for AdoNet, must fit into the 200 connections of one server.
    /// </summary>
    public static string SizedPool(TestDatabase database) =>
        new NpgsqlConnectionStringBuilder(database.OwnerConnectionString) { MaxPoolSize = PoolSize }.ConnectionString;

    /// <summary>What a benchmark's silo has beside the engine's own services.</summary>
    public static void AddTo(IServiceCollection services, HotStorage storage)
    {
        services.AddSingleton(new StateTable("grain_state", []));
        if (storage == HotStorage.AdoNet)
        {
            services.AddKeyedSingleton<IGrainStorage>(GroupCommitStorage.ProviderName, (provider, _) => new AdoNetOutboxStorage(
                provider.GetRequiredKeyedService<IGrainStorage>(GrainServices.LowRateStorage), provider.GetRequiredService<NpgsqlDataSource>(),
                provider.GetRequiredService<Serializer>(), provider.GetRequiredService<IOutboxPublisher>()));
        }
    }

    /// <summary>Waits until the books have taken everything that was committed.</summary>
    public async Task WhenBooksAreCompleteAsync()
    {
        await using var command = DataSource.CreateCommand("select exists (select 1 from outbox)");
        while ((bool)(await command.ExecuteScalarAsync())!)
            await Task.Delay(5);
    }

    public async ValueTask DisposeAsync()
    {
        await StopHostAsync();
        await DataSource.DisposeAsync();
        await Database.DisposeAsync();
    }
}
