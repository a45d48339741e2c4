using Microsoft.Extensions.DependencyInjection;

namespace Commission.Api.Tests;

/// <summary>An engine may be given a clock of its own; its cluster keeps to the machine's.</summary>
public sealed class ClusterClockTests
{
    /// <summary>A silo that is judged by two clocks evicts itself while it joins, and ends the process of these tests.</summary>
    [Fact]
    public async Task Silos_join_under_a_clock_that_is_far_ahead_and_stay_when_it_leaps()
    {
        var clock = new ShiftedClock();
        clock.Advance(TimeSpan.FromDays(400));
        var (one, other) = await Engine.StartTwoAsync(services => services.AddSingleton<TimeProvider>(clock));
        await using var first = one;
        await using var second = other;
        var network = await Network.CreateAsync(first);

        clock.Advance(TimeSpan.FromDays(400));
        network.Ahead += TimeSpan.FromDays(800);
        await other.RestartAsync();

        await network.DealAsync(handshakes: 5);
    }
}
