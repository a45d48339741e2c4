using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain.Amounts;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;

namespace Commission.Api.Payouts;

/// <summary>When batches are drafted by themselves, and how payouts stand.</summary>
internal static class PayoutScheduleEndpoints
{
    public static void MapPayoutSchedules(this IEndpointRouteBuilder routes)
    {
        var schedules = routes.MapGroup("/payout-schedules").WithTags("Payouts");
        schedules.MapPost("", SetAsync).WithName("setPayoutSchedule").Accepts<ScheduleBody>("application/json").Produces<PayoutScheduleView>()
            .WithSummary("Drafts batches of a rail and currency weekly or monthly, on a business day, in the name of who sets it.")
            .WithDescription("weekly: day 1 (Monday) to 5 (Friday). monthly: day 1 to 31. on_demand: no day; nothing is drafted by itself.");
        schedules.MapGet("", ListAsync).WithName("listPayoutSchedules").Produces<IReadOnlyList<PayoutScheduleView>>();
        routes.MapGet("/payout-figures", FiguresAsync).WithTags("Payouts").WithName("getPayoutFigures").Produces<PayoutFiguresView>()
            .WithSummary("How payouts keep their time: what waits, what is overdue, what failed, and how long payment takes.");
    }

    private static async Task<IResult> SetAsync(HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        var body = new BodyReader(request.Body);
        body.Allow("rail", "currency", "rhythm", "day");
        var (rail, currency, rhythm) = (PayoutEndpoints.RailOf(body.Text("rail")), PayoutEndpoints.CurrencyOf(body.Text("currency")), RhythmOf(body.Text("rhythm")));
        if (rail == Rail.Aba && currency != Currency.Aud)
            throw ProblemException.Field("currency", $"Direct entry pays AUD only, not {currency}.");
        var day = rhythm == PayoutRhythm.OnDemand ? body.OptionalInteger("day") ?? 0 : body.Integer("day");
        var schedule = new PayoutSchedule(rhythm, (int)Math.Clamp(day, -1, int.MaxValue));
        var result = await Grain(grains, IPayoutScheduleGrain.KeyOf(rail, currency)).Set(
            new SetPayoutSchedule(rail, currency, schedule, request.Caller!.Value, request.Fingerprint));
        return Answers.Command(http, result.State is null ? null : PayoutScheduleView.Of(result.State), result.Refusal, result.Replayed);
    }

    private static PayoutRhythm RhythmOf(string text) => Enum.GetValues<PayoutRhythm>().Where(known => PayoutScheduleMachine.NameOf(known) == text)
        .Select(known => (PayoutRhythm?)known).FirstOrDefault() ?? throw ProblemException.Field("rhythm", "rhythm must be weekly, monthly or on_demand.");

    private static async Task<IResult> ListAsync(IActor actor, IGrainFactory grains, PayoutScheduleQueries queries, CancellationToken cancellationToken)
    {
        await Staff.RequireAsync(grains, actor);
        var keys = await queries.ListAsync(null, cancellationToken);
        var states = await Task.WhenAll(keys.Select(key => Grain(grains, key).Get()));
        return TypedResults.Ok(states.Select(PayoutScheduleView.Of).ToArray());
    }

    private static async Task<IResult> FiguresAsync(
        IActor actor, IGrainFactory grains, PayoutFigureQueries queries, PayoutDays days, CancellationToken cancellationToken)
    {
        await Staff.RequireAsync(grains, actor);
        return TypedResults.Ok(PayoutFiguresView.Of(await queries.ReadAsync(days.Today, cancellationToken)));
    }

    private static IPayoutScheduleGrain Grain(IGrainFactory grains, string key) => grains.GetGrain<IPayoutScheduleGrain>(key);
}

internal sealed record ScheduleBody(string Rail, string Currency, string Rhythm, int? Day);

/// <summary>A schedule: who set it is the maker of its batches and approves none of them.</summary>
internal sealed record PayoutScheduleView(
    string Rail, string Currency, string Rhythm, int? Day, string SetBy, DateTimeOffset SetAt, DateOnly? NextOn, DateOnly? LastOn, string? LastBatch)
{
    public static PayoutScheduleView Of(PayoutScheduleState state) => new(
        Words.Of(state.Rail), state.Currency.Code, PayoutScheduleMachine.NameOf(state.Schedule.Rhythm),
        state.Schedule.Rhythm == PayoutRhythm.OnDemand ? null : state.Schedule.Day, state.SetBy.ToString(), state.SetAt, state.NextOn, state.LastOn,
        state.LastBatch?.ToString());
}

/// <summary>How payouts keep their time; paid items of the last 90 days.</summary>
internal sealed record PayoutFiguresView(
    long Drafts, long Approved, long Submitted, DateTimeOffset? OldestDraftAt, DateTimeOffset? OldestSubmittedAt, long OverdueBatches, long PendingItems,
    long ItemsOnTheWay, long FailedItems, long PaidItems, double? MedianHoursToPaid)
{
    public static PayoutFiguresView Of(PayoutFigures figures) => new(
        figures.Drafts, figures.Approved, figures.Submitted, figures.OldestDraftAt, figures.OldestSubmittedAt, figures.Overdue, figures.PendingItems,
        figures.SubmittedItems, figures.FailedItems, figures.PaidItems,
        figures.MedianSeconds is { } seconds ? Math.Round(seconds / 3_600, 2) : null);
}
