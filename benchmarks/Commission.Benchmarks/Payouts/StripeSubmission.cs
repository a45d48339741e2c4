using Commission.Benchmarks.Harness;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Grains.Payouts.Stripe;
using Commission.Storage.Payouts.Stripe;
using Commission.StripeStandIn;
using Commission.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Commission.Benchmarks.Payouts;

/// <summary>
/// Transfers per second: orders that are persisted are taken up, sent to a stand-in for Stripe and recorded. Against the same calls bare, by
/// the same client with as many at once, which persists and records nothing.
/// </summary>
internal sealed class StripeSubmission : IBenchmark
{
    private const string ApiKey = "sk_test_0123456789abcdef";
    private static readonly int[] Parallelism = [1, 8, 32];

    public string Name => "stripe-submission";

    public async Task RunAsync(BenchmarkOptions options, Report report)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync("stripe");
        await using var dataSource = NpgsqlDataSource.Create(database.AppConnectionString);
        var clock = await CpuClock.StartAsync(database);
        foreach (var parallel in Parallelism)
        {
            await using var stage = await Stage.StartAsync(dataSource, parallel);
            var results = await Contest.RunAsync(
                options with { WarmupSeconds = options.WarmupSeconds / Parallelism.Length }, clock, new Side("engine", parallel, stage.PrepareAsync),
                new Side("the stand-in called bare", parallel, stage.PrepareBareAsync));
            report.Compare(
                $"Transfers to the stand-in, {parallel} at once", results[0], results[1], null,
                "client, stand-in and PostgreSQL share the cores; each transfer is recorded in a transaction of its own");
        }
    }

    private sealed class Stage : IAsyncDisposable
    {
        private readonly StandIn _standIn;
        private readonly StripeGateway _gateway;
        private readonly StripeRequests _requests;
        private readonly StripeRail _rail;
        private readonly string _account;
        private readonly int _parallel;
        private int _orders;

        private Stage(StandIn standIn, StripeGateway gateway, StripeRequests requests, StripeRail rail, string account, int parallel) =>
            (_standIn, _gateway, _requests, _rail, _account, _parallel) = (standIn, gateway, requests, rail, account, parallel);

        public static async Task<Stage> StartAsync(NpgsqlDataSource dataSource, int parallel)
        {
            var standIn = await StandIn.StartAsync();
            standIn.Fund(long.MaxValue / 2);
            var options = new StripeOptions { ApiBase = new Uri(standIn.Url), ApiKey = ApiKey, MaxParallelRequests = parallel };
            var (gateway, requests) = (new StripeGateway(options), new StripeRequests(dataSource));
            var rail = new StripeRail(gateway, requests, options, TimeProvider.System, NullLogger<StripeRail>.Instance);
            var onboarding = new StripeOnboarding(rail, gateway, requests, new StripeAccounts(dataSource));
            var account = (await onboarding.OpenAsync(new ContactId(Guid.NewGuid()), "AU", CancellationToken.None))!.State.Account;
            standIn.Onboard(account);
            return new Stage(standIn, gateway, requests, rail, account, parallel);
        }

        /// <summary>Orders are placed as a batch places them, outside the time.</summary>
        public async Task<Func<Task>> PrepareAsync(int count)
        {
            await Load.RunAsync(count, 8, _ => _requests.PersistAsync(Next(), live: false, TimeProvider.System.GetUtcNow(), CancellationToken.None));
            return async () =>
            {
                var ended = await _rail.ResumeAsync(TimeSpan.Zero, CancellationToken.None);
                if (ended != count)
                    throw new InvalidOperationException($"{ended} of {count} transfers were done.");
            };
        }

        public Task<Func<Task>> PrepareBareAsync(int count) => Task.FromResult<Func<Task>>(() => Load.RunAsync(count, _parallel, async _ =>
        {
            if (await _gateway.SendAsync(Next(), CancellationToken.None) is not StripeAnswer<StripeObject>.Done)
                throw new InvalidOperationException("A transfer was not done.");
        }));

        public async ValueTask DisposeAsync()
        {
            _gateway.Dispose();
            await _standIn.DisposeAsync();
        }

        private StripeOrder Next()
        {
            var number = Interlocked.Increment(ref _orders);
            return StripeOrder.Transfer($"payout_{_account}/{number}/1", _account, new Money(100 + number % 900, new Currency("AUD")));
        }
    }
}
