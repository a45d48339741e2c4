using System.Text.Json.Nodes;

namespace Commission.StripeStandIn;

/// <summary>How the stand-in runs.</summary>
public sealed class StandInOptions
{
    /// <summary>The loopback port; 0 picks a free one.</summary>
    public int Port { get; set; }

    /// <summary>The clock of the worlds: keys live for 24 hours of it.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Tries for one event and endpoint.</summary>
    public int WebhookAttempts { get; set; } = 5;

    /// <summary>Pause before the second try; it doubles.</summary>
    public TimeSpan WebhookRetryPause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long slow requests take.</summary>
    public TimeSpan SlowRequest { get; set; } = TimeSpan.FromMilliseconds(300);
}

/// <summary>A Stripe-compatible server on a loopback port, with state, for tests and for trying things out without a network.</summary>
public sealed class StandIn : IAsyncDisposable
{
    private readonly StandInOptions _options;
    private readonly WebApplication _app;
    private readonly World _test;
    private readonly World _live;

    private StandIn(StandInOptions options)
    {
        _options = options;
        Webhooks = new Webhooks(options);
        _test = new World(isLive: false, options.Time, (world, happened, isConnect) => Webhooks.Announce(happened, isConnect, world.IsLive));
        _live = new World(isLive: true, options.Time, (world, happened, isConnect) => Webhooks.Announce(happened, isConnect, world.IsLive));
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{options.Port}");
        _app = builder.Build();
        MapStripe();
        this.MapControl(_app);
        _app.MapFallback(http => WriteAsync(http, Answer.Of(new StripeError(
            404, null, $"Unrecognized request URL ({http.Request.Method}: {http.Request.Path}). Please see https://stripe.com/docs."))));
    }

    /// <summary>Its address.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>What goes wrong with requests.</summary>
    public Faults Faults { get; } = new();

    /// <summary>How events are told.</summary>
    public Webhooks Webhooks { get; }

    /// <summary>Requests that came to an operation of Stripe's, also those that failed.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The most requests that were served at once.</summary>
    public int MostAtOnce { get; private set; }

    private int _requests;
    private int _now;

    /// <summary>Starts one.</summary>
    public static async Task<StandIn> StartAsync(StandInOptions? options = null)
    {
        var standIn = new StandIn(options ?? new StandInOptions());
        await standIn._app.StartAsync();
        return standIn;
    }

    /// <summary>The transfers of a world, newest first.</summary>
    public IReadOnlyList<JsonObject> ReadTransfers(bool isLive = false)
    {
        var world = Of(isLive);
        lock (world.Gate)
            return [.. world.Transfers.Select(transfer => transfer.DeepClone().AsObject())];
    }

    /// <summary>Fills the platform's available balance.</summary>
    public void Fund(long amountMinor, string currency = "aud", bool isLive = false)
    {
        lock (Of(isLive).Gate)
            Of(isLive).Move(null, currency, amountMinor);
    }

    /// <summary>Completes an account's onboarding.</summary>
    public void Onboard(string account, bool isLive = false) => Accounts.Onboard(Of(isLive), account);

    /// <summary>Lets Stripe ask an account for more.</summary>
    public void Require(string account, bool disable, params string[] due) => Accounts.Require(_test, account, disable, due);

