using System.Diagnostics.Metrics;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Grains.Payouts.Stripe;
using Commission.Storage.Payouts.Stripe;
using Commission.StripeStandIn;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Commission.Stripe.Tests;

/// <summary>A stand-in for Stripe, a database, and a clock for both; processes of ours are made over them.</summary>
public sealed class Bench : IAsyncLifetime
{
    public const string ApiKey = "sk_test_0123456789abcdef";
    private static int _numbers;
    private readonly List<Process> _processes = [];
    private TestDatabase? _database;
    private StandIn? _standIn;

    public ShiftedClock Clock { get; } = new();

    public TestDatabase Database => _database!;

    public StandIn StandIn => _standIn!;

    public static Money Dollars(long minor) => new(minor, new Currency("AUD"));

    /// <summary>A key that no other test uses.</summary>
    public static string Key() => $"payout_01jtest/{Interlocked.Increment(ref _numbers)}/1";

    public async ValueTask InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync("stripe");
        _standIn = await StandIn.StartAsync(new StandInOptions { Time = Clock });
        _standIn.Fund(1_000_000_00);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        await StandIn.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>A process of ours, which knows nothing but the database.</summary>
    internal Process Start(Action<StripeOptions>? bend = null, Func<IStripeGateway, IStripeGateway>? wrap = null, ILoggerProvider? log = null)
    {
        var options = new StripeOptions
        {
            ApiBase = new Uri(StandIn.Url),
            ApiKey = ApiKey,
            Timeout = TimeSpan.FromMilliseconds(400),
            RetryPause = TimeSpan.FromMilliseconds(1),
        };
        bend?.Invoke(options);
        var process = new Process(options, Database.AppConnectionString, Clock, wrap ?? (gateway => gateway), log);
        _processes.Add(process);
        return process;
    }

    /// <summary>A payee's account that can receive.</summary>
    internal async Task<string> AccountAsync()
    {
        var account = await Start().Onboarding.OpenAsync(new ContactId(Guid.NewGuid()), "AU", TestContext.Current.CancellationToken);
        StandIn.Onboard(account!.State.Account);
        return account.State.Account;
    }

    /// <summary>The transfers that bear this key.</summary>
    internal int TransfersOf(string key) => StandIn.ReadTransfers().Count(transfer => (string?)transfer["transfer_group"] == key);
}

/// <summary>The rail and its tables, made of nothing but options and a database.</summary>
internal sealed class Process : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly StripeGateway _gateway;
    private readonly LoggerFactory? _logs;
    private readonly ServiceProvider _meters;

    public Process(StripeOptions options, string connectionString, TimeProvider clock, Func<IStripeGateway, IStripeGateway> wrap, ILoggerProvider? log)
    {
        _dataSource = NpgsqlDataSource.Create(connectionString);
        (Requests, Accounts, Events) = (new StripeRequests(_dataSource), new StripeAccounts(_dataSource), new StripeEvents(_dataSource));
        _gateway = new StripeGateway(options);
        Gateway = wrap(_gateway);
        _logs = log is null ? null : new LoggerFactory([log]);
        ILogger<StripeRail> logger = _logs is null ? NullLogger<StripeRail>.Instance : new Logger<StripeRail>(_logs);
        Rail = new StripeRail(Gateway, Requests, options, clock, logger);
        Onboarding = new StripeOnboarding(Rail, Gateway, Requests, Accounts);
        _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        Metrics = new StripeMetrics(_meters.GetRequiredService<IMeterFactory>(), clock);
        Webhooks = new StripeWebhooks(options, Events, Metrics, clock);
    }

    public IStripeGateway Gateway { get; }

    public StripeRequests Requests { get; }

    public StripeAccounts Accounts { get; }

    public StripeEvents Events { get; }

    public StripeRail Rail { get; }

    public StripeOnboarding Onboarding { get; }

    public StripeWebhooks Webhooks { get; }

    public StripeMetrics Metrics { get; }

    public Task<StripeRequest> SendAsync(StripeOrder order) => Rail.SendAsync(order, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _gateway.Dispose();
        _logs?.Dispose();
        await _meters.DisposeAsync();
        await _dataSource.DisposeAsync();
    }
}

/// <summary>The machine's clock, moved.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private long _ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
