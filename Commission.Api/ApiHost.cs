using System.Diagnostics.CodeAnalysis;
using System.Net;
using Commission.Api.Agreements;
using Commission.Api.Deals;
using Commission.Api.Disputes;
using Commission.Api.Guarantees;
using Commission.Api.Http;
using Commission.Api.Ledger;
using Commission.Api.Members;
using Commission.Api.Notifications;
using Commission.Api.Observability;
using Commission.Api.Payouts;
using Commission.Api.Remittances;
using Commission.Api.Rules;
using Commission.Api.Rules.Simulation;
using Commission.Console;
using Commission.Console.Ledger;
using Commission.Grains.Interfaces.Disputes;
using Commission.Grains.Interfaces.Payouts;
using Commission.Grains.Payouts;
using Commission.Grains.Payouts.Stripe;
using Commission.Silo;
using Commission.Storage;
using Commission.Storage.Ledger.Log;
using Commission.Storage.Postgres;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Scalar.AspNetCore;

namespace Commission.Api;

/// <summary>The API process: HTTP, and in the default single-process mode a silo and a private PostgreSQL too.</summary>
public static partial class ApiHost
{
    private const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Runs until it is stopped; the result is the exit code.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What prevents the start is told in one line, not as a stack trace.")]
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var settings = builder.Configuration.GetSection("Commission").Get<ApiSettings>() ?? new ApiSettings();
        EmbeddedPostgres? embedded = null;
        try
        {
            var connectionString = builder.Configuration.GetConnectionString("Commission");
            if (string.IsNullOrWhiteSpace(connectionString))
            {
                embedded = await EmbeddedPostgres.StartAsync(settings.DataDirectory, CancellationToken.None);
                connectionString = embedded.ConnectionString;
            }
            await Migrator.MigrateAsync(connectionString, CancellationToken.None);
            await using var app = Build(builder, settings, connectionString, alone: embedded is not null);
            await app.RunAsync();
            return 0;
        }
        catch (Exception error) when (error is PostgresNotFoundException or PostgresStartException or DataDirectoryInUseException
            or MigrationChangedException or DatabaseTooNewException or LoopbackOnlyException or StripeSettingsException)
        {
            await System.Console.Error.WriteLineAsync(error.Message);
            return 2;
        }
        finally
        {
            if (embedded is not null)
                await embedded.DisposeAsync();
        }
    }

    /// <summary>The application on a migrated database.</summary>
    internal static WebApplication Build(WebApplicationBuilder builder, ApiSettings settings, string connectionString, bool alone)
    {
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
            builder.WebHost.UseUrls(DefaultUrl);
        LoopbackOnly.Check(builder.Configuration["urls"] ?? DefaultUrl);

        // Kestrel's own section overrules the urls.
        foreach (var endpoint in builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren())
            LoopbackOnly.Check(endpoint["Url"] ?? "");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 16 * 1024 * 1024);
        if (settings.CoHostSilo)
            builder.AddCommissionSilo(connectionString, alone);
        else
            AddClient(builder, ConnectionStrings.AsApp(connectionString));
        AddServices(builder, settings);
        AddConsole(builder, settings);

        var app = builder.Build();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseStatusCodePages(context => Problems.OfStatus(context.HttpContext).ExecuteAsync(context.HttpContext));
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapScalarApiReference("/docs", options => options.WithTitle("Commission engine"));
        app.MapHealth();
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapCommissionConsole("Commission.Api.staticwebassets.endpoints.json");
        app.MapGet("/", () => Results.Redirect("/docs")).ExcludeFromDescription();
        app.MapLogs();
        app.MapCosignatures();
        var api = app.MapGroup("/api/v1");
        api.MapContacts();
        api.MapUplines();
        api.MapVerticals();
        api.MapRuleSets();
        api.MapAgreements();
        api.MapRuleLanguage();
        api.MapSimulations();
        api.MapDealFlow();
        api.MapHandshakes();
        api.MapBulk();
        api.MapLater();
        api.MapTrailRuns();
        api.MapDeals();
        api.MapLedger();
        api.MapPayouts();
        api.MapPayoutSchedules();
        api.MapReconciliation();
        api.MapRemittances();
        api.MapDisputes();
        api.MapPayees();
        api.MapDocuments();
        api.MapStatements();
        api.MapNotifications();
        api.MapGuarantees();
        api.MapCheckpointKeys();
        api.MapEvidence();
        api.MapStripeWebhooks();
        api.MapStripeAccounts();
        api.MapStripeStatus();
        app.Lifetime.ApplicationStarted.Register(() => LogListening(app.Logger, string.Join(", ", app.Urls)));
        return app;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Listening on {Urls}; the API is described at /docs")]
    private static partial void LogListening(ILogger logger, string urls);

    private static void AddServices(WebApplicationBuilder builder, ApiSettings settings)
    {
        builder.Services.AddSingleton(settings);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<IActor, HeaderActor>();
        builder.Services.TryAddSingleton<PayoutDays>();
        builder.Services.TryAddSingleton(new DisputeTerms(builder.Configuration.GetSection("Commission:Disputes").Get<DisputeOptions>() ?? new DisputeOptions()));
        builder.Services.AddSingleton<InFlightRequests>();
        builder.Services.AddSingleton<EvidenceAssembly>();
        builder.Services.AddSingleton<PayoutEvidence>();
        builder.Services.AddSingleton<ContactSalts>();
        builder.Services.AddProblemDetails();
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi("v1", options => options.AddOperationTransformer(IdempotencyKeyHeader.DescribeAsync));
        builder.Services.AddSingleton<VerticalSeeder.Progress>();
        builder.Services.AddHostedService<VerticalSeeder>();
        builder.Services.AddSingleton<WhatIfRunner>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<WhatIfRunner>());
        builder.Services.AddHttpClient(WitnessCourier.Client);
        var witnesses = builder.Configuration.GetSection("Commission:Witnesses").Get<WitnessSettings[]>() ?? [];
        builder.Services.AddSingleton<IReadOnlyList<WitnessSettings>>(witnesses);
        builder.Services.TryAddSingleton(new ConfiguredWitnesses([.. witnesses.Select(witness => witness.Key.Split('+')[0])]));
        builder.Services.AddHostedService<WitnessCourier>();
        builder.Services.AddSingleton<DealFlowRunner>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<DealFlowRunner>());
        builder.Services.AddStripeRail(builder.Configuration);
        builder.Services.Configure<PayerOptions>(builder.Configuration.GetSection("Commission:Payer"));
        builder.AddObservability();
        builder.Services.AddHostedService<LoopbackOnly>();
    }

    private static void AddConsole(WebApplicationBuilder builder, ApiSettings settings)
    {
        // Where the build put the pages' files; a published program has them in its own folder.
        builder.WebHost.UseStaticWebAssets();
        var keys = builder.Configuration["Commission:KeysDirectory"] ?? Path.Combine(settings.DataDirectory, "keys");
        builder.Services.AddCommissionConsole(new DirectoryInfo(Path.Combine(keys, "pages")));
    }

    private static void AddClient(WebApplicationBuilder builder, string connectionString)
    {
        builder.Services.AddSingleton(new LogOptions { LogName = builder.Configuration["Commission:LogName"] });
        builder.Services.AddCommissionReads(connectionString);
        builder.UseOrleansClient(client =>
        {
            client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString));
            client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (CommissionSilo.ClusterId, CommissionSilo.ClusterId));
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = CommissionSilo.ResponseTimeout);
            client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5));
            client.UseConnectionRetryFilter<ClientRetry>();
        });
    }

    /// <summary>A client that starts before its cluster waits for it.</summary>
    private sealed class ClientRetry : IClientConnectionRetryFilter
    {
        public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            return true;
        }
    }
}

/// <summary>The API was told to listen where others can reach it, and there is no authentication yet.</summary>
public sealed class LoopbackOnlyException(string url)
    : Exception($"'{url}' is not a loopback address. There is no authentication yet, so the API listens on loopback only: use http://127.0.0.1:PORT.");

/// <summary>Keeps the API on loopback until there is authentication, and says so at start.</summary>
internal sealed partial class LoopbackOnly(ILogger<LoopbackOnly> logger) : IHostedService
{
    public static void Check(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var host = Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.Host.Trim('[', ']') : "";
            if (!(host is "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address))))
                throw new LoopbackOnlyException(url);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        LogLoopback(HeaderActor.Header);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "No authentication yet: the API listens on loopback only, and {Header} names the acting contact")]
    private partial void LogLoopback(string header);
}
