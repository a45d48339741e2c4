using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Commission.StripeStandIn;

/// <summary>Where events are sent to.</summary>
public sealed class WebhookEndpoint(string id, Uri url, bool isConnect, bool isLive)
{
    private readonly List<string> _secrets = [NewSecret()];

    /// <summary>Its id.</summary>
    public string Id => id;

    /// <summary>Its address.</summary>
    public Uri Url => url;

    /// <summary>Whether it hears of connected accounts, and not of the platform.</summary>
    public bool IsConnect => isConnect;

    /// <summary>Which world it belongs to.</summary>
    public bool IsLive => isLive;

    /// <summary>The secret in use.</summary>
    public string Secret => _secrets[^1];

    /// <summary>Makes a new secret; until <see cref="ExpireOldSecrets"/> both sign.</summary>
    public string Roll()
    {
        _secrets.Add(NewSecret());
        return Secret;
    }

    /// <summary>Ends the rotation.</summary>
    public void ExpireOldSecrets() => _secrets.RemoveRange(0, _secrets.Count - 1);

    /// <summary>The header Stripe-Signature for this body.</summary>
    public string Sign(string body, DateTimeOffset at)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signed = Encoding.UTF8.GetBytes($"{timestamp}.{body}");
        var signatures = _secrets.Select(secret => "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed)));
        return $"t={timestamp},{string.Join(',', signatures)}";
    }

    private static string NewSecret() => $"whsec_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
}

/// <summary>One try to deliver an event; status 0 when nobody answered.</summary>
public sealed record Delivery(string EventId, string Type, string EndpointId, int Status);

/// <summary>Delivers events, signed, until they are taken; on demand late, twice and in the wrong order.</summary>
public sealed class Webhooks : IAsyncDisposable
{
    private readonly StandInOptions _options;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, WebhookEndpoint> _endpoints = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Delivery> _deliveries = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly Lock _gate = new();
    private List<(WebhookEndpoint Endpoint, string Body)>? _held;

    internal Webhooks(StandInOptions options) => _options = options;

    /// <summary>Every event is sent so many times.</summary>
    public int Copies { get; set; } = 1;

    /// <summary>All tries so far.</summary>
    public IReadOnlyList<Delivery> Deliveries => [.. _deliveries];

    /// <summary>Whether no event is on its way; what is held is not.</summary>
    public bool IsQuiet => _running.IsEmpty;

    /// <summary>Adds an endpoint.</summary>
    public WebhookEndpoint Add(Uri url, bool isConnect, bool isLive = false)
    {
        var endpoint = new WebhookEndpoint(World.NewId("we"), url, isConnect, isLive);
        return _endpoints[endpoint.Id] = endpoint;
    }

    /// <summary>Finds an endpoint.</summary>
    public WebhookEndpoint Find(string id) => _endpoints[id];

    /// <summary>Keeps events back from now on.</summary>
    public void Hold()
    {
        lock (_gate)
            _held ??= [];
    }

    /// <summary>Sends what was held, in its order or backwards, one after the other.</summary>
    public async Task ReleaseAsync(bool backwards = false)
    {
        List<(WebhookEndpoint Endpoint, string Body)> held;
        lock (_gate)
            (held, _held) = (_held ?? [], null);
        foreach (var (endpoint, body) in backwards ? Enumerable.Reverse(held) : held)
            await DeliverAsync(endpoint, body);
    }

    /// <summary>Forgets what was held: events that never come.</summary>
    public void Lose()
    {
        lock (_gate)
            _held = null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Keys);
        _http.Dispose();
        _stopping.Dispose();
    }

    internal void Announce(JsonObject happened, bool isConnect, bool isLive)
    {
        var body = happened.ToJsonString();
        foreach (var endpoint in _endpoints.Values.Where(endpoint => endpoint.IsConnect == isConnect && endpoint.IsLive == isLive))
        {
            for (var copy = 0; copy < Copies; copy++)
            {
                if (!IsHeld(endpoint, body))
                    Run(endpoint, body);
            }
        }
    }

    private bool IsHeld(WebhookEndpoint endpoint, string body)
    {
        lock (_gate)
            _held?.Add((endpoint, body));
        return _held is not null;
    }

    private void Run(WebhookEndpoint endpoint, string body)
    {
        var delivery = Task.Run(() => DeliverAsync(endpoint, body));
        _running[delivery] = true;
        _ = delivery.ContinueWith(ended => _running.TryRemove(ended, out _), TaskScheduler.Default);
    }

    private async Task DeliverAsync(WebhookEndpoint endpoint, string body)
    {
        var happened = JsonNode.Parse(body)!;
        var pause = _options.WebhookRetryPause;
        for (var attempt = 0; attempt < _options.WebhookAttempts && !_stopping.IsCancellationRequested; attempt++, pause *= 2)
        {
            var status = await PostAsync(endpoint, body);
            _deliveries.Enqueue(new Delivery((string)happened["id"]!, (string)happened["type"]!, endpoint.Id, status));
            if (status is >= 200 and < 300)
                return;
            await Task.Delay(pause, _stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task<int> PostAsync(WebhookEndpoint endpoint, string body)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url);
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            request.Headers.TryAddWithoutValidation("Stripe-Signature", endpoint.Sign(body, _options.Time.GetUtcNow()));
            using var response = await _http.SendAsync(request, _stopping.Token);
            return (int)response.StatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return 0;
        }
    }
}
