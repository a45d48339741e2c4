using Commission.Domain.Disputes;
using Commission.Domain.Payouts.Calendar;

namespace Commission.Grains.Interfaces.Disputes;

/// <summary>How long disputes may take; section <c>Commission:Disputes</c>.</summary>
public sealed class DisputeOptions
{
    /// <summary>Business days from the opening to the decision.</summary>
    public int DecideWithinDays { get; set; } = 10;

    /// <summary>Business days from the opening to the warning.</summary>
    public int WarnAfterDays { get; set; } = 8;
}

/// <summary>The service level of disputes and the clocks that it is counted on: grains decide by it, lists show it.</summary>
public sealed class DisputeTerms(DisputeOptions options)
{
    /// <summary>How long a dispute may take.</summary>
    public DisputePolicy Policy { get; } = new(options.DecideWithinDays * BusinessHours.Day, options.WarnAfterDays * BusinessHours.Day);

    /// <summary>The business clock of a region.</summary>
    public static BusinessHours HoursOf(Region region) => new(region, TimeZoneInfo.FindSystemTimeZoneById(region.ZoneId()));

    /// <summary>What the clock of a dispute shows.</summary>
    public DisputeClockReading Read(DisputeState state, DateTimeOffset now) =>
        DisputeClock.Read(state, new DisputeFacts(false, HoursOf(state.Region), Policy), now);
}
