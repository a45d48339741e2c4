using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Domain.Ledger;
using Commission.Grains.Payouts.Stripe;
using Commission.StripeStandIn;
using Commission.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Commission.Api.Tests.Payouts;

/// <summary>
/// An engine that pays by a stand-in for Stripe, which tells it by webhooks; a network with one completed deal past its cooling-off, whose two
/// payees have tax facts, an account at Stripe, and no bank account.
/// </summary>
internal sealed class StripeScenario : IAsyncDisposable
{
    public const string ApiKey = "sk_test_0123456789abcdef";
    public const long ReferrerPay = 283_141;
    public const long UplinePay = 34_150;
    private static readonly HttpClient Http = new();

    private StripeScenario(PayoutScenario payouts, StandIn standIn, StripeOptions options, WebhookEndpoint connect) =>
        (Payouts, StandIn, Options, Connect) = (payouts, standIn, options, connect);

    public PayoutScenario Payouts { get; }

    public StandIn StandIn { get; }

    public StripeOptions Options { get; }

    /// <summary>The stand-in's endpoint of connected accounts.</summary>
    public WebhookEndpoint Connect { get; }

    public Network Network => Payouts.Network;

    public Engine Engine => Payouts.Engine;

    public Dictionary<Person, string> Accounts { get; } = [];

    /// <param name="funds">What the platform has.</param>
    /// <param name="ready">Whether the payees can be paid.</param>
    public static async Task<StripeScenario> StartAsync(long funds = 1_000_000_00, bool ready = true)
    {
        var clock = new ShiftedClock();
        var standIn = await StandIn.StartAsync(new StandInOptions { Time = clock });
        standIn.Fund(funds);
        var options = new StripeOptions
        {
            ApiBase = new Uri(standIn.Url),
            ApiKey = ApiKey,
            Timeout = TimeSpan.FromSeconds(1),
            RetryPause = TimeSpan.FromMilliseconds(5),
            ResumeEvery = TimeSpan.FromMilliseconds(200),
        };
        var payouts = await PayoutScenario.StartAsync(
            clock, coolOff: true, services => services.AddSingleton(options).AddHostedService<StripeCourier>());
        options.WebhookSecrets.Add(standIn.Webhooks.Add(new Uri($"{payouts.Engine.Address}/api/v1/stripe/webhooks"), isConnect: false).Secret);
        var connect = standIn.Webhooks.Add(new Uri($"{payouts.Engine.Address}/api/v1/stripe/connect-webhooks"), isConnect: true);
        options.ConnectWebhookSecrets.Add(connect.Secret);
        var scenario = new StripeScenario(payouts, standIn, options, connect);
        if (!ready)
            return scenario;
        await scenario.TaxFactsAsync(scenario.Network.Referrer, PayoutScenario.GoodAbn, scenario.Network.Agreement);
        await scenario.TaxFactsAsync(scenario.Network.Upline, null, null);
        await scenario.OnboardAsync(scenario.Network.Referrer);
        await scenario.OnboardAsync(scenario.Network.Upline);
        return scenario;
    }

    public async ValueTask DisposeAsync()
    {
        await StandIn.DisposeAsync();
        await Payouts.DisposeAsync();
    }

    public Task<Answer> ProposeTaxFactsAsync(Person payee, string? abn, string? agreement, Person? by = null) =>
        Network.PostAsync($"/api/v1/contacts/{payee}/tax-facts", new JsonObject
        {
            ["abn"] = abn,
            ["gstRegistered"] = abn is not null,
            ["rctiAgreement"] = agreement,
        }, by ?? Network.Admin);

    public async Task TaxFactsAsync(Person payee, string? abn, string? agreement)
    {
        var proposed = (await ProposeTaxFactsAsync(payee, abn, agreement)).Is(200)["proposed"];
        (await Network.PostAsync($"/api/v1/contacts/{payee}/tax-facts/verify", new JsonObject
        {
            ["commitment"] = proposed.GetProperty("commitment").GetString(),
        }, Network.Checker)).Is(200);
    }

    public Task<Answer> OpenAsync(Person payee, string country = "AU", Person? by = null) =>
        Network.PostAsync($"/api/v1/contacts/{payee}/stripe-account", new JsonObject { ["country"] = country }, by ?? Network.Admin);

    public Task<Answer> AccountAsync(Person payee, bool ask = false) =>
        Network.GetAsync($"/api/v1/contacts/{payee}/stripe-account?ask={(ask ? "true" : "false")}", Network.Admin);

    public async Task OnboardAsync(Person payee)
    {
        Accounts[payee] = (await OpenAsync(payee)).Is(200).Member("account")!;
        StandIn.Onboard(Accounts[payee]);
        await WhenReceivingAsync(payee, true);

        // Events of one second leave a doubt, and the engine asks Stripe: what a test does to the account next, that answer must not show.
        const string doubt = "select exists (select from stripe_account where refresh_due)";
        await Eventually.BecomesTrueAsync(
            async () => StandIn.Webhooks.IsQuiet && !await Engine.Database.ScalarAsync<bool>(doubt), $"there is no doubt about {payee}'s account");
    }

