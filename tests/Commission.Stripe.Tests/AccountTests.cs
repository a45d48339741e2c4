using Commission.Domain;
using Commission.Grains.Payouts.Stripe;
using Commission.StripeStandIn;
using AccountList = Stripe.AccountListOptions;
using AccountsOfStripe = Stripe.AccountService;

namespace Commission.Stripe.Tests;

public sealed class AccountTests(Bench bench) : IClassFixture<Bench>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FaultKind.TimeoutAfter, 0)]
    [InlineData(FaultKind.ErrorAfter, 0)]
    [InlineData(FaultKind.CutBefore, 0)]
    [InlineData(FaultKind.CutAfter, 25)]
    public async Task A_payee_gets_one_account_whatever_goes_wrong(FaultKind kind, int hoursLater)
    {
        var payee = new ContactId(Guid.NewGuid());
        bench.StandIn.Faults.Add(kind, "/v1/accounts", 3);
        var process = bench.Start(wrap: gateway => hoursLater > 0 ? new BlindGateway(gateway) : gateway);
        var first = await process.Onboarding.OpenAsync(payee, "AU", Cancellation);
        bench.Clock.Advance(TimeSpan.FromHours(hoursLater));
        var account = await bench.Start().Onboarding.OpenAsync(payee, "AU", Cancellation);
        Assert.Equal(account!.State.Account, (first ?? account).State.Account);
        Assert.Equal([account.State.Account], await AtStripeAsync(payee));
        Assert.Equal(account.State.Account, (await bench.Start().Onboarding.OpenAsync(payee, "NZ", Cancellation))!.State.Account);
    }

    [Fact]
    public async Task A_refused_account_can_be_ordered_anew()
    {
        var payee = new ContactId(Guid.NewGuid());
        var refused = await Assert.ThrowsAsync<StripeRefusedException>(() => bench.Start().Onboarding.OpenAsync(payee, "XX", Cancellation));
        Assert.Equal("country_unsupported", refused.Code);
        Assert.NotNull(await bench.Start().Onboarding.OpenAsync(payee, "NZ", Cancellation));
        Assert.Single(await AtStripeAsync(payee));
    }

    [Fact]
    public async Task Stripe_is_asked_how_an_account_stands()
    {
        var (process, payee) = (bench.Start(), new ContactId(Guid.NewGuid()));
        var account = await process.Onboarding.OpenAsync(payee, "AU", Cancellation);
        Assert.False(account!.CanReceive);
        bench.StandIn.Onboard(account.State.Account);
        Assert.True((await process.Onboarding.RefreshAsync(payee, Cancellation))!.CanReceive);
        Assert.Null(await process.Onboarding.RefreshAsync(new ContactId(Guid.NewGuid()), Cancellation));
    }

    private async Task<List<string>> AtStripeAsync(ContactId payee)
    {
        var client = new global::Stripe.StripeClient(Bench.ApiKey, apiBase: bench.StandIn.Url);
        var accounts = await new AccountsOfStripe(client).ListAsync(new AccountList { Limit = 100 }, null, Cancellation);
        return [.. accounts.Data.Where(account => account.Metadata.GetValueOrDefault("contact") == payee.ToString()).Select(account => account.Id)];
    }
}
