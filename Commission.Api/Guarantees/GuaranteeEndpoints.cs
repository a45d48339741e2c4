using System.Text.Json;
using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Storage.Guarantees;

namespace Commission.Api.Guarantees;

/// <summary>The six guarantees: what the last run found, and runs on demand.</summary>
internal static class GuaranteeEndpoints
{
    private const string Description =
        "Each guarantee with its verdict (holds, broken, could not be checked), how much was looked at, and the first of what was found. The report's canonical bytes "
        + "are signed: report is their base64url, note the signed note over their SHA-256, by the key that signs checkpoints.";

    public static void MapGuarantees(this IEndpointRouteBuilder routes)
    {
        var guarantees = routes.MapGroup("/guarantees").WithTags("Guarantees");
        guarantees.MapGet("", GetAsync).WithName("getGuarantees").WithSummary("What the last run found.").WithDescription(Description).Produces<GuaranteesView>();
        guarantees.MapPost("/runs", RunAsync).WithName("runGuarantees").WithSummary("Checks now; with full, everything from the first leaf.")
            .Accepts<GuaranteeRunBody>("application/json").Produces<GuaranteeRunView>(201);
        guarantees.MapPost("/self-test", TestAsync).WithName("testGuarantees")
            .WithSummary("Breaks each guarantee on a copy, and tells which breaks were seen.")
            .Accepts<object>("application/json").Produces<GuaranteeRunView>(201);
        guarantees.MapGet("/runs/{id}", GetRunAsync).WithName("getGuaranteeRun").Produces<GuaranteeRunView>();
    }

    private static async Task<IResult> GetAsync(GuaranteeRuns runs, CancellationToken cancellationToken) => TypedResults.Ok(new GuaranteesView(
        await runs.FindLatestAsync(GuaranteeRun.Check, cancellationToken) is { } check ? GuaranteeRunView.Of(check) : null,
        await runs.FindLatestAsync(GuaranteeRun.SelfTest, cancellationToken) is { } test ? GuaranteeRunView.Of(test) : null));

    private static async Task<IResult> GetRunAsync(string id, GuaranteeRuns runs, CancellationToken cancellationToken) =>
        TypedResults.Ok(GuaranteeRunView.Of(await FindAsync(Answers.Id<GuaranteeRunId>(id), runs, cancellationToken)));

    private static async Task<IResult> RunAsync(
        HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, GuaranteeRuns runs, CancellationToken cancellationToken)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        new BodyReader(request.Body).Allow("full");
        return await BeginAsync(http, request, GuaranteeRun.Check, FullOf(request.Body), runs, cancellationToken);
    }

    private static async Task<IResult> TestAsync(
        HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, GuaranteeRuns runs, CancellationToken cancellationToken)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        new BodyReader(request.Body).Allow();
        return await BeginAsync(http, request, GuaranteeRun.SelfTest, full: false, runs, cancellationToken);
    }

    private static bool FullOf(JsonElement body) => new BodyReader(body).Find("full") switch
    {
        null => false,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw ProblemException.Field("full", "full must be true or false."),
    };

    /// <summary>Queues the run; the same request again is the same run.</summary>
    private static async Task<IResult> BeginAsync(
        HttpContext http, CommandRequest request, string kind, bool full, GuaranteeRuns runs, CancellationToken cancellationToken)
    {
        var (id, hash) = (GuaranteeRunId.Derive(request.CallerName, request.Key), Hash.Of(System.Text.Encoding.UTF8.GetBytes($"{kind} {(full ? "full" : "")}")));
        var added = await runs.AddAsync(id, kind, full, request.Caller, hash, cancellationToken);
        var run = await FindAsync(id, runs, cancellationToken);
        return added || run.RequestHash == hash
            ? Answers.Command(http, GuaranteeRunView.Started(run), null, replayed: !added, $"/api/v1/guarantees/runs/{id}")
            : Problems.Of(RequestFingerprint.Reused());
    }

    private static async Task<GuaranteeRun> FindAsync(GuaranteeRunId id, GuaranteeRuns runs, CancellationToken cancellationToken) =>
        await runs.FindAsync(id, cancellationToken) ?? throw Answers.NotFound($"There is no run {id}.");
}

/// <summary>What to run.</summary>
internal sealed record GuaranteeRunBody(bool? Full);

/// <summary>The last run and the last self-test that completed.</summary>
internal sealed record GuaranteesView(GuaranteeRunView? Latest, GuaranteeRunView? SelfTest);

/// <summary>A run; with its report once it has completed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">check or self-test.</param>
/// <param name="Status">queued, running, completed or failed.</param>
/// <param name="Held">Whether all six hold, or every break was seen.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Outcome">The report, to read.</param>
/// <param name="Report">The report's canonical bytes, base64url: their SHA-256 is what the note signs.</param>
/// <param name="Note">The signed note.</param>
internal sealed record GuaranteeRunView(
    string Id, string Kind, string Status, bool? Held, DateTimeOffset? FinishedAt, JsonElement? Outcome, string? Report, string? Note)
{
    public static GuaranteeRunView Of(GuaranteeRun run) => new(
        run.Id.ToString(), run.Kind, run.Status, run.Held, run.FinishedAt, run.Report is null ? null : JsonElement.Parse(run.Report),
        run.Report is null ? null : Base64Url.Encode(run.Report), run.Note);

    /// <summary>As it was when it was asked for, so that a repeated request gets the same bytes.</summary>
    public static GuaranteeRunView Started(GuaranteeRun run) => new(run.Id.ToString(), run.Kind, "queued", null, null, null, null, null);
}
