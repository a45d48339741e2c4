using Commission.Storage.Payouts.Stripe;
using Commission.StripeStandIn;

namespace Commission.Stripe.Tests;

/// <summary>Whatever goes wrong on the way, an order is one transfer.</summary>
public sealed class RailFaultTests(Bench bench) : IClassFixture<Bench>
{
    public static TheoryData<FaultKind, int> Faults { get; } = [.. Enum.GetValues<FaultKind>().SelectMany(kind => new[] { (kind, 1), (kind, 3), (kind, 7) })];

    [Theory, MemberData(nameof(Faults))]
    public async Task One_transfer_per_order_under_every_fault(FaultKind kind, int times)
    {
        var account = await bench.AccountAsync();
        var key = Bench.Key();
        bench.StandIn.Faults.Add(kind, "/v1/transfers", times);

        var rail = bench.Start();
        var request = await rail.SendAsync(StripeOrder.Transfer(key, account, Bench.Dollars(1250)));
        for (var resumes = 0; request.Outcome is null && resumes < 4; resumes++)
        {
            Assert.InRange(bench.TransfersOf(key), 0, 1);
            await bench.Start().Rail.ResumeAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
            request = (await rail.Requests.FindAsync(key, live: false, TestContext.Current.CancellationToken))!;
        }
        bench.StandIn.Faults.Clear();

        Assert.Equal(StripeOutcome.Done, request.Outcome);
        var transfer = Assert.Single(bench.StandIn.ReadTransfers(), transfer => (string?)transfer["transfer_group"] == key);
        Assert.Equal((request.ObjectId, 1250L, account), ((string?)transfer["id"], (long)transfer["amount"]!, (string?)transfer["destination"]));
    }

    [Fact]
    public async Task After_a_day_an_order_is_looked_up_and_not_sent_again()
    {
        var account = await bench.AccountAsync();
        var order = StripeOrder.Transfer(Bench.Key(), account, Bench.Dollars(700));
        bench.StandIn.Faults.Add(FaultKind.TimeoutAfter, "/v1/transfers");
        var rail = bench.Start(options => options.MaxTries = 1, gateway => new BlindGateway(gateway));
        Assert.Null((await rail.SendAsync(order)).Outcome);

        bench.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(1, await bench.Start().Rail.ResumeAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));

