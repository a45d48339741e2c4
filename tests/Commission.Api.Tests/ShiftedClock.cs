namespace Commission.Api.Tests;

/// <summary>The real clock, put forward: what is said to have passed has passed for validity, deadlines and caches alike.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _shift;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan time) => Interlocked.Add(ref _shift, time.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _shift));

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Interlocked.Read(ref _shift);
}
