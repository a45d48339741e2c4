using System.Collections.Concurrent;
using Commission.Grains.Payouts.Stripe;
using Commission.Storage.Payouts.Stripe;
using Commission.StripeStandIn;
using Microsoft.Extensions.Logging;

namespace Commission.Stripe.Tests;

public sealed class SettingsTests(Bench bench) : IClassFixture<Bench>
{
    [Theory]
    [InlineData("sk_test_x", false)]
    [InlineData("rk_test_x", false)]
    [InlineData("sk_live_x", true)]
    [InlineData("rk_live_x", true)]
    public void A_key_says_which_world_it_opens(string key, bool live) => Assert.Equal(live, new StripeOptions { ApiKey = key }.IsLive);

    [Theory]
    [InlineData("pk_live_x", "https://api.stripe.com")]
    [InlineData("whsec_x", "https://api.stripe.com")]
    [InlineData("sk_live_x", "http://stripe.example")]
    public void Settings_that_cannot_be_meant_are_refused_without_telling_the_key(string key, string apiBase)
    {
        var refused = Assert.Throws<StripeSettingsException>(new StripeOptions { ApiKey = key, ApiBase = new Uri(apiBase) }.Check);
        Assert.DoesNotContain(key, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_and_live_are_separate_worlds()
    {
        var key = Bench.Key();
        var test = bench.Start();
        await test.SendAsync(StripeOrder.Transfer(key, await bench.AccountAsync(), Bench.Dollars(100)));
        var live = bench.Start(options => options.ApiKey = "sk_live_0123456789abcdef");
        bench.StandIn.Fund(1000, isLive: true);

        Assert.Null(await live.Requests.FindAsync(key, live: true, TestContext.Current.CancellationToken));
        var other = await live.SendAsync(StripeOrder.Transfer(key, "acct_unknown", Bench.Dollars(100)));
        Assert.Equal((StripeOutcome.Refused, "resource_missing"), (other.Outcome, other.Code));
        Assert.Empty(bench.StandIn.ReadTransfers(isLive: true));
        Assert.Equal(StripeOutcome.Done, (await test.Requests.FindAsync(key, live: false, TestContext.Current.CancellationToken))!.Outcome);
    }

    [Fact]
    public async Task Keys_are_never_logged()
    {
        using var log = new RecordingLog();
        var process = bench.Start(log: log);
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            bench.StandIn.Faults.Add(kind, "/v1/transfers", 3);
            await process.SendAsync(StripeOrder.Transfer(Bench.Key(), await bench.AccountAsync(), Bench.Dollars(10)));
            bench.StandIn.Faults.Clear();
        }
        await process.SendAsync(StripeOrder.Transfer(Bench.Key(), "acct_unknown", Bench.Dollars(10)));
        await bench.Start(options => options.ApiKey = "sk_test_0123456789_revoked", log: log)
            .SendAsync(StripeOrder.Transfer(Bench.Key(), "acct_unknown", Bench.Dollars(10)));

        Assert.Contains(log.Lines, line => line.Contains("resource_missing", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains("401", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("sk_test_0123456789", StringComparison.Ordinal));
        Assert.DoesNotContain("sk_", new StripeOptions { ApiKey = Bench.ApiKey }.ToString(), StringComparison.Ordinal);
    }

    private sealed class RecordingLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }
}