        Assert.Equal(1, bench.TransfersOf(order.Key));
        Assert.Equal(1, (await rail.Requests.FindAsync(order.Key, live: false, TestContext.Current.CancellationToken))!.Sends);
    }

    [Fact]
    public async Task After_a_day_nothing_is_sent_as_long_as_nobody_can_look()
    {
        var account = await bench.AccountAsync();
        var order = StripeOrder.Transfer(Bench.Key(), account, Bench.Dollars(700));
        bench.StandIn.Faults.Add(FaultKind.TimeoutAfter, "/v1/transfers");
        await bench.Start(options => options.MaxTries = 1, gateway => new BlindGateway(gateway)).SendAsync(order);
        bench.Clock.Advance(TimeSpan.FromHours(25));

        Assert.Null((await bench.Start(wrap: gateway => new BlindGateway(gateway)).SendAsync(order)).Outcome);
        Assert.Equal(1, bench.TransfersOf(order.Key));

        Assert.Equal(StripeOutcome.Done, (await bench.Start().SendAsync(order)).Outcome);
        Assert.Equal(1, bench.TransfersOf(order.Key));
    }

    [Fact]
    public async Task After_a_day_what_was_never_done_is_sent_anew()
    {
        var account = await bench.AccountAsync();
        var order = StripeOrder.Transfer(Bench.Key(), account, Bench.Dollars(700));
        bench.StandIn.Faults.Add(FaultKind.CutBefore, "/v1/transfers");
        Assert.Null((await bench.Start(options => options.MaxTries = 1).SendAsync(order)).Outcome);

        bench.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(StripeOutcome.Done, (await bench.Start().SendAsync(order)).Outcome);
        Assert.Equal(1, bench.TransfersOf(order.Key));
    }

    [Fact]
    public async Task A_refusal_ends_an_order_and_only_a_new_attempt_pays()
    {
        var order = StripeOrder.Transfer("payout_01jrefused/1/1", (await NotOnboardedAsync())!, Bench.Dollars(100));
        var rail = bench.Start();
        var refused = await rail.SendAsync(order);
        Assert.Equal((StripeOutcome.Refused, "insufficient_capabilities_for_transfer"), (refused.Outcome, refused.Code));

        bench.StandIn.Onboard(order.Subject);
        var requests = bench.StandIn.Requests;
        Assert.Equal(StripeOutcome.Refused, (await rail.SendAsync(order)).Outcome);
        Assert.Equal(requests, bench.StandIn.Requests);

        Assert.Equal(StripeOutcome.Done, (await rail.SendAsync(order with { Key = "payout_01jrefused/1/2" })).Outcome);
        Assert.Equal((0, 1), (bench.TransfersOf(order.Key), bench.TransfersOf("payout_01jrefused/1/2")));
    }

    [Fact]
    public async Task A_key_without_rights_fails_no_order()
    {
        var order = StripeOrder.Transfer(Bench.Key(), await bench.AccountAsync(), Bench.Dollars(100));
        Assert.Null((await bench.Start(options => options.ApiKey = "sk_test_0123456789_revoked").SendAsync(order)).Outcome);
        Assert.Equal(StripeOutcome.Done, (await bench.Start().SendAsync(order)).Outcome);
    }

    [Fact]
    public async Task One_key_stands_for_one_order()
    {
        var order = StripeOrder.Transfer(Bench.Key(), await bench.AccountAsync(), Bench.Dollars(100));
        var rail = bench.Start();
        await rail.SendAsync(order);
        await Assert.ThrowsAsync<StripeContradictionException>(() => rail.SendAsync(order with { AmountMinor = 101 }));
        Assert.Equal(1, bench.TransfersOf(order.Key));
    }

    [Fact]
    public async Task A_reversal_is_done_once_and_never_for_more_than_there_is()
    {
        var rail = bench.Start();
        var transfer = await rail.SendAsync(StripeOrder.Transfer(Bench.Key(), await bench.AccountAsync(), Bench.Dollars(1000)));
        bench.StandIn.Faults.Add(FaultKind.TimeoutAfter, "/v1/transfers", 1);
        var back = StripeOrder.Reversal(Bench.Key(), transfer.ObjectId!, Bench.Dollars(600));
        Assert.Equal(StripeOutcome.Done, (await rail.SendAsync(back)).Outcome);

        var tooMuch = await rail.SendAsync(StripeOrder.Reversal(Bench.Key(), transfer.ObjectId!, Bench.Dollars(401)));
        Assert.Equal(StripeOutcome.Refused, tooMuch.Outcome);
        var kept = bench.StandIn.ReadTransfers().Single(kept => (string?)kept["id"] == transfer.ObjectId);
        Assert.Equal(600, (long)kept["amount_reversed"]!);
    }

    [Fact]
    public async Task Many_orders_go_side_by_side_and_never_more_than_allowed()
    {
        var account = await bench.AccountAsync();
        var orders = Enumerable.Range(1, 60).Select(item => StripeOrder.Transfer($"payout_01jmany/{item}/1", account, Bench.Dollars(item))).ToList();
        bench.StandIn.Faults.Add(FaultKind.Slow, "/v1/transfers", 6);
        var process = bench.Start(options => (options.MaxParallelRequests, options.Timeout) = (4, TimeSpan.FromSeconds(20)));
        foreach (var order in orders)
            await process.Requests.PersistAsync(order, live: false, bench.Clock.GetUtcNow(), TestContext.Current.CancellationToken);

        Assert.Equal(60, await process.Rail.ResumeAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.All(orders, order => Assert.Equal(1, bench.TransfersOf(order.Key)));
        Assert.InRange(bench.StandIn.MostAtOnce, 2, 4);
    }

    private async Task<string?> NotOnboardedAsync() => (await bench.Start().Onboarding.OpenAsync(
        new Domain.ContactId(Guid.NewGuid()), "AU", TestContext.Current.CancellationToken))?.State.Account;
}
