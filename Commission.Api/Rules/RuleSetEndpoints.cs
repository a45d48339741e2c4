using System.Globalization;
using System.Text;
using System.Text.Json;
using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Wording;
using Commission.Grains.Interfaces.Rules;
using Commission.Storage.Rules;

namespace Commission.Api.Rules;

/// <summary>Rule set versions: their steps from draft to approval, and what they say.</summary>
internal static class RuleSetEndpoints
{
    private const int ShownSimulations = 20;

    public static void MapRuleSets(this IEndpointRouteBuilder routes)
    {
        var versions = routes.MapGroup("/verticals/{code}/rule-sets").WithTags("Rules");
        versions.MapPost("", AddAsync).WithName("addRuleSetVersion").Accepts<JsonElement>("application/json").Produces<RuleSetVersionView>(201)
            .WithSummary("Drafts a version: the body is the rule set document.")
            .WithDescription("A version is never edited. It decides referrals from its date on, once somebody else has approved it.");
        versions.MapGet("", ListAsync).WithName("listRuleSetVersions").Produces<IReadOnlyList<RuleSetVersionView>>();
        versions.MapGet("/{version}", GetAsync).WithName("getRuleSetVersion").Produces<RuleSetDocumentView>();
        versions.MapGet("/{version}/plain", PlainAsync).WithName("getRuleSetVersionInPlainEnglish").Produces<string>(200, "text/plain");
        versions.MapGet("/{version}/diff/{other}", DiffAsync).WithName("compareRuleSetVersions").Produces<RuleSetDifferenceView>()
            .WithSummary("What changes from one version to another, in words.");
        versions.MapPost("/{version}/propose", ProposeAsync).WithName("proposeRuleSetVersion").Accepts<EmptyBody>("application/json").Produces<RuleSetVersionView>();
        versions.MapPost("/{version}/approve", ApproveAsync).WithName("approveRuleSetVersion").Accepts<ApprovalBody>("application/json").Produces<RuleSetVersionView>()
            .WithSummary("Approves a proposal of somebody else, unless it breaks a gate, starts too early or rests on no agreement in force.")
            .WithDescription("`simulation` names the completed what-if of this very document that the approver looked at; its id and the hash of its result are part of the act in the administration book.");
        versions.MapPost("/{version}/withdraw", WithdrawAsync).WithName("withdrawRuleSetVersion").Accepts<EmptyBody>("application/json").Produces<RuleSetVersionView>();
    }

    private static async Task<IResult> AddAsync(string code, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        await VerticalEndpoints.FindAsync(code, grains);
        var document = Encoding.UTF8.GetBytes(request.Body.GetRawText());
        var result = await VerticalEndpoints.Grain(grains, code).Execute(new AddRuleSetVersion(document, request.Caller, request.Fingerprint));
        return Answer(http, result, RuleSetVersionView.Drafted, $"/api/v1/verticals/{code}/rule-sets/{result.Version?.Id}");
    }

    private static Task<IResult> ProposeAsync(string code, string version, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains) =>
        MoveAsync(code, version, http, actor, inFlight, grains, (id, request) => new ProposeRuleSetVersion(id, request.Caller, request.Fingerprint),
            RuleSetVersionView.ProposedOnly);

    private static Task<IResult> ApproveAsync(
        string code, string version, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, ApiSettings settings) =>
        MoveAsync(code, version, http, actor, inFlight, grains, (id, request) => new ApproveRuleSetVersion(id, request.Caller, request.Fingerprint)
        {
            Simulation = new BodyReader(request.Body).OptionalId<SimulationId>("simulation"),
            SimulationRequired = settings.RequireSimulation,
        }, RuleSetVersionView.Stored, "simulation");

    private static Task<IResult> WithdrawAsync(string code, string version, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains) =>
        MoveAsync(code, version, http, actor, inFlight, grains, (id, request) => new WithdrawRuleSetVersion(id, request.Caller, request.Fingerprint),
            RuleSetVersionView.Stored);

