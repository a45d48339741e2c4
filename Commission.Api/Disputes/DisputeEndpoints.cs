using System.Text.Json;
using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Disputes;
using Commission.Domain.Members;
using Commission.Domain.Payouts.Calendar;
using Commission.Grains.Interfaces.Disputes;
using Commission.Grains.Interfaces.Members;
using Commission.Storage.Disputes;

namespace Commission.Api.Disputes;

/// <summary>Disputes: opened by a member, looked into and decided by staff against a clock of business time.</summary>
internal static class DisputeEndpoints
{
    private const int MaxTextLength = 10_000;

    public static void MapDisputes(this IEndpointRouteBuilder routes)
    {
        var disputes = routes.MapGroup("/disputes").WithTags("Disputes");
        disputes.MapPost("", OpenAsync).WithName("openDispute").Accepts<OpenBody>("application/json").Produces<DisputeView>(201)
            .WithSummary("Disputes entries of a member. Unpaid ones are held until the decision; drafts of payouts lose them.");
        disputes.MapGet("", ListAsync).WithName("listDisputes").Produces<Page<DisputeItem>>().WithSummary("Disputes, newest first; a member sees its own.");
        disputes.MapGet("/queue", QueueAsync).WithName("getDisputeQueue").Produces<IReadOnlyList<DisputeItem>>()
            .WithSummary("Undecided disputes, those first whose time runs out first; those whose clock rests come last.");
        disputes.MapGet("/figures", FiguresAsync).WithName("getDisputeFigures").Produces<DisputeFiguresView>();
        disputes.MapGet("/{id}", GetAsync).WithName("getDispute").Produces<DisputeView>();
        Step<AssignBody>(disputes, "assign", ["assignee"], (body, request) =>
            (new AssignDispute(body.Id<ContactId>("assignee"), request.Caller, request.Fingerprint), null));
        Step<EmptyBody>(disputes, "review", [], (_, request) => (new ReviewDispute(request.Caller, request.Fingerprint), null));
        Step<TextBody>(disputes, "ask", ["text"], (body, request) =>
            (new AskMember(HashOf(body, out var text), request.Caller, request.Fingerprint), text));
        Step<TextBody>(disputes, "messages", ["text"], (body, request) =>
            (new PostDisputeMessage(HashOf(body, out var text), request.Caller, request.Fingerprint), text));
        Step<TextBody>(disputes, "escalate", ["text"], (body, request) =>
            (new EscalateDispute(HashOf(body, out var text), request.Caller, request.Fingerprint), text));
        Step<EmptyBody>(disputes, "close", [], (_, request) => (new CloseDispute(request.Caller, request.Fingerprint), null));
        Step<EmptyBody>(disputes, "withdraw", [], (_, request) => (new WithdrawDispute(request.Caller, request.Fingerprint), null));
        disputes.MapPost("/{id}/decide", DecideAsync).WithName("decideDispute").Accepts<DecideBody>("application/json").Produces<DisputeView>()
            .WithSummary("upheld, partly or rejected; amounts say what entries should have been, and the difference is booked.");
    }

    private static void Step<TBody>(
        RouteGroupBuilder disputes, string step, string[] allowed, Func<BodyReader, CommandRequest, (DisputeCommand, string?)> command) where TBody : notnull =>
        disputes.MapPost($"/{{id}}/{step}", (string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, DisputeQueries queries) =>
            ExecuteAsync(id, http, actor, inFlight, grains, queries, allowed, (body, request) => Task.FromResult(command(body, request))))
            .WithName($"{step}Dispute").Accepts<TBody>("application/json").Produces<DisputeView>();

