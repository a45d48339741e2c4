using System.Collections.Concurrent;
using Commission.Domain;
using Commission.Domain.Rules.Simulation;
using Commission.Storage.Rules;

namespace Commission.Grains.Rules;

/// <summary>The worlds of simulations that this silo plays, read once.</summary>
internal sealed class SimulatedWorlds(SimulationQueries simulations)
{
    private const int MaxWorlds = 50;
    private readonly ConcurrentDictionary<World, SimulatedWorld> _worlds = new();

    /// <exception cref="InvalidOperationException">There is no such simulation.</exception>
    public async ValueTask<SimulatedWorld> FindAsync(World world, CancellationToken cancellationToken = default)
    {
        if (_worlds.TryGetValue(world, out var known))
            return known;
        var bytes = await simulations.ReadWorldAsync(world.Simulation, cancellationToken)
            ?? throw new InvalidOperationException($"There is no world {world.Name}.");
        if (_worlds.Count >= MaxWorlds)
            _worlds.Clear();
        return _worlds.GetOrAdd(world, SimulatedWorld.Read(bytes));
    }
}
