using System.Collections.Frozen;

namespace Commission.Domain.Payouts.Calendar;

/// <summary>How far the calendar reaches.</summary>
/// <param name="CoveredThrough">Its last day.</param>
/// <param name="DaysLeft">Days from today to then; negative when it has ended.</param>
/// <param name="MustBeExtended">Whether fewer than <see cref="BusinessCalendar.NoticeDays"/> are left.</param>
/// <param name="Unconfirmed">Days within that notice which were only expected when the data were made: look them up.</param>
public sealed record CalendarCheck(DateOnly CoveredThrough, int DaysLeft, bool MustBeExtended, IReadOnlyList<DeclaredHoliday> Unconfirmed);

/// <summary>
/// Australian business days, nationally and by state: Monday to Friday without the public holidays of holidays.csv and those that
/// all states share. It answers only for the days that its data cover and never guesses beyond them.
/// </summary>
public static class BusinessCalendar
{
    /// <summary>How many days before its data end <see cref="Check"/> begins to warn.</summary>
    public const int NoticeDays = 180;

    private static readonly IReadOnlyList<DeclaredHoliday> Declared = HolidayFile.Read();

    private static readonly FrozenDictionary<(Region, DateOnly), string> Holidays = Collect();

    /// <summary>The first day of the data.</summary>
    public static DateOnly CoveredFrom { get; } = new(Declared[0].Date.Year, 1, 1);

    /// <summary>The last day of the data.</summary>
    public static DateOnly CoveredThrough { get; } = new(Declared[^1].Date.Year, 12, 31);

    /// <summary>Whether the data cover the day.</summary>
    public static bool IsCovered(DateOnly date) => date >= CoveredFrom && date <= CoveredThrough;

    /// <summary>The refusal of a day that the data do not cover; null for one that they do.</summary>
    public static Refusal? RefusalOf(DateOnly date, string field) => IsCovered(date)
        ? null
        : new Refusal(RefusalCodes.CalendarEnded,
            $"{field}: the calendar of public holidays covers {CoveredFrom:yyyy-MM-dd} to {CoveredThrough:yyyy-MM-dd}, not {date:yyyy-MM-dd}.", field);

    /// <summary>The refusal of a day that is no business day, naming the holiday and the next business day; null for one that is.</summary>
    public static Refusal? RefusalOfRest(Region region, DateOnly date, string field)
    {
        if (RefusalOf(date, field) is { } uncovered)
            return uncovered;
        if (IsBusinessDay(region, date))
            return null;
        var reason = HolidayOn(region, date) ?? date.DayOfWeek.ToString();
        var next = Next(region, date) is { } day ? $" The next is {day:yyyy-MM-dd}." : "";
        return new Refusal(RefusalCodes.InvalidDate, $"{field} must be a business day ({region.Name()}); {date:yyyy-MM-dd} is {reason}.{next}", field);
    }

    /// <summary>The name of the public holiday that keeps a weekday free, or null.</summary>
    public static string? HolidayOn(Region region, DateOnly date) => Holidays.GetValueOrDefault((region, date));

    /// <summary>Whether it is a business day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The data do not cover the day: ask <see cref="IsCovered"/> first.</exception>
    public static bool IsBusinessDay(Region region, DateOnly date) => IsCovered(date)
        ? !CommonHolidays.IsWeekend(date) && !Holidays.ContainsKey((region, date))
        : throw new ArgumentOutOfRangeException(nameof(date), date, "The calendar does not cover this day.");

    /// <summary>The day itself if it is a business day, or the next; null when the data end before.</summary>
    public static DateOnly? OnOrAfter(Region region, DateOnly date) => Seek(region, date, 1);

    /// <summary>The day itself if it is a business day, or the previous; null when the data begin after.</summary>
    public static DateOnly? OnOrBefore(Region region, DateOnly date) => Seek(region, date, -1);

    /// <summary>The first business day after the day.</summary>
    public static DateOnly? Next(Region region, DateOnly date) => Seek(region, date.AddDays(1), 1);

    /// <summary>The last business day before the day.</summary>
    public static DateOnly? Previous(Region region, DateOnly date) => Seek(region, date.AddDays(-1), -1);

    /// <summary>
    /// The business day that is so many after the day, or before it for a negative number; 0 gives the day itself or the next business
    /// day. Null when the data end before.
    /// </summary>
    public static DateOnly? Add(Region region, DateOnly date, int businessDays)
    {
        if (businessDays == 0)
            return OnOrAfter(region, date);
        DateOnly? day = date;
        for (var left = Math.Abs(businessDays); left > 0 && day is not null; left--)
            day = businessDays > 0 ? Next(region, day.Value) : Previous(region, day.Value);
        return day;
    }

    /// <summary>What has to be done about the data, on this day: a health check and a test ask it.</summary>
    public static CalendarCheck Check(DateOnly today)
    {
        var left = CoveredThrough.DayNumber - today.DayNumber;
        return new CalendarCheck(
            CoveredThrough, left, left < NoticeDays,
            [.. Declared.Where(day => !day.IsConfirmed && day.Date >= today && day.Date.DayNumber - today.DayNumber < NoticeDays)]);
    }

    private static DateOnly? Seek(Region region, DateOnly date, int step)
    {
        for (; IsCovered(date); date = date.AddDays(step))
        {
            if (IsBusinessDay(region, date))
                return date;
        }
        return null;
    }

    private static FrozenDictionary<(Region, DateOnly), string> Collect()
    {
        var days = new Dictionary<(Region, DateOnly), string>();
        for (var year = Declared[0].Date.Year; year <= Declared[^1].Date.Year; year++)
        {
            foreach (var (date, name) in CommonHolidays.Of(year))
                AddTo(days, Regions.States, date, name);
        }
        foreach (var day in Declared)
            AddTo(days, day.Regions, day.Date, day.Name);
        foreach (var (region, date) in days.Keys.ToList())
        {
            if (region == Region.Nsw && days.ContainsKey((Region.Vic, date)))
                days[(Region.National, date)] = days[(region, date)];
        }
        return days.ToFrozenDictionary();
    }

    private static void AddTo(Dictionary<(Region, DateOnly), string> days, IEnumerable<Region> regions, DateOnly date, string name)
    {
        foreach (var region in regions)
            days.Add((region, date), name);
    }
}
