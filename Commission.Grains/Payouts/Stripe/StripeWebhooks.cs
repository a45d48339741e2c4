using System.Text;
using System.Text.Json;
using Commission.Storage.Payouts.Stripe;
using Api = Stripe;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>What became of a webhook.</summary>
public enum WebhookVerdict
{
    /// <summary>It was taken, now or before.</summary>
    Taken = 1,
    /// <summary>Its signature does not verify with any of the stream's secrets, or is too old.</summary>
    WrongSignature = 2,
    /// <summary>It is signed and cannot be read.</summary>
    Malformed = 3,
    /// <summary>It is of the other world: a mistake of configuration.</summary>
    OtherWorld = 4,
    /// <summary>It is a test event on a live Connect stream, which Stripe sends there by design: nothing was done.</summary>
    TestEventPassedBy = 5,
    /// <summary>This process has no key or no secret for this stream.</summary>
    NotConfigured = 6,
}

/// <summary>Verifies Stripe's webhooks on the bytes as they came, and hands them to the tables.</summary>
public sealed class StripeWebhooks(StripeOptions options, StripeEvents events, StripeMetrics metrics, TimeProvider time)
{
    /// <summary>Takes one. An exception means that it was not taken, and Stripe shall send it again.</summary>
    public async Task<(WebhookVerdict Verdict, StripeEffect? Effect)> TakeAsync(
        StripeStream stream, ReadOnlyMemory<byte> body, string? signature, CancellationToken cancellationToken)
    {
        var (type, verdict, effect) = await JudgeAsync(stream, body, signature, cancellationToken);
        metrics.Took(type, verdict, effect);
        return (verdict, effect);
    }

    /// <summary>The type of what is not signed is nobody's: it is counted as unknown.</summary>
    private async Task<(string Type, WebhookVerdict Verdict, StripeEffect? Effect)> JudgeAsync(
        StripeStream stream, ReadOnlyMemory<byte> body, string? signature, CancellationToken cancellationToken)
    {
        const string Unknown = "unknown";
        var secrets = stream == StripeStream.Platform ? options.WebhookSecrets : options.ConnectWebhookSecrets;
        if (!options.IsConfigured || secrets.Count == 0)
            return (Unknown, WebhookVerdict.NotConfigured, null);
        var now = time.GetUtcNow();
        if (signature is null || !secrets.Any(secret => IsSigned(body, signature, secret, now)))
            return (Unknown, WebhookVerdict.WrongSignature, null);
        if (Read(stream, body) is not { } happened)
            return (Unknown, WebhookVerdict.Malformed, null);
        if (happened.Live != options.IsLive)
            return (happened.Type, stream == StripeStream.Connect && options.IsLive ? WebhookVerdict.TestEventPassedBy : WebhookVerdict.OtherWorld, null);
        return (happened.Type, WebhookVerdict.Taken, await events.TakeAsync(happened, now, cancellationToken));
    }

    private bool IsSigned(ReadOnlyMemory<byte> body, string signature, string secret, DateTimeOffset now)
    {
        try
        {
            Api.EventUtility.ValidateSignature(
                Encoding.UTF8.GetString(body.Span), signature, secret, (long)options.WebhookTolerance.TotalSeconds, now.ToUnixTimeSeconds());
            return true;
        }
        catch (Exception error) when (error is Api.StripeException or FormatException or OverflowException or ArgumentException or IndexOutOfRangeException
            or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }

    private static StripeEvent? Read(StripeStream stream, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var subject = root.GetProperty("data").GetProperty("object");
            var (type, account) = (Required(root, "type"), Text(root, "account"));
            var at = DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("created").GetInt64());
            return new StripeEvent(
                Required(root, "id"), stream, type, root.GetProperty("livemode").GetBoolean(), account, at, Text(subject, "id"),
                stream == StripeStream.Platform && type.StartsWith("transfer.", StringComparison.Ordinal) ? Transfer(subject) : null,
                stream == StripeStream.Connect && type == "account.updated" ? State(subject, at) : null, body);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static StripeTransferNews Transfer(JsonElement transfer) => new(
        Required(transfer, "id"), Text(transfer, "transfer_group"), transfer.GetProperty("amount").GetInt64(),
        Required(transfer, "currency").ToUpperInvariant(), IdOf(transfer.GetProperty("destination")), transfer.GetProperty("amount_reversed").GetInt64());

    private static StripeAccountState State(JsonElement account, DateTimeOffset at)
    {
        var requirements = account.GetProperty("requirements");
        return new StripeAccountState(
            Required(account, "id"), at, Text(account.GetProperty("capabilities"), "transfers") ?? "inactive",
            account.GetProperty("payouts_enabled").GetBoolean(), account.GetProperty("details_submitted").GetBoolean(),
            Text(requirements, "disabled_reason"), List(requirements, "currently_due"), List(requirements, "past_due"),
            List(requirements, "eventually_due"), List(requirements, "pending_verification"));
    }

    private static string IdOf(JsonElement reference) =>
        reference.ValueKind == JsonValueKind.Object ? Required(reference, "id") : reference.GetString() ?? throw new JsonException("an id is missing");

    private static string Required(JsonElement node, string name) => Text(node, name) ?? throw new JsonException($"{name} is missing");

    private static string? Text(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetString() : null;

    private static string[] List(JsonElement node, string name) =>
        node.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];
}