    private static async Task<IResult> MoveAsync(
        string code, string version, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains,
        Func<string, CommandRequest, RuleSetCommand> command, Func<RuleSetVersion, RuleSetVersionView> view, params string[] members)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        new BodyReader(request.Body).Allow(members);
        var found = Find(await VerticalEndpoints.FindAsync(code, grains), version);
        return Answer(http, await VerticalEndpoints.Grain(grains, code).Execute(command(found.Id, request)), view, null);
    }

    /// <summary>A repeated request gets the version as it stood after it, however far it has come since.</summary>
    private static IResult Answer(HttpContext http, RuleSetResult result, Func<RuleSetVersion, RuleSetVersionView> view, string? createdAt) =>
        Answers.Command(http, result.Version is null ? null : view(result.Version), result.Refusal, result.Replayed, createdAt);

    private static async Task<IResult> ListAsync(string code, string? activeOn, string? state, IGrainFactory grains, TimeProvider time)
    {
        var vertical = await VerticalEndpoints.FindAsync(code, grains);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var versions = vertical.Versions.Select(version => RuleSetVersionView.On(vertical, version, today));
        if (activeOn is not null)
        {
            if (!DateOnly.TryParseExact(activeOn, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
                throw ProblemException.Field("activeOn", "activeOn must be a date yyyy-MM-dd.");
            var active = vertical.ActiveOn(date);
            versions = versions.Where(version => version.Id == active?.Id);
        }
        if (state is not null && !RuleSetVersionView.States.Contains(state))
            throw ProblemException.Field("state", $"state must be one of {string.Join(", ", RuleSetVersionView.States)}.");
        return TypedResults.Ok(versions.Where(version => state is null || version.State == state).ToArray());
    }

    private static async Task<IResult> GetAsync(
        string code, string version, IGrainFactory grains, SimulationQueries simulations, TimeProvider time, CancellationToken cancellationToken)
    {
        var vertical = await VerticalEndpoints.FindAsync(code, grains);
        var found = Find(vertical, version);
        var obstacles = found.Status is RuleSetVersionStatus.Draft or RuleSetVersionStatus.Proposed
            ? RuleSetLifecycle.Obstacles(vertical, RuleSetLifecycle.DocumentOf(found))
            : [];
        return TypedResults.Ok(new RuleSetDocumentView(
            RuleSetVersionView.On(vertical, found, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)),
            JsonElement.Parse(found.Document), [.. obstacles.Select(MistakeView.Of)],
            [.. (await simulations.ListCompletedAsync(found.Hash, ShownSimulations, cancellationToken)).Select(CompletedSimulationView.Of)]));
    }

    private static async Task<IResult> PlainAsync(string code, string version, IGrainFactory grains) => TypedResults.Text(
        PlainEnglish.Of(RuleSetLifecycle.DocumentOf(Find(await VerticalEndpoints.FindAsync(code, grains), version))), "text/plain", Encoding.UTF8);

    private static async Task<IResult> DiffAsync(string code, string version, string other, IGrainFactory grains)
    {
        var vertical = await VerticalEndpoints.FindAsync(code, grains);
        var (from, to) = (Find(vertical, version), Find(vertical, other));
        return TypedResults.Ok(new RuleSetDifferenceView(
            from.Id, from.Hash, to.Id, to.Hash,
            RuleSetDifference.InWords(RuleSetLifecycle.DocumentOf(from), RuleSetLifecycle.DocumentOf(to))));
    }

    /// <summary>A version by its id or its number.</summary>
    private static RuleSetVersion Find(RuleSetState vertical, string version) =>
        vertical.Versions.FirstOrDefault(known => known.Id == version || known.Number.ToString(CultureInfo.InvariantCulture) == version)
            ?? throw Answers.NotFound($"{vertical.Code} has no rule set version {version}.");
}
