using Commission.Domain.Payouts.Calendar;

namespace Commission.Grains.Interfaces.Payouts;

/// <summary>Days as the payer's bank counts them.</summary>
public sealed class PayoutDays(TimeProvider time)
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById(Region.National.ZoneId());

    /// <summary>The date where the payer's bank is.</summary>
    public DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), Zone).DateTime);
}
