using Stripe;
using WebhookEndpoint = Commission.StripeStandIn.WebhookEndpoint;

namespace Commission.Stripe.Tests;

/// <summary>What the stand-in does is what Stripe's own .NET client expects, and it refuses what Stripe refuses.</summary>
public sealed class StandInTests(Bench bench) : IClassFixture<Bench>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private StripeClient Client => new(Bench.ApiKey, httpClient: new SystemNetHttpClient(maxNetworkRetries: 0), apiBase: bench.StandIn.Url);

    private TransferService Transfers => new(Client);

    [Theory]
    [InlineData(-1, "aud", "parameter_invalid_integer", "amount")]
    [InlineData(0, "aud", "parameter_invalid_integer", "amount")]
    [InlineData(1, "xyz", null, "currency")]
    [InlineData(1, "usd", "balance_insufficient", null)]
    [InlineData(1_000_000_01, "aud", "balance_insufficient", null)]
    public async Task Transfers_that_Stripe_refuses_are_refused(long amount, string currency, string? code, string? param)
    {
        var options = new TransferCreateOptions { Amount = amount, Currency = currency, Destination = await bench.AccountAsync() };
        var error = await Assert.ThrowsAsync<StripeException>(() => Transfers.CreateAsync(options, null, Cancellation));
        var refusal = error.StripeError;
        Assert.Equal((400, "invalid_request_error", code, param), ((int)error.HttpStatusCode, refusal.Type, refusal.Code, refusal.Param));
    }

    [Theory]
    [InlineData("acct_unknown", "resource_missing")]
    [InlineData(null, "insufficient_capabilities_for_transfer")]
    public async Task A_destination_must_exist_and_be_able_to_receive(string? destination, string code)
    {
        destination ??= (await new AccountService(Client).CreateAsync(new AccountCreateOptions { Country = "AU" }, null, Cancellation)).Id;
        var error = await Assert.ThrowsAsync<StripeException>(() => Transfers.CreateAsync(Order(destination), null, Cancellation));
        Assert.Equal(code, error.StripeError.Code);
    }

    [Fact]
    public async Task An_idempotency_key_replays_for_a_day_and_refuses_other_parameters()
    {
        var (account, key) = (await bench.AccountAsync(), new RequestOptions { IdempotencyKey = Bench.Key() });
        var first = await Transfers.CreateAsync(Order(account), key, Cancellation);
        var second = await Transfers.CreateAsync(Order(account), key, Cancellation);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal("true", second.StripeResponse.Headers.GetValues("Idempotent-Replayed").Single());
        var mismatch = await Assert.ThrowsAsync<StripeException>(() => Transfers.CreateAsync(Order(account, amount: 2), key, Cancellation));
        Assert.Equal("idempotency_error", mismatch.StripeError.Type);

        bench.Clock.Advance(TimeSpan.FromHours(25));
        Assert.NotEqual(first.Id, (await Transfers.CreateAsync(Order(account), key, Cancellation)).Id);
    }

    [Fact]
    public async Task An_executed_refusal_is_replayed_and_a_validation_is_not()
    {
        var account = await bench.AccountAsync();
        var key = new RequestOptions { IdempotencyKey = Bench.Key() };
        await Assert.ThrowsAsync<StripeException>(() => Transfers.CreateAsync(Order(account, currency: "nzd"), key, Cancellation));
        bench.StandIn.Fund(100, "nzd");
        await Assert.ThrowsAsync<StripeException>(() => Transfers.CreateAsync(Order(account, currency: "nzd"), key, Cancellation));

        var other = new RequestOptions { IdempotencyKey = Bench.Key() };
        await Assert.ThrowsAsync<StripeException>(() => Transfers.CreateAsync(Order(account, amount: -5), other, Cancellation));
        Assert.Equal(1, (await Transfers.CreateAsync(Order(account), other, Cancellation)).Amount);
    }

    [Fact]
    public async Task A_payout_leaves_the_connected_account_and_comes_back_when_its_bank_refuses()
    {
        var account = await bench.AccountAsync();
        var own = new RequestOptions { StripeAccount = account };
        await Transfers.CreateAsync(Order(account, amount: 500), null, Cancellation);
        var payouts = new PayoutService(Client);
        await Assert.ThrowsAsync<StripeException>(() => payouts.CreateAsync(new PayoutCreateOptions { Amount = 501, Currency = "aud" }, own, Cancellation));
        var payout = await payouts.CreateAsync(new PayoutCreateOptions { Amount = 500, Currency = "aud" }, own, Cancellation);
        Assert.Equal(0, (await new BalanceService(Client).GetAsync(null, own, Cancellation)).Available[0].Amount);
        bench.StandIn.SettlePayout(payout.Id, paid: false);
        Assert.Equal("failed", (await payouts.GetAsync(payout.Id, null, own, Cancellation)).Status);
        Assert.Equal(500, (await new BalanceService(Client).GetAsync(null, own, Cancellation)).Available[0].Amount);
    }

    [Fact]
    public async Task Its_events_verify_with_Stripes_code()
    {
        var endpoint = new WebhookEndpoint("we_1", new Uri("http://127.0.0.1"), isConnect: false, isLive: false);
        await Transfers.CreateAsync(Order(await bench.AccountAsync()), null, Cancellation);
        var listed = (await new EventService(Client).ListAsync(new EventListOptions { Limit = 1, Type = "transfer.created" }, null, Cancellation)).Data[0];
        var body = listed.RawJsonElement!.Value.GetRawText();
        var now = bench.Clock.GetUtcNow();
        endpoint.Roll();
        Event Verified(string received) => EventUtility.ConstructEvent(
            received, endpoint.Sign(body, now), endpoint.Secret, 300, now.ToUnixTimeSeconds(), throwOnApiVersionMismatch: false);
        var verified = Verified(body);
        Assert.IsType<Transfer>(verified.Data.Object);
        Assert.Throws<StripeException>(() => Verified(body + " "));
    }

    private static TransferCreateOptions Order(string account, long amount = 1, string currency = "aud") =>
        new() { Amount = amount, Currency = currency, Destination = account };
}
