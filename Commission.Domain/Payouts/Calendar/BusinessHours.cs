namespace Commission.Domain.Payouts.Calendar;

/// <summary>
/// A clock that runs only in business hours: 09:00 to 17:00 by the region's own time on its business days. A service level of three
/// business days is 24 hours of it.
/// </summary>
/// <param name="Region">Whose holidays count.</param>
/// <param name="Zone">The region's time zone (<see cref="Regions.ZoneId"/>), brought by the caller.</param>
public sealed record BusinessHours(Region Region, TimeZoneInfo Zone)
{
    /// <summary>When a business day begins, local time.</summary>
    public static TimeOnly Opens { get; } = new(9, 0);

    /// <summary>When it ends.</summary>
    public static TimeOnly Closes { get; } = new(17, 0);

    /// <summary>The length of a business day.</summary>
    public static TimeSpan Day { get; } = Closes - Opens;

    /// <summary>Business time from one instant to a later one; zero when it is not later, null when the calendar ends before.</summary>
    public TimeSpan? Between(DateTimeOffset from, DateTimeOffset to)
    {
        var (first, last) = (LocalDate(from), LocalDate(to));
        if (to <= from)
            return TimeSpan.Zero;
        if (!BusinessCalendar.IsCovered(first) || !BusinessCalendar.IsCovered(last))
            return null;
        var total = TimeSpan.Zero;
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            if (BusinessCalendar.IsBusinessDay(Region, day))
                total += Overlap(day, from, to);
        }
        return total;
    }

    /// <summary>
    /// The instant at which so much business time has passed since another; null when the calendar ends before. Nothing at all is due at
    /// once, even at night; a full day from an opening is due at that day's close.
    /// </summary>
    public DateTimeOffset? Add(DateTimeOffset from, TimeSpan business)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(business, TimeSpan.Zero);
        if (business == TimeSpan.Zero)
            return from;
        var left = business;
        var first = LocalDate(from);
        for (var day = BusinessCalendar.OnOrAfter(Region, first); day is { } open; day = BusinessCalendar.Next(Region, open))
        {
            var begins = At(open, Opens) is var opens && opens > from ? opens : from;
            var rest = At(open, Closes) - begins;
            if (rest >= left)
                return (begins + left).ToUniversalTime();
            if (rest > TimeSpan.Zero)
                left -= rest;
        }
        return null;
    }

    private TimeSpan Overlap(DateOnly day, DateTimeOffset from, DateTimeOffset to)
    {
        var (opens, closes) = (At(day, Opens), At(day, Closes));
        var (begins, ends) = (opens > from ? opens : from, closes < to ? closes : to);
        return ends > begins ? ends - begins : TimeSpan.Zero;
    }

    private DateOnly LocalDate(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, Zone).DateTime);

    private DateTimeOffset At(DateOnly day, TimeOnly time)
    {
        var local = day.ToDateTime(time);
        return new DateTimeOffset(local, Zone.GetUtcOffset(local));
    }
}
