using System.Runtime.CompilerServices;
using System.Text.Json;
using Commission.Api.Http;
using Commission.Domain;
using Commission.Storage.Rules;

namespace Commission.Api.Rules.Simulation;

/// <summary>Simulations: asked for, watched, aborted, kept.</summary>
internal static class SimulationEndpoints
{
    private const string WhatIfKind = "what-if";
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public static void MapSimulations(this IEndpointRouteBuilder routes)
    {
        var simulations = routes.MapGroup("/simulations").WithTags("Simulations");
        simulations.MapPost("/what-if", StartAsync).WithName("startWhatIf").Accepts<WhatIfBody>("application/json").Produces<SimulationView>(201);
        simulations.MapGet("", ListAsync).WithName("listSimulations").Produces<Page<SimulationView>>();
        simulations.MapGet("/{id}", GetAsync).WithName("getSimulation").Produces<SimulationView>();
        simulations.MapGet("/{id}/progress", FollowAsync).WithName("followSimulation");
        simulations.MapGet("/{id}/result", ResultAsync).WithName("getSimulationResult").Produces<WhatIfReport>();
        simulations.MapDelete("/{id}", AbortAsync).WithName("abortSimulation").Produces<SimulationView>();
    }

    private static async Task<IResult> StartAsync(
        HttpContext http, IActor actor, InFlightRequests inFlight, SimulationQueries simulations, WhatIfRunner runner, CancellationToken cancellationToken)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        var whatIf = WhatIfRequest.Read(request.Body);
        string[] hashes = [.. whatIf.Candidates.Values.Select(document => document.Hash.ToString())];
        return await BeginAsync(
            http, actor, request, WhatIfKind, hashes, simulations, id => runner.TryQueue(id, whatIf), cancellationToken);
    }

    /// <summary>Notes what was asked for and queues it; the same request again is the same simulation.</summary>
    internal static async Task<IResult> BeginAsync(
        HttpContext http, IActor actor, CommandRequest request, string kind, string[] hashes, SimulationQueries simulations,
        Func<SimulationId, bool> tryQueue, CancellationToken cancellationToken)
    {
        var (id, bytes) = (SimulationId.Derive(actor.Required, request.Key), CanonicalJson.Canonicalize(request.Body));
        if (!await simulations.AddAsync(id, kind, actor.Required, Hash.Of(bytes), bytes, hashes, cancellationToken))
        {
            var known = await FindAsync(simulations, id, cancellationToken);
            return known.RequestHash == Hash.Of(bytes)
                ? Answers.Command(http, SimulationView.Started(known), null, replayed: true, $"/api/v1/simulations/{id}")
                : Problems.Of(RequestFingerprint.Reused());
        }
        if (!tryQueue(id))
        {
            await simulations.FinishAsync(id, "failed", 0, null, CancellationToken.None);
            return Problems.Of(new Refusal(RefusalCodes.Busy, "Too many simulations wait; try again with another key."));
        }
        var started = await FindAsync(simulations, id, cancellationToken);
        return Answers.Command(http, SimulationView.Started(started), null, replayed: false, $"/api/v1/simulations/{id}");
    }

    private static async Task<IResult> ListAsync(
        string? ruleHash, int? limit, SimulationQueries simulations, TimeProvider time, CancellationToken cancellationToken)
    {
        var rows = await simulations.ListAsync(ruleHash, Cursor.Limit(limit), cancellationToken);
        return TypedResults.Ok(new Page<SimulationView>([.. rows.Select(row => View(row, time))], null));
    }

    private static async Task<IResult> GetAsync(string id, SimulationQueries simulations, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.Ok(View(await FindAsync(simulations, Answers.Id<SimulationId>(id), cancellationToken), time));

    private static async Task<IResult> FollowAsync(string id, SimulationQueries simulations, TimeProvider time, CancellationToken cancellationToken)
    {
        var known = await FindAsync(simulations, Answers.Id<SimulationId>(id), cancellationToken);
        return TypedResults.ServerSentEvents(ViewsAsync(known.Id, simulations, time, cancellationToken), "progress");
    }

    private static async IAsyncEnumerable<SimulationView> ViewsAsync(
        SimulationId id, SimulationQueries simulations, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var view = View(await FindAsync(simulations, id, cancellationToken), time);
            yield return view;
            if (view.IsOver)
                yield break;
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static async Task<IResult> ResultAsync(string id, string? format, SimulationQueries simulations, CancellationToken cancellationToken)
    {
        var known = await FindAsync(simulations, Answers.Id<SimulationId>(id), cancellationToken);
        if (await simulations.ReadResultAsync(known.Id, cancellationToken) is not { } json)
            throw new ProblemException(new Refusal(RefusalCodes.WrongState, $"{id} is {known.Status}; it has no result."));
        return format switch
        {
            null or "json" => Results.Bytes(json, "application/json"),
            "csv" => Results.Text(known.Kind == DealFlowEndpoint.Kind ? DealFlowReport.ToCsv(json) : WhatIfReport.ToCsv(json), "text/csv"),
            _ => throw ProblemException.Field("format", "format must be json or csv."),
        };
    }

    private static async Task<IResult> AbortAsync(string id, SimulationQueries simulations, TimeProvider time, CancellationToken cancellationToken)
    {
        var known = await FindAsync(simulations, Answers.Id<SimulationId>(id), cancellationToken);
        await simulations.AbortAsync(known.Id, cancellationToken);
        return TypedResults.Ok(View(await FindAsync(simulations, known.Id, cancellationToken), time));
    }

    private static async Task<SimulationRow> FindAsync(SimulationQueries simulations, SimulationId id, CancellationToken cancellationToken) =>
        await simulations.FindAsync(id, cancellationToken) ?? throw Answers.NotFound($"There is no simulation {id}.");

    /// <summary>One that says nothing for a minute has died with its process, as has one that never gets its turn.</summary>
    private static SimulationView View(SimulationRow row, TimeProvider time)
    {
        var silent = row.FinishedAt is null && time.GetUtcNow() - row.HeartbeatAt > (row.Status == "queued" ? LongestWait : Silence);
        return new SimulationView(
            row.Id.ToString(), row.Kind, row.Actor.ToString(), row.RuleHashes, silent ? "interrupted" : row.Status, row.Done, row.Total,
            row.CreatedAt, row.FinishedAt);
    }
}

/// <summary>A what-if request; see docs/simulator.md.</summary>
internal sealed record WhatIfBody(JsonElement[] Candidates, string? Vertical, DateOnly? From, DateOnly? To, WhatIfLimitsBody? Limits);

/// <summary>What counts as a breach.</summary>
internal sealed record WhatIfLimitsBody(long? DealMinor, long? MemberMonthMinor, long? MonthMinor, string? OfRevenuePercent, long? CapCutMinor);

/// <summary>A simulation as it stands.</summary>
internal sealed record SimulationView(
    string Id, string Kind, string Actor, IReadOnlyList<string> RuleHashes, string Status, long Done, long Total, DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOver => Status is "completed" or "failed" or "aborted" or "interrupted";

    /// <summary>As it was when it was asked for, so that a repeated request gets the same bytes.</summary>
    public static SimulationView Started(SimulationRow row) =>
        new(row.Id.ToString(), row.Kind, row.Actor.ToString(), row.RuleHashes, "queued", 0, 0, row.CreatedAt, null);
}
