using System.Collections.Concurrent;
using System.Globalization;
using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces.Deals;
using Commission.Storage.Deals;

namespace Commission.Api.Deals;

/// <summary>
/// Pays the trail of one month. The run itself remembers nothing: each deal pays a month once, so a run that was cut off is
/// simply started again.
/// </summary>
internal static class TrailRunEndpoint
{
    private const int PageSize = 1_000;
    private const int Parallel = 64;

    private const string Description =
        "For every complete deal whose balance of that month was recorded (revenue of kind balance), the deal pays the trail of the month, once for ever. The run can be "
        + "cut off and started again at any time, by anyone INTERNAL: what was paid counts as already paid. Idempotency-Key guards the request while it is served; it is not stored.";

    public static void MapTrailRuns(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/trail-runs", PostAsync).WithName("runTrail").WithTags("Deals")
            .WithSummary("Pays the trail of one month.").WithDescription(Description)
            .Accepts<TrailRunBody>("application/json").Produces<TrailRunView>();

    private static async Task<IResult> PostAsync(
        HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, DealQueries deals, TimeProvider time)
    {
        var caller = actor.Required;
        var request = await CommandRequest.ReadAsync(http, caller);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        var body = new BodyReader(request.Body);
        body.Allow("month", "vertical");
        var month = body.OptionalMonth("month") ?? throw ProblemException.Field("month", "month is required.");
        if (month > DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime))
            throw new ProblemException(new Refusal(RefusalCodes.InvalidDate, "month lies in the future.", "month"));
        var vertical = body.OptionalText("vertical");
        if (vertical is not null && !VerticalCode.IsValid(vertical))
            throw ProblemException.Field("vertical", $"vertical must be {VerticalCode.Expected}.");
        return TypedResults.Ok(await RunAsync(grains, deals, new PayTrail(month, caller), vertical, http.RequestAborted));
    }

    private static async Task<TrailRunView> RunAsync(
        IGrainFactory grains, DealQueries deals, PayTrail command, string? vertical, CancellationToken cancellationToken)
    {
        var results = new ConcurrentBag<(DealId Deal, TrailResult Outcome)>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken };
        for (var after = ""; ;)
        {
            var page = await deals.ListWithBalancesAsync(vertical, after, PageSize, cancellationToken);
            await System.Threading.Tasks.Parallel.ForEachAsync(page, options, async (deal, _) =>
                results.Add((deal, await grains.GetGrain<IDealGrain>(deal.ToString()).PayTrail(command))));
            if (page.Count < PageSize)
                return TrailRunView.Of(command.Month, vertical, results);
            after = page[^1].ToString();
        }
    }
}

/// <summary>Which month (yyyy-MM), and of which vertical; of all when absent.</summary>
internal sealed record TrailRunBody(string Month, string? Vertical);

/// <summary>What a run did: deals by outcome.</summary>
internal sealed record TrailRunView(
    string Month, string? Vertical, int Deals, int Paid, int AlreadyPaid, int NothingDue, int Refused, IReadOnlyList<TrailRefusalView> Refusals)
{
    private const int MaxRefusals = 100;

    public static TrailRunView Of(DateOnly month, string? vertical, IReadOnlyCollection<(DealId Deal, TrailResult Outcome)> results)
    {
        var refused = results.Where(one => one.Outcome.Refusal is not null).ToArray();
        int Count(TrailStanding standing) => results.Count(one => one.Outcome.Refusal is null && one.Outcome.Before == standing);
        return new TrailRunView(
            month.ToString("yyyy-MM", CultureInfo.InvariantCulture), vertical, results.Count, Count(TrailStanding.Due), Count(TrailStanding.Paid),
            Count(TrailStanding.NothingDue), refused.Length,
            [.. refused.Take(MaxRefusals).Select(one => new TrailRefusalView(one.Deal.ToString(), one.Outcome.Refusal!.Code, one.Outcome.Refusal.Text))]);
    }
}

/// <summary>Why a deal did not pay.</summary>
internal sealed record TrailRefusalView(string Deal, string Code, string Detail);
