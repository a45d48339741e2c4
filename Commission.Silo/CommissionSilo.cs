using System.Net;
using Commission.Grains;
using Commission.Grains.Deals;
using Commission.Grains.Guarantees;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Disputes;
using Commission.Grains.Notifications;
using Commission.Grains.Payouts;
using Commission.Grains.Payouts.Stripe;
using Commission.Storage;
using Commission.Storage.Ledger.Log;
using Commission.Storage.Payouts;
using Commission.Storage.Postgres;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Storage;
using Orleans.Streams;

namespace Commission.Silo;

/// <summary>How this process takes part in a cluster; section <c>Commission</c> of the configuration.</summary>
public sealed class SiloSettings
{
    /// <summary>Silo-to-silo port; 0 picks a free one.</summary>
    public int SiloPort { get; set; }
    /// <summary>Client-to-silo port; 0 picks a free one.</summary>
    public int GatewayPort { get; set; }
    /// <summary>Seconds without an answer before a probe counts as missed.</summary>
    public double ProbeTimeoutSeconds { get; set; } = 2;
    /// <summary>Missed probes before a silo is declared dead.</summary>
    public int MissedProbes { get; set; } = 3;
    /// <summary>Host name of members' authenticators.</summary>
    public string RelyingParty { get; set; } = "localhost";
    /// <summary>How often the guarantees are checked.</summary>
    public TimeSpan GuaranteesEvery { get; set; } = TimeSpan.FromMinutes(10);
    /// <summary>How long a payout batch may take from its submission to its settlement.</summary>
    public TimeSpan PayoutsWithin { get; set; } = TimeSpan.FromDays(10);
}

/// <summary>The composition of a silo, shared by <c>Commission.Silo</c>, by the API's single-process mode and by tests.</summary>
public static class CommissionSilo
{
    /// <summary>The cluster's id and service id in the membership tables.</summary>
    public const string ClusterId = "commission";

    /// <summary>
    /// How long a call waits for its answer. A command takes milliseconds; an answer that was lost with a silo or a
    /// connection never comes, and its caller must be told to repeat.
    /// </summary>
    public static TimeSpan ResponseTimeout { get; } = TimeSpan.FromSeconds(10);

    private const string Invariant = "Npgsql";
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(8);

    // A silo that slept through its own death may learn of it by no other way than the table.
    private static readonly TimeSpan TableRefresh = TimeSpan.FromSeconds(10);

    /// <summary>Adds a silo on a migrated database.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="connectionString">The database; the silo uses it with the app role's rights only.</param>
    /// <param name="alone">Whether this process is the whole cluster: membership is then kept in memory.</param>
    public static IHostApplicationBuilder AddCommissionSilo(this IHostApplicationBuilder builder, string connectionString, bool alone)
    {
        var app = ConnectionStrings.AsApp(connectionString);
        var settings = builder.Configuration.GetSection("Commission").Get<SiloSettings>() ?? new SiloSettings();
        builder.Services.AddCommissionReads(app).AddCommissionStorage().AddCommissionGrains();
        builder.Services.AddStripeRail(builder.Configuration).AddStripeCourier(builder.Configuration);
        builder.Services.AddNotifications(builder.Configuration, builder.Configuration["Commission:DataDirectory"] ?? "./data");
        var keys = builder.Configuration["Commission:KeysDirectory"]
            ?? Path.Combine(builder.Configuration["Commission:DataDirectory"] ?? "./data", "keys");
        var log = new LogOptions
        {
            KeysDirectory = keys,
            LogName = builder.Configuration["Commission:LogName"],
            Ed25519Checkpoints = builder.Configuration.GetValue<bool>("Commission:Ed25519Checkpoints"),
        };
        builder.Services.AddSingleton(log);
        builder.Services.TryAddSingleton<ICheckpointSigner>(
            provider => new FileCheckpointSigner(keys, provider.GetRequiredService<TimeProvider>(), log.Ed25519Checkpoints));
        builder.Services.Configure<DealOptions>(options => options.RelyingParty = settings.RelyingParty);
        builder.Services.Configure<GuaranteeOptions>(options =>
            (options.Every, options.PayoutsWithin) = (settings.GuaranteesEvery, settings.PayoutsWithin));
        builder.Services.TryAddSingleton(new DisputeTerms(builder.Configuration.GetSection("Commission:Disputes").Get<DisputeOptions>() ?? new DisputeOptions()));
        builder.Services.Configure<PayerOptions>(builder.Configuration.GetSection("Commission:Payer"));
        builder.Services.AddSingleton(_ => new PayeeVaultKeys(DataProtectionProvider.Create(
            new DirectoryInfo(Path.Combine(keys, "payees")), protection => protection.SetApplicationName("commission-payees"))));
        builder.Services.TryAddSingleton(TimeProvider.System);

        // Whether a silo lives is told by the machine's clock, whatever clock the engine is given: Orleans notes a silo's start by the one
        // and judges how long it has been joining by the other, and a silo that finds itself evicted ends its process.
        builder.Services.AddKeyedSingleton(TimeProviderNames.Membership, TimeProvider.System);
        builder.Services.AddKeyedSingleton(TimeProviderNames.Messaging, TimeProvider.System);

        // Every command is durable when it is answered, so a stop need not wait for activations to say goodbye.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.UseOrleans(silo => Configure(silo, app, settings, alone));
        builder.Services.AddHostedService<SweeperStarter>();
        return builder;
    }

    private static void Configure(ISiloBuilder silo, string connectionString, SiloSettings settings, bool alone)
    {
        var siloPort = settings.SiloPort == 0 ? FreePort.Take() : settings.SiloPort;
        var gatewayPort = settings.GatewayPort == 0 ? FreePort.Take() : settings.GatewayPort;
        if (alone)
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort, serviceId: ClusterId, clusterId: ClusterId);
        }
        else
        {
            silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, connectionString));
            silo.ConfigureEndpoints(IPAddress.Loopback, siloPort, gatewayPort, listenOnAnyHostAddress: false);
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (ClusterId, ClusterId));
        }
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(settings.ProbeTimeoutSeconds);
            options.NumMissedProbesLimit = settings.MissedProbes;

            // A starting silo waits for all that look alive. One that was killed must look dead as soon as probes would find it so.
            options.NumMissedTableIAmAliveLimit = 2;
            options.TableRefreshTimeout = TableRefresh;
            options.IAmAliveTablePublishTimeout = options.ProbeTimeout * settings.MissedProbes / options.NumMissedTableIAmAliveLimit;
        });
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout);
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, connectionString));
        silo.Services.AddSingleton<OrleansGrainStorageSerializer>();
        silo.AddAdoNetGrainStorage(GrainServices.LowRateStorage, storage => storage.Configure<OrleansGrainStorageSerializer>((options, serializer) =>
            (options.Invariant, options.ConnectionString, options.GrainStorageSerializer) = (Invariant, connectionString, serializer)));
        AddStreams(silo);
    }

    private static void AddStreams(ISiloBuilder silo)
    {
        // Subscriptions are implicit only, so nothing of the streams must survive a silo.
        silo.AddMemoryStreams(StreamNames.Provider, streams =>
        {
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            streams.ConfigurePartitioning(2);
            streams.ConfigurePullingAgent(agent => agent.Configure(options =>
            {
                options.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(10);
                options.BatchContainerBatchSize = 256;
            }));
        });
    }
}
