using Commission.Grains.Payouts.Stripe;
using Commission.Storage.Payouts.Stripe;
using Commission.StripeStandIn;
using Commission.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Commission.Stripe.Tests;

/// <summary>A process that dies at any step leaves what the next one needs to finish, once.</summary>
public sealed class RailCrashTests(Bench bench) : IClassFixture<Bench>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 25)]
    [InlineData(true, 25)]
    public async Task A_fresh_process_finishes_what_a_dead_one_began(bool isSent, int hoursLater)
    {
        var order = StripeOrder.Transfer(Bench.Key(), await bench.AccountAsync(), Bench.Dollars(4200));
        await Assert.ThrowsAsync<ProcessDiedException>(() => bench.Start(wrap: gateway => new DyingGateway(gateway, isSent)).SendAsync(order));
        Assert.Equal(isSent ? 1 : 0, bench.TransfersOf(order.Key));
        bench.Clock.Advance(TimeSpan.FromHours(hoursLater));

        var next = bench.Start();
        Assert.Equal(1, await next.Rail.ResumeAsync(TimeSpan.Zero, Cancellation));

        Assert.Equal(1, bench.TransfersOf(order.Key));
        Assert.Equal(StripeOutcome.Done, (await next.SendAsync(order)).Outcome);
    }

    [Fact]
    public async Task A_process_that_dies_before_anything_is_sent_has_persisted_the_order()
    {
        var order = StripeOrder.Transfer(Bench.Key(), await bench.AccountAsync(), Bench.Dollars(1));
        var dead = bench.Start();
        await dead.Requests.PersistAsync(order, live: false, bench.Clock.GetUtcNow(), Cancellation);
        Assert.Equal(1, await bench.Start().Rail.ResumeAsync(TimeSpan.Zero, Cancellation));
        Assert.Equal(1, bench.TransfersOf(order.Key));
    }

    [Fact]
    public async Task What_was_left_open_is_taken_up_without_being_asked()
    {
        var order = StripeOrder.Transfer(Bench.Key(), await bench.AccountAsync(), Bench.Dollars(4200));
        await Assert.ThrowsAsync<ProcessDiedException>(() => bench.Start(wrap: gateway => new DyingGateway(gateway, isSent: true)).SendAsync(order));
        var process = bench.Start();
        var options = new StripeOptions { ResumeEvery = TimeSpan.FromMilliseconds(20) };
        using var wakeUp = new StripeWakeUp();
        using var courier = new StripeCourier(
            process.Rail, process.Onboarding, process.Requests, options, wakeUp, process.Metrics, NullLogger<StripeCourier>.Instance);
        await courier.StartAsync(Cancellation);
        await Eventually.BecomesTrueAsync(
            async () => (await process.Requests.FindAsync(order.Key, live: false, Cancellation))!.Outcome == StripeOutcome.Done, "the order has ended");
        await courier.StopAsync(Cancellation);
        Assert.Equal(1, bench.TransfersOf(order.Key));
    }

    [Fact]
    public async Task Two_processes_that_send_the_same_order_make_one_transfer()
    {
        var order = StripeOrder.Transfer(Bench.Key(), await bench.AccountAsync(), Bench.Dollars(900));
        bench.StandIn.Faults.Add(FaultKind.Slow, "/v1/transfers");
        var processes = Enumerable.Range(0, 6).Select(_ => bench.Start(options => options.Timeout = TimeSpan.FromSeconds(20))).ToList();
        var requests = await Task.WhenAll(processes.Select(process => process.SendAsync(order)));
        await bench.Start().SendAsync(order);
        Assert.Equal(1, bench.TransfersOf(order.Key));
        Assert.Single(requests.Where(request => request.ObjectId is not null).Select(request => request.ObjectId).Distinct());
    }

    [Fact]
    public async Task News_reaches_the_batch_until_it_says_so()
    {
        var order = StripeOrder.Transfer(Bench.Key(), await bench.AccountAsync(), Bench.Dollars(900));
        var process = bench.Start();
        var sent = await process.SendAsync(order);
        Assert.Contains(await process.Requests.ReadUntoldAsync(live: false, 1000, Cancellation), request => request.Order == order);
        await process.Requests.MarkToldAsync([sent], live: false, Cancellation);
        Assert.DoesNotContain(await process.Requests.ReadUntoldAsync(live: false, 1000, Cancellation), request => request.Order == order);
    }

    [Fact]
    public async Task The_database_keeps_what_was_asked_and_how_it_ended()
    {
        var order = StripeOrder.Transfer(Bench.Key(), await bench.AccountAsync(), Bench.Dollars(900));
        await bench.Start().SendAsync(order);
        foreach (var change in new[] { "amount = 901", "subject = 'acct_other'", "outcome = null, object_id = null", "object_id = 'tr_other'" })
        {
            var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => bench.Database.ScalarAsync<int?>(
                $"with u as (update stripe_request set {change} where key = '{order.Key}' returning 1) select count(*)::int from u"));
            Assert.Equal("42501", refused.SqlState);
        }
    }
}