    public Task WhenReceivingAsync(Person payee, bool can) => Eventually.BecomesTrueAsync(
        async () => (await AccountAsync(payee)).Is(200)["canReceive"].GetBoolean() == can, $"{payee} can {(can ? "" : "not ")}receive");

    public Task<Answer> DraftAsync(string? key = null) =>
        Network.PostAsync(PayoutScenario.Batches, new JsonObject { ["rail"] = "stripe", ["currency"] = "AUD" }, Network.Admin, key);

    public async Task<Answer> ApprovedAsync()
    {
        var batch = (await DraftAsync()).Is(201);
        (await Payouts.ApproveAsync(batch)).Is(200);
        return batch;
    }

    public Task<Answer> SubmitAsync(Answer batch, string? key = null) =>
        Network.PostAsync($"{PayoutScenario.Batches}/{batch.Member("id")}/submit", new JsonObject(), Network.Admin, key);

    public async Task<Answer> SubmittedAsync()
    {
        var batch = await ApprovedAsync();
        (await SubmitAsync(batch)).Is(200);
        return batch;
    }

    public Task<Answer> ReverseAsync(Answer batch, int item, int attempt = 1, Person? by = null, string? key = null) => Network.PostAsync(
        $"{PayoutScenario.Batches}/{batch.Member("id")}/items/{item}/reverse",
        new JsonObject { ["attempt"] = attempt, ["reason"] = "Paid to the wrong member" }, by ?? Network.Checker, key);

    public Task<Answer> GetAsync(Answer batch) => Network.GetAsync($"{PayoutScenario.Batches}/{batch.Member("id")}", Network.Admin);

    /// <summary>Waits until the batch has so many items that stand so, and gives it.</summary>
    public async Task<Answer> WhenAsync(Answer batch, string status, int items)
    {
        var now = await GetAsync(batch);
        await Eventually.BecomesTrueAsync(async () => Items(now = await GetAsync(batch), status) == items, $"{items} items are {status}");
        return now;
    }

    public static int Items(Answer batch, string status) => batch["tally"].GetProperty(status).GetProperty("items").GetInt32();

    /// <summary>Reference, amount and how much went back of every transfer at Stripe.</summary>
    public IReadOnlyList<(string Group, long Amount, long Reversed)> Transfers() =>
    [
        .. StandIn.ReadTransfers().Select(transfer => (
            (string)transfer["transfer_group"]!, (long)transfer["amount"]!, (long)transfer["amount_reversed"]!)).OrderBy(transfer => transfer.Item1, StringComparer.Ordinal),
    ];

    /// <summary>The balances are those of the rows, and no step of an item is booked twice.</summary>
    public async Task RowsAreTheLedgerAsync()
    {
        var rows = await Engine.Database.ScalarAsync<string>("""
            select concat_ws('/', coalesce(-sum(amount_minor + gst_minor - withheld_minor) filter (where status = 2), 0),
                coalesce(-sum(amount_minor + gst_minor - withheld_minor) filter (where status = 3), 0)) from payout_item
            """);
        await Eventually.BecomesTrueAsync(
            async () => rows == $"{await Payouts.LedgerAsync("clearing:stripe")}/{await Payouts.LedgerAsync("bank")}", $"the ledger is {rows}");
        var entries = (await BookAudit.ReadAsync(Engine.Database.OwnerConnectionString, Books.Ledger)).OfType<EntryLeaf>().Select(leaf => leaf.Entry);
        Assert.DoesNotContain(
            entries.Where(entry => !entry.Kind.IsCalculated()).GroupBy(entry => (entry.FactsHash, entry.Ordinal)), same => same.Count() > 1);
    }

    /// <summary>Does something at Stripe by hand, as its dashboard would.</summary>
    public async Task<JsonElement> AtStripeAsync(string path, string? account, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(StandIn.Url + path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
        if (account is not null)
            request.Headers.Add("Stripe-Account", account);
        request.Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await Http.SendAsync(request);
        using var read = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.True(response.IsSuccessStatusCode, read.RootElement.ToString());
        return read.RootElement.Clone();
    }

    /// <summary>An event of the stream of connected accounts that the stand-in does not make.</summary>
    public async Task TellAsync(string type, string account)
    {
        var now = Payouts.Now;
        var body = new JsonObject
        {
            ["id"] = Engine.Unique("evt_own_"),
            ["object"] = "event",
            ["created"] = now.ToUnixTimeSeconds(),
            ["livemode"] = false,
            ["type"] = type,
            ["account"] = account,
            ["data"] = new JsonObject { ["object"] = new JsonObject { ["id"] = "ca_ours" } },
        }.ToJsonString();
        using var request = new HttpRequestMessage(HttpMethod.Post, Connect.Url);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation("Stripe-Signature", Connect.Sign(body, now));
        using var response = await Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