    /// <summary>The bank's answer to a payout.</summary>
    public void SettlePayout(string payout, bool paid, bool isLive = false) => Payouts.Settle(Of(isLive), payout, paid);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Webhooks.DisposeAsync();
        await _app.DisposeAsync();
    }

    internal World Of(bool isLive) => isLive ? _live : _test;

    internal static Task WriteAsync(HttpContext http, Answer answer)
    {
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(answer.Json);
    }

    private void MapStripe()
    {
        Map("POST", "/v1/accounts", Accounts.Create);
        Map("GET", "/v1/accounts", Accounts.List);
        Map("GET", "/v1/accounts/{id}", Accounts.Get);
        Map("POST", "/v1/account_links", Accounts.Link);
        Map("POST", "/v1/transfers", Transfers.Create);
        Map("GET", "/v1/transfers", Transfers.List);
        Map("GET", "/v1/transfers/{id}", Transfers.Get);
        Map("POST", "/v1/transfers/{id}/reversals", Transfers.Reverse);
        Map("GET", "/v1/transfers/{id}/reversals", Transfers.Reversals);
        Map("POST", "/v1/payouts", Payouts.Create);
        Map("GET", "/v1/payouts", Payouts.List);
        Map("GET", "/v1/payouts/{id}", Payouts.Get);
        Map("GET", "/v1/balance", Payouts.Balance);
        Map("POST", "/v1/charges", Payouts.Charge);
        Map("GET", "/v1/events", Events.List);
        Map("GET", "/v1/events/{id}", Events.Get);
        Map("POST", "/v1/webhook_endpoints", call => Events.AddEndpoint(call, Webhooks));
    }

    private void Map(string method, string pattern, Func<Call, JsonObject> operation) =>
        _app.MapMethods(pattern, [method], http => ServeAsync(http, operation));

    private async Task ServeAsync(HttpContext http, Func<Call, JsonObject> operation)
    {
        Interlocked.Increment(ref _requests);
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _now));
        try
        {
            await AnswerAsync(http, operation, Faults.Take(http.Request));
        }
        catch (StripeError error)
        {
            await WriteAsync(http, Answer.Of(error));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller gave up, as the fault wanted.
        }
        finally
        {
            Interlocked.Decrement(ref _now);
        }
    }

    private async Task AnswerAsync(HttpContext http, Func<Call, JsonObject> operation, FaultKind? fault)
    {
        http.Response.Headers.Date = _options.Time.GetUtcNow().ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        var call = await Call.ReadAsync(http, Of);
        http.Response.Headers["Request-Id"] = call.RequestId;
        http.Response.Headers["Stripe-Version"] = World.ApiVersion;
        if (!await GoesOnAsync(http, fault))
            return;
        var replayed = Idempotency.Take(call);
        if (replayed is null && fault == FaultKind.Slow)
            await Task.Delay(_options.SlowRequest);
        var answer = replayed?.Answer ?? Execute(call, operation, fault);
        if (call.IdempotencyKey is not null)
            http.Response.Headers["Idempotency-Key"] = call.IdempotencyKey;
        if (replayed is not null)
        {
            http.Response.Headers["Idempotent-Replayed"] = "true";
            http.Response.Headers["Original-Request"] = replayed.RequestId;
        }
        if (fault is FaultKind.TimeoutAfter)
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        if (fault is FaultKind.CutAfter)
            http.Abort();
        else
            await WriteAsync(http, fault is FaultKind.Garbage ? new Answer(200, "<html>502 Bad Gateway</html>") : answer);
    }

    private static async Task<bool> GoesOnAsync(HttpContext http, FaultKind? fault)
    {
        switch (fault)
        {
            case FaultKind.TimeoutBefore:
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
                return false;
            case FaultKind.CutBefore:
                http.Abort();
                return false;
            case FaultKind.Conflict:
                throw new StripeError(409, "idempotency_key_in_use", "There is currently another in-progress request using this Idempotent Key.")
                {
                    Type = "idempotency_error",
                };
            case FaultKind.RateLimit:
                throw new StripeError(429, "rate_limit", "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.");
            case FaultKind.Error:
                throw Broken();
            default:
                return true;
        }
    }

    /// <summary>Executes under the world's lock, and keeps for the key what Stripe would keep.</summary>
    private static Answer Execute(Call call, Func<Call, JsonObject> operation, FaultKind? fault)
    {
        Answer? kept = null;
        try
        {
            lock (call.World.Gate)
                kept = Answer.Of(operation(call));
            if (fault == FaultKind.ErrorAfter)
                kept = Answer.Of(Broken());
            return kept;
        }
        catch (StripeError error)
        {
            kept = error.Executed ? Answer.Of(error) : null;
            return Answer.Of(error);
        }
        finally
        {
            Idempotency.Keep(call, kept);
        }
    }

    private static StripeError Broken() => new(500, null, "An unknown error occurred; the request may or may not have been executed.");
}
