namespace Commission.Grains.Payouts.Stripe;

/// <summary>How Stripe is reached; section <c>Commission:Stripe</c>.</summary>
public sealed class StripeOptions
{
    /// <summary>Where the API is. Another one is for a stand-in where there is no network.</summary>
    public Uri ApiBase { get; set; } = new("https://api.stripe.com");

    /// <summary>The secret or restricted key; its prefix says which world this process works in. Empty: Stripe is not used.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Signing secrets of the platform's webhook endpoint; two while one is being replaced.</summary>
    public IList<string> WebhookSecrets { get; } = [];

    /// <summary>Signing secrets of the Connect webhook endpoint.</summary>
    public IList<string> ConnectWebhookSecrets { get; } = [];

    /// <summary>How old a webhook's signature may be.</summary>
    public TimeSpan WebhookTolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an answer may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests of this process under way at once, at most.</summary>
    public int MaxParallelRequests { get; set; } = 8;

    /// <summary>How often a request is sent before it is left for later.</summary>
    public int MaxTries { get; set; } = 3;

    /// <summary>The pause before the second try; it doubles.</summary>
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>From one look at open orders to the next.</summary>
    public TimeSpan ResumeEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long an idempotency key is relied upon. Stripe forgets keys after 24 hours at the earliest; an hour less leaves room for clocks and for
    /// requests under way.
    /// </summary>
    public TimeSpan KeysLive { get; set; } = TimeSpan.FromHours(23);

    /// <summary>Whether there is a key.</summary>
    public bool IsConfigured => ApiKey.Length > 0;

    /// <summary>Whether money is real.</summary>
    /// <exception cref="StripeSettingsException">The key is of no known kind.</exception>
    public bool IsLive => ApiKey switch
    {
        _ when ApiKey.StartsWith("sk_live_", StringComparison.Ordinal) || ApiKey.StartsWith("rk_live_", StringComparison.Ordinal) => true,
        _ when ApiKey.StartsWith("sk_test_", StringComparison.Ordinal) || ApiKey.StartsWith("rk_test_", StringComparison.Ordinal) => false,
        _ => throw new StripeSettingsException("Commission:Stripe:ApiKey must begin with sk_test_, rk_test_, sk_live_ or rk_live_."),
    };

    /// <summary>Refuses settings that cannot be meant.</summary>
    /// <exception cref="StripeSettingsException">Says which and why; never the key.</exception>
    public void Check()
    {
        if (!IsConfigured)
            return;
        _ = IsLive;
        if (ApiBase.Scheme != Uri.UriSchemeHttps && !ApiBase.IsLoopback)
            throw new StripeSettingsException("Commission:Stripe:ApiBase must be https, or a loopback address: the key is sent there.");
        if (WebhookSecrets.Concat(ConnectWebhookSecrets).Any(string.IsNullOrWhiteSpace))
            throw new StripeSettingsException("A webhook secret of Commission:Stripe is empty.");
        if (MaxParallelRequests < 1 || MaxTries < 1 || ResumeEvery <= TimeSpan.Zero || KeysLive > TimeSpan.FromHours(24))
        {
            throw new StripeSettingsException(
                "Commission:Stripe needs MaxParallelRequests and MaxTries of at least 1, ResumeEvery above zero, and KeysLive of at most 24 hours.");
        }
    }

    /// <summary>Without keys and secrets: it may end up in a log.</summary>
    public override string ToString() => $"Stripe at {ApiBase}, {(IsConfigured ? IsLive ? "live" : "test" : "not configured")}";
}

/// <summary>Settings of Stripe that cannot be meant.</summary>
public sealed class StripeSettingsException(string message) : Exception(message);
