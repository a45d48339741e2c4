using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Rules;
using Commission.Storage.Rules;

namespace Commission.Api.Rules.Simulation;

/// <summary>Starts simulated traffic; it is watched, aborted and read as every simulation.</summary>
internal static class DealFlowEndpoint
{
    public const string Kind = "deal-flow";

    private const string Description =
        "Seeded synthetic traffic, through the same deals, accumulators and ledger as real referrals, in books whose names start with the simulation's (sim-…). "
        + "Nothing of it reaches a real book. The same request gives the same outcome and digest.";

    public static void MapDealFlow(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/simulations/deal-flow", StartAsync).WithName("startDealFlow").WithTags("Simulations")
            .WithSummary("Plays simulated traffic.").WithDescription(Description)
            .Accepts<DealFlowBody>("application/json").Produces<SimulationView>(201);

    private static async Task<IResult> StartAsync(
        HttpContext http, IActor actor, InFlightRequests inFlight, SimulationQueries simulations, VerticalQueries verticals, IGrainFactory grains,
        DealFlowRunner runner, CancellationToken cancellationToken)
    {
        var command = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(command.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        var request = await DealFlowRequest.ReadAsync(command.Body, day => InForceAsync(verticals, grains, day, cancellationToken));
        string[] hashes = [.. request.Settings.Mix.Select(part => part.Rules.Hash.ToString())];
        return await SimulationEndpoints.BeginAsync(
            http, actor, command, Kind, hashes, simulations, id => runner.TryQueue(id, request), cancellationToken);
    }

    private static async Task<IReadOnlyDictionary<string, RuleSetDocument>> InForceAsync(
        VerticalQueries verticals, IGrainFactory grains, DateOnly day, CancellationToken cancellationToken)
    {
        var rules = new Dictionary<string, RuleSetDocument>(StringComparer.Ordinal);
        foreach (var code in await verticals.ListAsync(cancellationToken))
        {
            var state = await grains.GetGrain<IRuleSetGrain>(GrainKeys.OfVertical(code)).Get();
            if (state?.ActiveOn(day) is { } version)
                rules[code] = RuleSetLifecycle.DocumentOf(version);
        }
        return rules;
    }
}
