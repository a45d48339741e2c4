namespace Commission.Domain.Disputes;

/// <summary>What the clock of a dispute shows.</summary>
/// <param name="Used">Business time used.</param>
/// <param name="Left">Business time left; negative never, zero when it has run out.</param>
/// <param name="IsRunning">Whether it runs: not while the member is awaited, nor after the decision.</param>
/// <param name="WarnAt">When the warning falls due if nothing happens; null while it rests, or when the calendar ends before.</param>
/// <param name="DueAt">When it runs out if nothing happens; null likewise.</param>
[GenerateSerializer, Immutable, Alias("DisputeClockReading")]
public sealed record DisputeClockReading(
    [property: Id(0)] TimeSpan Used, [property: Id(1)] TimeSpan Left, [property: Id(2)] bool IsRunning, [property: Id(3)] DateTimeOffset? WarnAt,
    [property: Id(4)] DateTimeOffset? DueAt);

/// <summary>The service level of disputes: business time between opening and decision, without the time in which the member is awaited.</summary>
public static class DisputeClock
{
    /// <summary>What the clock shows at an instant.</summary>
    public static DisputeClockReading Read(DisputeState state, DisputeFacts facts, DateTimeOffset now)
    {
        var used = UsedAt(state, facts, now);
        var left = facts.Policy.DecideWithin > used ? facts.Policy.DecideWithin - used : TimeSpan.Zero;
        return new DisputeClockReading(
            used, left, state.RunningSince is not null, InstantOf(state, facts, facts.Policy.WarnAfter), InstantOf(state, facts, facts.Policy.DecideWithin));
    }

    /// <summary>Business time used up to an instant. Beyond the calendar's end every hour of the last stretch counts as none.</summary>
    public static TimeSpan UsedAt(DisputeState state, DisputeFacts facts, DateTimeOffset now) => state.RunningSince is { } since
        ? state.Used + (facts.Hours.Between(since, now) ?? TimeSpan.Zero)
        : state.Used;

    /// <summary>What fell due by an instant and was not recorded yet, with the instants at which it did.</summary>
    public static IEnumerable<DisputeEvent> Due(DisputeState state, DisputeFacts facts, DateTimeOffset now)
    {
        if (state.WarnedAt is null && InstantOf(state, facts, facts.Policy.WarnAfter) is { } warning && warning <= now)
            yield return new DisputeClockWarned(warning);
        if (state.BreachedAt is null && InstantOf(state, facts, facts.Policy.DecideWithin) is { } breach && breach <= now)
            yield return new DisputeClockBreached(breach);
    }

    private static DateTimeOffset? InstantOf(DisputeState state, DisputeFacts facts, TimeSpan business) => state.RunningSince is not { } since ? null
        : business <= state.Used ? since
        : facts.Hours.Add(since, business - state.Used);
}
