using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Commission.StripeStandIn;

/// <summary>All that exists in one mode. Everything that touches it holds its lock.</summary>
internal sealed class World(bool isLive, TimeProvider time, Action<World, JsonObject, bool> announce)
{
    public const string ApiVersion = "2026-04-22.dahlia";
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private readonly Dictionary<(string Owner, string Currency), long> _available = [];

    public bool IsLive => isLive;

    public Lock Gate { get; } = new();

    public Dictionary<string, JsonObject> Accounts { get; } = new(StringComparer.Ordinal);

    public List<JsonObject> Transfers { get; } = [];

    public Dictionary<string, List<JsonObject>> Reversals { get; } = new(StringComparer.Ordinal);

    public List<(string? Account, JsonObject Payout)> Payouts { get; } = [];

    public List<(string? Account, JsonObject Event)> Events { get; } = [];

    public Dictionary<string, UsedKey> Keys { get; } = new(StringComparer.Ordinal);

    public DateTimeOffset Now => time.GetUtcNow();

    public static string NewId(string prefix) => $"{prefix}_{RandomNumberGenerator.GetString(Alphabet, 24)}";

    public static JsonObject Requirements(params string[] due) => new()
    {
        ["alternatives"] = new JsonArray(),
        ["current_deadline"] = null,
        ["currently_due"] = Array(due),
        ["disabled_reason"] = due.Length == 0 ? null : "requirements.past_due",
        ["errors"] = new JsonArray(),
        ["eventually_due"] = Array(due),
        ["past_due"] = Array(due),
        ["pending_verification"] = new JsonArray(),
    };

    public static JsonArray Array(params IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);

    public long Created() => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>What an account, or with null the platform, can send.</summary>
    public long Available(string? account, string currency) => _available.GetValueOrDefault((account ?? "", currency));

    public void Move(string? account, string currency, long amount) => _available[(account ?? "", currency)] = Available(account, currency) + amount;

    public JsonObject Balance(string? account)
    {
        var owner = account ?? "";
        JsonNode[] Sums(Func<long, long> amount) => [.. _available.Where(pair => pair.Key.Owner == owner).DefaultIfEmpty(new((owner, "aud"), 0))
            .Select(pair => new JsonObject
            {
                ["amount"] = amount(pair.Value),
                ["currency"] = pair.Key.Currency,
                ["source_types"] = new JsonObject { ["card"] = amount(pair.Value) },
            })];
        return new JsonObject
        {
            ["object"] = "balance",
            ["available"] = new JsonArray(Sums(amount => amount)),
            ["livemode"] = isLive,
            ["pending"] = new JsonArray(Sums(_ => 0)),
        };
    }

    /// <summary>Makes an event of what has happened and hands it to the endpoints of its stream.</summary>
    public void Announce(Call? call, string type, JsonObject subject, string? account = null, JsonObject? previous = null)
    {
        var data = new JsonObject { ["object"] = subject.DeepClone() };
        if (previous is not null)
            data["previous_attributes"] = previous;
        var happened = new JsonObject
        {
            ["id"] = NewId("evt"),
            ["object"] = "event",
            ["api_version"] = ApiVersion,
            ["created"] = Created(),
            ["data"] = data,
            ["livemode"] = isLive,
            ["pending_webhooks"] = 1,
            ["request"] = new JsonObject { ["id"] = call?.RequestId, ["idempotency_key"] = call?.IdempotencyKey },
            ["type"] = type,
        };
        if (account is not null)
            happened["account"] = account;
        Events.Insert(0, (account, happened));
        announce(this, happened, account is not null);
    }

    public JsonObject Find(IEnumerable<JsonObject> all, string kind, string id) =>
        all.FirstOrDefault(item => (string?)item["id"] == id) ?? throw StripeError.NotFound(kind, id, "id");

    public static string Money(long amount, string currency) =>
        string.Create(CultureInfo.InvariantCulture, $"{currency.ToUpperInvariant()} {amount / 100m:0.00}");
}

/// <summary>An idempotency key that was used; without an answer the request is still being served.</summary>
internal sealed record UsedKey(string Fingerprint, DateTimeOffset At, string RequestId, Answer? Answer);
