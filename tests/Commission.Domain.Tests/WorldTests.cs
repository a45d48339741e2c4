namespace Commission.Domain.Tests;

/// <summary>Names of the real world and of simulated ones.</summary>
public sealed class WorldTests
{
    private static readonly SimulationId Simulation = SimulationId.Derive(Deals.People.Importer.Id, "one");

    [Fact]
    public void A_simulated_name_tells_its_world_its_simulation_and_what_it_stands_for()
    {
        var world = World.Of(Simulation);
        var name = world.NameOf("volume:a/b.c/d");

        Assert.StartsWith("sim-", name, StringComparison.Ordinal);
        Assert.Equal(world, World.OfName(name));
        Assert.Equal(Simulation, World.OfName(name).Simulation);
        Assert.Equal("volume:a/b.c/d", World.LocalOf(name));
        Assert.False(world.IsReal);
    }

    [Theory]
    [InlineData("ledger")]
    [InlineData("deal_01j0000000000000000000000a")]
    [InlineData("volume:sim-1.x/y")]
    [InlineData("sim-")]
    [InlineData("")]
    public void A_real_name_is_of_the_real_world_and_stays_as_it_is(string name)
    {
        Assert.Equal(World.Real, World.OfName(name));
        Assert.Equal(name, World.LocalOf(name));
        Assert.Equal(name, World.Real.NameOf(name));
        Assert.Throws<InvalidOperationException>(() => World.OfName(name).Simulation);
    }
}
