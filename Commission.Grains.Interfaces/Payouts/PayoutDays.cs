using Commission.Domain.Payouts.Calendar;

namespace Commission.Grains.Interfaces.Payouts;

/// <summary>Days as the payer's bank counts them.</summary>
public sealed class PayoutDays(TimeProvider time)
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById(Region.National.ZoneId());

    /// <summary>The date where the payer's bank is.</summary>
    public DateOnly Today => DateOf(time.GetUtcNow());

    /// <summary>The date of an instant where the payer's bank is.</summary>
    public static DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, Zone).DateTime);
}
