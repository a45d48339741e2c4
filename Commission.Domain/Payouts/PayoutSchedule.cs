using Commission.Domain.Payouts.Calendar;

namespace Commission.Domain.Payouts;

/// <summary>How often batches are drafted.</summary>
[GenerateSerializer]
public enum PayoutRhythm
{
    /// <summary>When somebody asks.</summary>
    OnDemand = 0,
    /// <summary>Once a week, on a day of the week.</summary>
    Weekly = 1,
    /// <summary>Once a month, on a day of the month.</summary>
    Monthly = 2,
}

/// <summary>When batches are drafted: on the day itself, or on the next national business day.</summary>
/// <param name="Rhythm">How often.</param>
/// <param name="Day">Weekly: 1 Monday to 5 Friday. Monthly: 1 to 31, the month's last day where it is shorter.</param>
[GenerateSerializer, Immutable, Alias("PayoutSchedule")]
public sealed record PayoutSchedule([property: Id(0)] PayoutRhythm Rhythm, [property: Id(1)] int Day)
{
    /// <summary>The refusal of a day that the rhythm does not have, or null.</summary>
    public Refusal? Check() => Rhythm switch
    {
        PayoutRhythm.Weekly when Day is < 1 or > 5 => StrictNode.Wrong("day", "1 (Monday) to 5 (Friday)", $"{Day}"),
        PayoutRhythm.Monthly when Day is < 1 or > 31 => StrictNode.Wrong("day", "1 to 31", $"{Day}"),
        _ => null,
    };

    /// <summary>The first run after a day; null on demand, or when the calendar ends before.</summary>
    public DateOnly? Next(DateOnly after)
    {
        if (Rhythm == PayoutRhythm.OnDemand)
            return null;
        for (var nominal = NominalFrom(after.AddDays(-10)); ; nominal = NominalFrom(nominal.AddDays(1)))
        {
            if (BusinessCalendar.OnOrAfter(Region.National, nominal) is not { } run)
                return null;
            if (run > after)
                return run;
        }
    }

    /// <summary>The first day on or after another that the rhythm names, business day or not.</summary>
    private DateOnly NominalFrom(DateOnly day)
    {
        while (Rhythm == PayoutRhythm.Weekly ? (int)day.DayOfWeek != Day : day.Day != Math.Min(Day, DateTime.DaysInMonth(day.Year, day.Month)))
            day = day.AddDays(1);
        return day;
    }
}