    private static async Task<IResult> OpenAsync(HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, DisputeQueries queries)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        var body = new BodyReader(request.Body);
        body.Allow("member", "reason", "text", "entries", "region");
        var id = DisputeId.Derive(actor.Required, request.Key);
        var result = await Grain(grains, id).Open(new DisputeRequest(
            body.OptionalId<ContactId>("member") ?? actor.Required, ReasonOf(body.Text("reason")), TextOf(body), PlacesOf(body),
            RegionOf(body.OptionalText("region")), actor.Required, request.Fingerprint));
        return Answers.Command(http, await ViewAsync(result, queries), result.Refusal, result.Replayed, $"/api/v1/disputes/{id}");
    }

    private static Task<IResult> DecideAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, DisputeQueries queries) =>
        ExecuteAsync(id, http, actor, inFlight, grains, queries, ["outcome", "text", "amounts"], async (body, request) =>
        {
            var dispute = Answers.Id<DisputeId>(id);
            var outcome = DisputeWords.TryParse<DisputeOutcome>(body.Text("outcome"), out var parsed)
                ? parsed
                : throw ProblemException.Field("outcome", "outcome must be upheld, partly or rejected.");
            var places = (await queries.ListEntriesAsync(dispute)).ToList();
            var contested = (await Grain(grains, dispute).Get())?.State?.Contested ?? [];
            var amounts = AmountsOf(body).Select(amount => places.IndexOf(amount.Place) is >= 0 and var at
                ? new DecidedAmount(contested[at].Entry, amount.Minor)
                : throw ProblemException.Field("amounts", $"Entry {amount.Place} is not contested.")).ToArray();
            return (new DecideDispute(outcome, amounts, HashOf(body, out var text), request.Caller, request.Fingerprint), text);
        });

    private static async Task<IResult> ExecuteAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, DisputeQueries queries, string[] allowed,
        Func<BodyReader, CommandRequest, Task<(DisputeCommand Command, string? Text)>> read)
    {
        var dispute = Answers.Id<DisputeId>(id);
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        var body = new BodyReader(request.Body);
        body.Allow(allowed);
        var (command, text) = await read(body, request);
        var result = await Grain(grains, dispute).Execute(command, text ?? "");
        return Answers.Command(http, await ViewAsync(result, queries), result.Refusal, result.Replayed);
    }

    private static async Task<IResult> ListAsync(
        IActor actor, IGrainFactory grains, DisputeQueries queries, DisputeTerms terms, TimeProvider time, string? member, string? cursor, int? limit,
        CancellationToken cancellationToken)
    {
        var of = member is null ? (ContactId?)null : Answers.Id<ContactId>(member, "member");
        if (!await IsStaffAsync(grains, actor.Required))
            of = of is null || of == actor.Required ? actor.Required : throw Strange();
        var (before, id) = Cursor.ReadTime(cursor);
        var size = Cursor.Limit(limit);
        var states = await queries.ListAsync(of, pending: false, before, id, size, cancellationToken);
        var next = states.Count == size ? Cursor.WriteTime(states[^1].OpenedAt, states[^1].Id.ToString()) : null;
        return TypedResults.Ok(new Page<DisputeItem>([.. states.Select(state => DisputeItem.Of(state, terms.Read(state, time.GetUtcNow())))], next));
    }

    private static async Task<IResult> QueueAsync(
        IActor actor, IGrainFactory grains, DisputeQueries queries, DisputeTerms terms, TimeProvider time, CancellationToken cancellationToken)
    {
        const int Longest = 1_000;
        await Staff.RequireAsync(grains, actor);
        var now = time.GetUtcNow();
        var states = await queries.ListAsync(null, pending: true, null, null, Longest, cancellationToken);
        return TypedResults.Ok(states.Select(state => DisputeItem.Of(state, terms.Read(state, now)))
            .OrderBy(item => item.Clock.DueAt ?? DateTimeOffset.MaxValue).ThenBy(item => item.OpenedAt).ToArray());
    }

    private static async Task<IResult> FiguresAsync(IActor actor, IGrainFactory grains, DisputeQueries queries, CancellationToken cancellationToken)
    {
        await Staff.RequireAsync(grains, actor);
        return TypedResults.Ok(DisputeFiguresView.Of(await queries.ReadFiguresAsync(cancellationToken)));
    }

    private static async Task<IResult> GetAsync(string id, IActor actor, IGrainFactory grains, DisputeQueries queries)
    {
        var found = await Grain(grains, Answers.Id<DisputeId>(id)).Get()
            ?? throw new ProblemException(new Refusal(RefusalCodes.UnknownDispute, $"There is no dispute {id}.", "id"));
        if (found.State!.Member != actor.Required && !await IsStaffAsync(grains, actor.Required))
            throw Strange();
        return TypedResults.Ok(await ViewAsync(found, queries));
    }

    private static ProblemException Strange() =>
        new(new Refusal(RefusalCodes.WrongActor, "A dispute is seen by its member and by staff.", HeaderActor.Header));

    private static async Task<bool> IsStaffAsync(IGrainFactory grains, ContactId actor) =>
        await grains.GetGrain<IMemberGrain>(actor.ToString()).GetProfile() is { Facts.Type: ContactType.Internal };

    private static async Task<DisputeView?> ViewAsync(DisputeResult result, DisputeQueries queries) => result.State is not { } state
        ? null
        : DisputeView.Of(result, await queries.ListEntriesAsync(state.Id), await queries.ListMessagesAsync(state.Id));

    private static DisputeReason ReasonOf(string text) => DisputeWords.TryParse<DisputeReason>(text, out var reason)
        ? reason
        : throw ProblemException.Field("reason", $"reason must be one of {string.Join(", ", Enum.GetValues<DisputeReason>().Select(DisputeWords.Of))}.");

    private static Region RegionOf(string? text) => text is null ? Region.National
        : Regions.TryParse(text, out var region) ? region
        : throw ProblemException.Field("region", $"region must be AU or one of {string.Join(", ", Regions.States.Select(Regions.Name))}.");

    private static string TextOf(BodyReader body) => body.Text("text") is { Length: <= MaxTextLength } text && !string.IsNullOrWhiteSpace(text)
        ? text
        : throw ProblemException.Field("text", $"text must have 1 to {MaxTextLength} characters.");

    private static Hash HashOf(BodyReader body, out string text) => DisputeTexts.HashOf(text = TextOf(body));

    private static long[] PlacesOf(BodyReader body)
    {
        if (body.Find("entries") is not { ValueKind: JsonValueKind.Array } array || array.GetArrayLength() is 0 or > DisputeMachine.MaxContested)
            throw ProblemException.Field("entries", $"entries must be an array of 1 to {DisputeMachine.MaxContested} places in the ledger.");
        return [.. array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var place) && place >= 0
            ? place
            : throw ProblemException.Field("entries", "entries must be places in the ledger: 0, 1, 2 …"))];
    }

    private static IEnumerable<(long Place, long Minor)> AmountsOf(BodyReader body)
    {
        if (body.Find("amounts") is not { } list)
            yield break;
        if (list.ValueKind != JsonValueKind.Array)
            throw ProblemException.Field("amounts", "amounts must be an array of entry and amountMinor.");
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
                throw ProblemException.Field("amounts", "amounts must be an array of entry and amountMinor.");
            var amount = new BodyReader(item);
            amount.Allow("entry", "amountMinor");
            yield return (amount.Integer("entry"), amount.Integer("amountMinor"));
        }
    }

    private static IDisputeGrain Grain(IGrainFactory grains, DisputeId id) => grains.GetGrain<IDisputeGrain>(id.ToString());
}
