using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Grains.Rules;

namespace Commission.Grains.Deals;

/// <summary>What a deal's decision needs to know of the world it lives in.</summary>
internal interface IDealFacts
{
    /// <summary>The instant at which a command is decided.</summary>
    DateTimeOffset Now(DealCommand command);

    ValueTask<DealFacts> LoadAsync(DealState state, RecordHandshake command, bool fresh);

    ValueTask<DealFacts> LoadAsync(DealState state, AttestDeal command, bool fresh);

    ValueTask<DealFacts> LoadLaterAsync(DealState state, ContactId caller, bool fresh);

    ValueTask<string?> LinkAfterAsync(DealId deal, StepRecord step);
}

/// <summary>The facts of each world.</summary>
internal sealed class DealWorlds(DealFactsLoader real, SimulatedWorlds simulated)
{
    public async ValueTask<IDealFacts> FactsOfAsync(World world, CancellationToken cancellationToken) =>
        world.IsReal ? real : new SimulatedDealFacts(await simulated.FindAsync(world, cancellationToken));
}
