namespace Commission.Domain.Payouts.Calendar;

/// <summary>
/// The holidays that every state and territory keeps, computed. Fixed days that fall on a weekend have a further day on the next weekday
/// that is free; Anzac Day has none by itself, for the states differ (holidays.csv). Weekends are left out: nobody works then anyway.
/// Source: Fair Work Act 2009 s 115 and the states' holiday acts.
/// </summary>
internal static class CommonHolidays
{
    public static IEnumerable<(DateOnly Date, string Name)> Of(int year)
    {
        var easter = EasterSunday(year);
        var christmas = new DateOnly(year, 12, 25);
        yield return Moved(new DateOnly(year, 1, 1), "New Year's Day");
        yield return Moved(new DateOnly(year, 1, 26), "Australia Day");
        yield return (easter.AddDays(-2), "Good Friday");
        yield return (easter.AddDays(1), "Easter Monday");
        if (!IsWeekend(new DateOnly(year, 4, 25)))
            yield return (new DateOnly(year, 4, 25), "Anzac Day");
        yield return christmas.DayOfWeek switch
        {
            DayOfWeek.Saturday => (christmas.AddDays(2), "Christmas Day (additional day)"),
            DayOfWeek.Sunday => (christmas.AddDays(2), "Christmas Day (additional day)"),
            _ => (christmas, "Christmas Day"),
        };
        yield return christmas.DayOfWeek switch
        {
            DayOfWeek.Friday => (christmas.AddDays(3), "Boxing Day (additional day)"),
            DayOfWeek.Saturday => (christmas.AddDays(3), "Boxing Day (additional day)"),
            _ => (christmas.AddDays(1), "Boxing Day"),
        };
    }

    public static bool IsWeekend(DateOnly date) => date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    /// <summary>Easter of the Gregorian calendar, by the algorithm of Meeus (Astronomical Algorithms, chapter 8).</summary>
    public static DateOnly EasterSunday(int year)
    {
        var a = year % 19;
        var (b, c) = (year / 100, year % 100);
        var h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
        var l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
        var m = (a + 11 * h + 22 * l) / 451;
        var n = h + l - 7 * m + 114;
        return new DateOnly(year, n / 31, n % 31 + 1);
    }

    private static (DateOnly Date, string Name) Moved(DateOnly date, string name) => date.DayOfWeek switch
    {
        DayOfWeek.Saturday => (date.AddDays(2), $"{name} (additional day)"),
        DayOfWeek.Sunday => (date.AddDays(1), $"{name} (additional day)"),
        _ => (date, name),
    };
}
