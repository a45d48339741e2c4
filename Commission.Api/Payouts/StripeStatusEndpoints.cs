using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Grains.Payouts.Stripe;
using Commission.Storage.Payouts.Stripe;

namespace Commission.Api.Payouts;

/// <summary>What between us and Stripe is open, waits or contradicts: for the people who look after it.</summary>
internal static class StripeStatusEndpoints
{
    public static void MapStripeStatus(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/stripe", GetAsync).WithTags("Payouts").WithName("getStripeStatus").Produces<StripeStatusView>()
            .WithSummary("Orders to Stripe of which nobody knows how they ended, and events that wait or contradict our records.");
        routes.MapGet("/stripe/events", ListAsync).WithTags("Payouts").WithName("listStripeEvents").Produces<IReadOnlyList<UnsettledStripeEvent>>()
            .WithSummary("Events about something unknown, and events that our records exclude: a person must look.");
    }

    private static async Task<IResult> GetAsync(
        IActor actor, IGrainFactory grains, StripeOptions options, StripeRequests requests, StripeEvents events, CancellationToken cancellationToken)
    {
        await Staff.RequireAsync(grains, actor);
        Require(options);
        var figures = await requests.ReadFiguresAsync(options.IsLive, cancellationToken);
        var (kept, contradictions) = await events.CountAsync(options.IsLive, cancellationToken);
        return TypedResults.Ok(new StripeStatusView(StripeDestination.ModeOf(options.IsLive), figures.Open, figures.OldestSince, kept, contradictions));
    }

    private static async Task<IResult> ListAsync(
        IActor actor, IGrainFactory grains, StripeOptions options, StripeEvents events, int? limit, CancellationToken cancellationToken)
    {
        await Staff.RequireAsync(grains, actor);
        Require(options);
        return TypedResults.Ok(await events.ListUnsettledAsync(options.IsLive, Cursor.Limit(limit), cancellationToken));
    }

    private static void Require(StripeOptions options)
    {
        if (!options.IsConfigured)
            throw new ProblemException(new Refusal(RefusalCodes.RailNotConfigured, "Stripe is not configured: Commission:Stripe:ApiKey is missing."));
    }
}

internal sealed record StripeStatusView(string Mode, long OpenOrders, DateTimeOffset? OldestSince, long KeptEvents, long Contradictions);
