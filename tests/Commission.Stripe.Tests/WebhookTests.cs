using System.Net;
using System.Text;
using Commission.Api;
using Commission.Domain;
using Commission.Grains.Payouts.Stripe;
using Commission.Storage.Payouts.Stripe;
using Commission.StripeStandIn;
using Commission.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Commission.Stripe.Tests;

/// <summary>The real API on a loopback port, told by the stand-in.</summary>
public sealed class WebhookTests(WebhookTests.ToldApi api) : IClassFixture<WebhookTests.ToldApi>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Bench Bench => api.Bench;

    [Fact]
    public async Task Repeated_events_are_taken_once_and_what_they_tell_is_known()
    {
        var process = Bench.Start();
        var order = StripeOrder.Transfer(Bench.Key(), await Bench.AccountAsync(), Bench.Dollars(500));
        Bench.StandIn.Webhooks.Copies = 3;
        var sent = await process.SendAsync(order);
        await process.SendAsync(StripeOrder.Reversal(Bench.Key(), sent.ObjectId!, Bench.Dollars(200)));
        Bench.StandIn.Webhooks.Copies = 1;

        await KnownAsync(process, order.Key, request => request.ReversedMinor == 200, "the reversal is known");
        int Delivered() => Bench.StandIn.Webhooks.Deliveries.Count(delivery => delivery.Type == "transfer.reversed");
        await Eventually.BecomesTrueAsync(() => Task.FromResult(Delivered() >= 3), "three copies were sent");
        Assert.Equal(1, await Bench.Database.ScalarAsync<long>(
            $"select count(*) from stripe_event where transfer_group = '{order.Key}' and type = 'transfer.reversed'"));
        Assert.Equal(2, (await process.Requests.FindAsync(order.Key, live: false, Cancellation))!.Revision);
    }

    [Fact]
    public async Task An_event_tells_that_an_order_was_done_whose_answer_was_lost()
    {
        var process = Bench.Start(options => options.MaxTries = 1, gateway => new BlindGateway(gateway));
        var order = StripeOrder.Transfer(Bench.Key(), await Bench.AccountAsync(), Bench.Dollars(500));
        Bench.StandIn.Webhooks.Hold();
        Bench.StandIn.Faults.Add(FaultKind.TimeoutAfter, "/v1/transfers");
        Assert.Null((await process.SendAsync(order)).Outcome);

        await Bench.StandIn.Webhooks.ReleaseAsync();
        var told = await process.Requests.FindAsync(order.Key, live: false, Cancellation);
        Assert.Equal((StripeOutcome.Done, 1), (told!.Outcome, told.Sends));
        Assert.Equal((string?)Bench.StandIn.ReadTransfers()[0]["id"], told.ObjectId);
    }

    [Fact]
    public async Task Events_in_the_wrong_order_give_the_same_end()
    {
        var process = Bench.Start();
        var order = StripeOrder.Transfer(Bench.Key(), await Bench.AccountAsync(), Bench.Dollars(500));
        Bench.StandIn.Webhooks.Hold();
        var sent = await process.SendAsync(order);
        await process.SendAsync(StripeOrder.Reversal(Bench.Key(), sent.ObjectId!, Bench.Dollars(100)));
        await process.SendAsync(StripeOrder.Reversal(Bench.Key(), sent.ObjectId!, Bench.Dollars(400)));
        await Bench.StandIn.Webhooks.ReleaseAsync(backwards: true);
        Assert.Equal(500, (await process.Requests.FindAsync(order.Key, live: false, Cancellation))!.ReversedMinor);
    }

    [Fact]
    public async Task An_event_of_an_unknown_transfer_is_kept_and_spares_the_payment_later()
    {
        var process = Bench.Start();
        var order = StripeOrder.Transfer(Bench.Key(), await Bench.AccountAsync(), Bench.Dollars(500));
        Bench.StandIn.Webhooks.Hold();
        await process.Gateway.SendAsync(order, Cancellation);
        await Bench.StandIn.Webhooks.ReleaseAsync();
        Assert.Equal("kept", await EffectAsync(order.Key));

        Bench.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal((StripeOutcome.Done, 0), await process.SendAsync(order) is var request ? (request.Outcome, request.Sends) : default);
        Assert.Equal(("applied", 1), (await EffectAsync(order.Key), Bench.TransfersOf(order.Key)));
    }

    [Fact]
    public async Task A_transfer_of_another_amount_in_an_orders_name_stops_it()
    {
        var process = Bench.Start();
        var order = StripeOrder.Transfer(Bench.Key(), await Bench.AccountAsync(), Bench.Dollars(500));
        Bench.StandIn.Webhooks.Hold();
        await process.Gateway.SendAsync(order with { AmountMinor = 5 }, Cancellation);
        await Bench.StandIn.Webhooks.ReleaseAsync();
        await Assert.ThrowsAsync<StripeContradictionException>(() => process.SendAsync(order));
        Assert.Equal("contradiction", await EffectAsync(order.Key));
        Assert.Equal(1, Bench.TransfersOf(order.Key));
    }

    [Fact]
    public async Task Requirements_of_an_account_are_known_as_they_change()
    {
        var (process, payee) = (Bench.Start(), new ContactId(Guid.NewGuid()));
        var opened = await process.Onboarding.OpenAsync(payee, "AU", Cancellation);
        Assert.False(opened!.CanReceive);
        Assert.Contains("external_account", opened.State.CurrentlyDue);
        var link = await process.Onboarding.MintLinkAsync(payee, new Uri("https://app.example/back"), new Uri("https://app.example/again"), Cancellation);
        var minted = Assert.IsType<StripeAnswer<StripeOnboardingLink>.Done>(link);
        Assert.True(minted.Value.ExpiresAt > Bench.Clock.GetUtcNow());

        using (var http = new HttpClient())
            await http.GetStringAsync(minted.Value.Url, Cancellation);
        await AccountAsync(process, payee, account => account.CanReceive && account.State.CurrentlyDue.Count == 0);

        Bench.Clock.Advance(TimeSpan.FromSeconds(2));
        Bench.StandIn.Require(opened.State.Account, disable: true, "individual.verification.document");
        await AccountAsync(process, payee, account => !account.CanReceive && account.State.CurrentlyDue.SequenceEqual(["individual.verification.document"]));
    }

    [Fact]
    public async Task An_older_state_does_not_replace_a_newer_one()
    {
        var (process, payee) = (Bench.Start(), new ContactId(Guid.NewGuid()));
        Bench.StandIn.Webhooks.Hold();
        var account = (await process.Onboarding.OpenAsync(payee, "AU", Cancellation))!.State.Account;
        Bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Bench.StandIn.Require(account, disable: true, "external_account");
        Bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Bench.StandIn.Onboard(account);
        await Bench.StandIn.Webhooks.ReleaseAsync(backwards: true);
        Assert.True((await process.Accounts.FindAsync(payee, live: false, Cancellation))!.CanReceive);
    }

    [Fact]
    public async Task Both_secrets_count_while_one_is_replaced_and_the_old_one_no_longer()
    {
        var endpoint = new WebhookEndpoint("we_own", new Uri(api.Address), isConnect: false, isLive: false);
        var (old, secrets) = (endpoint.Secret, api.Options.WebhookSecrets);
        secrets.Add(old);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(endpoint, Event("evt_r1")));
        endpoint.Roll();
        endpoint.ExpireOldSecrets();
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(endpoint, Event("evt_r2")));
        secrets.Add(endpoint.Secret);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(endpoint, Event("evt_r2")));
        secrets.Remove(old);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(endpoint, Event("evt_r3")));
        secrets.Remove(endpoint.Secret);
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(endpoint, Event("evt_r4")));
        Assert.Equal(3, await Bench.Database.ScalarAsync<long>("select count(*) from stripe_event where id like 'evt_r_'"));
    }

    [Fact]
    public async Task What_is_forged_old_changed_or_of_the_other_mode_is_refused()
    {
        var endpoint = api.Platform;
        var body = Event("evt_bad");
        var now = Bench.Clock.GetUtcNow();
        string?[] signatures =
        [
            null, "", "nonsense", "t=abc,v1=00", $"t={now.ToUnixTimeSeconds()},v1={new string('0', 64)}", endpoint.Sign(body, now - TimeSpan.FromMinutes(6)),
            endpoint.Sign(body + " ", now), endpoint.Sign(body, now).Replace("v1=", "v0=", StringComparison.Ordinal), api.Connect.Sign(body, now),
        ];
        foreach (var signature in signatures)
            Assert.Equal((signature, HttpStatusCode.BadRequest), (signature, await PostAsync(body, signature)));
        var live = Event("evt_bad", live: true);
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(live, endpoint.Sign(live, now)));
        foreach (var malformed in new[] { "", "{}", "[1]", "{\"id\":7}", Event("evt_bad").Replace("\"data\"", "\"date\"", StringComparison.Ordinal) })
            Assert.Equal((malformed, HttpStatusCode.BadRequest), (malformed, await PostAsync(malformed, endpoint.Sign(malformed, now))));
        var large = Event("evt_bad") + new string(' ', 1024 * 1024);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(large, endpoint.Sign(large, now)));
        Assert.Equal(0, await Bench.Database.ScalarAsync<long>("select count(*) from stripe_event where id = 'evt_bad'"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(body, endpoint.Sign(body, now)));
    }

    private static string Event(string id, bool live = false) => $$"""
        {"id":"{{id}}","object":"event","created":1700000000,"livemode":{{(live ? "true" : "false")}},"type":"balance.available","data":{"object":{} } }
        """;

    private Task<HttpStatusCode> PostAsync(WebhookEndpoint endpoint, string body) => PostAsync(body, endpoint.Sign(body, Bench.Clock.GetUtcNow()));

    private async Task<HttpStatusCode> PostAsync(string body, string? signature)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{api.Address}/api/v1/stripe/webhooks"));
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        using var response = await http.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    private Task<string?> EffectAsync(string key) => Bench.Database.ScalarAsync<string>($"select effect from stripe_event where transfer_group = '{key}'");

    private static Task KnownAsync(Process process, string key, Func<StripeRequest, bool> isSo, string what) => Eventually.BecomesTrueAsync(
        async () => await process.Requests.FindAsync(key, live: false, Cancellation) is { } request && isSo(request), what);

    private static Task AccountAsync(Process process, ContactId payee, Func<StripeAccount, bool> isSo) => Eventually.BecomesTrueAsync(
        async () => await process.Accounts.FindAsync(payee, live: false, Cancellation) is { } account && isSo(account), "the account's state is known");

    /// <summary>Bench, API, and an endpoint of each stream.</summary>
    public sealed class ToldApi : IAsyncLifetime
    {
        private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("commission-keys-");
        private WebApplication? _app;

        public Bench Bench { get; } = new();

        public string Address => _app!.Urls.Single();

        public StripeOptions Options => _app!.Services.GetRequiredService<StripeOptions>();

        public WebhookEndpoint Platform { get; private set; } = null!;

        public WebhookEndpoint Connect { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await Bench.InitializeAsync();
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
            {
                ApplicationName = typeof(ApiHost).Assembly.GetName().Name,
                Args =
                [
                    "--urls", "http://127.0.0.1:0", "--Commission:KeysDirectory", _keys.FullName,
                    "--Commission:Stripe:ApiBase", Bench.StandIn.Url, "--Commission:Stripe:ApiKey", Bench.ApiKey,
                    "--Commission:Stripe:ResumeEvery", "1.00:00:00",
                ],
                ContentRootPath = AppContext.BaseDirectory,
            });
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<TimeProvider>(Bench.Clock);
            _app = ApiHost.Build(builder, new ApiSettings { VerticalsDirectory = "none" }, Bench.Database.OwnerConnectionString, alone: true);
            await _app.StartAsync();
            Platform = Bench.StandIn.Webhooks.Add(new Uri($"{Address}/api/v1/stripe/webhooks"), isConnect: false);
            Connect = Bench.StandIn.Webhooks.Add(new Uri($"{Address}/api/v1/stripe/connect-webhooks"), isConnect: true);
            Options.WebhookSecrets.Add(Platform.Secret);
            Options.ConnectWebhookSecrets.Add(Connect.Secret);
        }

        public async ValueTask DisposeAsync()
        {
            if (_app is not null)
                await _app.DisposeAsync();
            await Bench.DisposeAsync();
            _keys.Delete(recursive: true);
        }
    }
}
