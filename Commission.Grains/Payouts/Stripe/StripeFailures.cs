using System.Net;
using System.Text.Json;
using Api = Stripe;

namespace Commission.Grains.Payouts.Stripe;

/// <summary>
/// What a failed call means. Only Stripe's own refusal of exactly this request means that nothing was done; a key without rights, a limit,
/// a conflict, a broken server and a broken line say nothing about an earlier try, and so nothing about the order.
/// </summary>
internal static class StripeFailures
{
    private const string IdempotencyError = "idempotency_error";

    /// <summary>The answer; null for what is no failure of the call.</summary>
    public static StripeAnswer<T>? Classify<T>(Exception error, string apiKey) => error switch
    {
        Api.StripeException { StripeError: { } refusal } stripe when IsRefusal(stripe.HttpStatusCode, refusal) => new StripeAnswer<T>.Refused(
            (int)stripe.HttpStatusCode, refusal.Code ?? refusal.Type ?? "unknown", Redacted(refusal.Message ?? stripe.Message, apiKey)),
        Api.StripeException stripe => new StripeAnswer<T>.Unknown(
            $"{(int)stripe.HttpStatusCode} {stripe.StripeError?.Code ?? stripe.StripeError?.Type}: {Redacted(stripe.Message, apiKey)}"),
        HttpRequestException or IOException or OperationCanceledException => new StripeAnswer<T>.Unknown($"no answer: {Redacted(error.Message, apiKey)}"),
        JsonException or Newtonsoft.Json.JsonException => new StripeAnswer<T>.Unknown("the answer could not be read"),
        _ => null,
    };

    private static bool IsRefusal(HttpStatusCode status, Api.StripeError refusal) => status switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.PaymentRequired or HttpStatusCode.NotFound =>
            refusal.Type != IdempotencyError && refusal.Code is not ("idempotency_key_in_use" or "lock_timeout" or "rate_limit" or "api_key_expired"),
        HttpStatusCode.Forbidden => refusal.Code == "account_invalid",
        _ => false,
    };

    private static string Redacted(string text, string apiKey) => text.Replace(apiKey, "***", StringComparison.Ordinal);
}
