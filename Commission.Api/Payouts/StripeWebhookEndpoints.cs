using Commission.Api.Http;
using Commission.Domain;
using Commission.Grains.Payouts.Stripe;
using Commission.Storage.Payouts.Stripe;

namespace Commission.Api.Payouts;

/// <summary>What Stripe tells. Nobody logs in: the signature says who it is.</summary>
internal static partial class StripeWebhookEndpoints
{
    private const int MaxBytes = 1024 * 1024;

    private const string Description =
        "For Stripe only: an event, signed in Stripe-Signature. Sent twice it is taken once; 2xx means that it is recorded together with what it did.";

    // The event's id is what makes a repeated one harmless: Stripe sends no Idempotency-Key.
    public static void MapStripeWebhooks(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/stripe/webhooks", (HttpContext http, StripeWebhooks webhooks, ILoggerFactory logs, CancellationToken cancellationToken) =>
                TakeAsync(http, StripeStream.Platform, webhooks, logs, cancellationToken))
            .WithName("takeStripeEvent").WithTags("Payouts").WithDescription(Description).Accepts<object>("application/json").Produces(200)
            .WithMetadata(new ChangesNothing());
        routes.MapPost("/stripe/connect-webhooks", (HttpContext http, StripeWebhooks webhooks, ILoggerFactory logs, CancellationToken cancellationToken) =>
                TakeAsync(http, StripeStream.Connect, webhooks, logs, cancellationToken))
            .WithName("takeStripeConnectEvent").WithTags("Payouts").WithDescription(Description).Accepts<object>("application/json").Produces(200)
            .WithMetadata(new ChangesNothing());
    }

    private static async Task<IResult> TakeAsync(
        HttpContext http, StripeStream stream, StripeWebhooks webhooks, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(http, cancellationToken);
        var (verdict, effect) = await webhooks.TakeAsync(stream, body, http.Request.Headers["Stripe-Signature"].FirstOrDefault(), cancellationToken);
        var log = logs.CreateLogger(typeof(StripeWebhookEndpoints));
        if (verdict != WebhookVerdict.Taken)
            LogNotTaken(log, stream, verdict);
        if (effect == StripeEffect.Contradiction)
            LogContradiction(log, stream);
        return verdict switch
        {
            WebhookVerdict.Taken => TypedResults.Ok(new { received = true, effect = $"{effect}" }),
            WebhookVerdict.TestEventPassedBy => TypedResults.Ok(new { received = true, effect = "PassedBy" }),
            WebhookVerdict.NotConfigured => throw Answers.NotFound("Stripe is not configured here."),
            WebhookVerdict.WrongSignature =>
                throw new ProblemException(new Refusal(RefusalCodes.InvalidSignature, "No secret of this stream verifies it now.", "Stripe-Signature")),
            WebhookVerdict.OtherWorld => throw ProblemException.Field("livemode", "This is an event of the other mode: test and live are separate."),
            _ => throw ProblemException.Field("body", "This is not an event of Stripe's."),
        };
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            body.Write(buffer, 0, read);
            if (body.Length > MaxBytes)
                throw new ProblemException(new Refusal(EdgeCodes.TooLarge, $"An event has at most {MaxBytes} bytes."));
        }
        return body.ToArray();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A webhook on Stripe's {Stream} stream was not taken: {Verdict}")]
    private static partial void LogNotTaken(ILogger logger, StripeStream stream, WebhookVerdict verdict);

    [LoggerMessage(Level = LogLevel.Error, Message = "An event on Stripe's {Stream} stream contradicts our records (stripe_event, effect contradiction)")]
    private static partial void LogContradiction(ILogger logger, StripeStream stream);
}
