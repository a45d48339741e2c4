using Commission.Domain.Payouts.Calendar;
using CsCheck;

namespace Commission.Domain.Tests.Payouts.Calendar;

public sealed class BusinessCalendarTests
{
    private static readonly Gen<DateOnly> Days =
        Gen.Int[BusinessCalendar.CoveredFrom.DayNumber, BusinessCalendar.CoveredThrough.DayNumber].Select(DateOnly.FromDayNumber);

    private static readonly Gen<Region> AnyRegion = Gen.Enum<Region>();

    [Theory]
    [InlineData("AU", "2026-11-23", null)]
    [InlineData("AU", "2026-01-26", "Australia Day")]
    [InlineData("AU", "2025-01-27", "Australia Day (additional day)")]
    [InlineData("AU", "2026-04-03", "Good Friday")]
    [InlineData("AU", "2026-04-06", "Easter Monday")]
    [InlineData("AU", "2025-04-25", "Anzac Day")]
    [InlineData("AU", "2026-06-08", "King's Birthday")]
    [InlineData("AU", "2026-12-25", "Christmas Day")]
    [InlineData("AU", "2026-12-28", "Boxing Day (additional day)")]
    [InlineData("AU", "2027-12-27", "Christmas Day (additional day)")]
    [InlineData("AU", "2027-12-28", "Boxing Day (additional day)")]
    [InlineData("AU", "2028-01-03", "New Year's Day (additional day)")]
    [InlineData("AU", "2026-04-27", null)]
    [InlineData("AU", "2026-11-03", null)]
    [InlineData("NSW", "2026-04-27", "Anzac Day (additional day)")]
    [InlineData("VIC", "2026-04-27", null)]
    [InlineData("NSW", "2026-10-05", "Labour Day")]
    [InlineData("NSW", "2026-08-03", null)]
    [InlineData("VIC", "2026-11-03", "Melbourne Cup")]
    [InlineData("VIC", "2026-09-25", "Friday before the AFL Grand Final")]
    [InlineData("QLD", "2026-05-04", "Labour Day")]
    [InlineData("QLD", "2026-10-05", "King's Birthday")]
    [InlineData("QLD", "2026-06-08", null)]
    [InlineData("QLD", "2027-04-26", "Anzac Day (additional day)")]
    [InlineData("SA", "2026-03-09", "Adelaide Cup Day")]
    [InlineData("SA", "2027-04-26", null)]
    [InlineData("TAS", "2026-03-09", "Eight Hours Day")]
    [InlineData("TAS", "2026-10-05", null)]
    [InlineData("ACT", "2026-06-01", "Reconciliation Day")]
    [InlineData("ACT", "2027-05-31", "Reconciliation Day")]
    [InlineData("NT", "2026-08-03", "Picnic Day")]
    [InlineData("WA", "2026-03-02", "Labour Day")]
    [InlineData("WA", "2026-09-28", "King's Birthday")]
    [InlineData("WA", "2028-11-13", "Western Australia Day")]
    public void A_day_is_a_holiday_where_it_is_one(string region, string date, string? holiday)
    {
        Assert.True(Regions.TryParse(region, out var parsed));
        Assert.Equal(holiday, BusinessCalendar.HolidayOn(parsed, DateOnly.Parse(date)));
    }

    /// <summary>Counted by another program, from npm date-holidays 3.37 with the two differences that the head of holidays.csv names.</summary>
    [Theory]
    [InlineData(2025, "AU 253 ACT 250 NSW 252 NT 251 QLD 252 SA 251 TAS 252 VIC 250 WA 251")]
    [InlineData(2026, "AU 254 ACT 250 NSW 252 NT 252 QLD 253 SA 252 TAS 253 VIC 251 WA 251")]
    [InlineData(2027, "AU 254 ACT 250 NSW 252 NT 251 QLD 252 SA 252 TAS 253 VIC 251 WA 251")]
    [InlineData(2028, "AU 252 ACT 249 NSW 251 NT 250 QLD 251 SA 250 TAS 251 VIC 249 WA 249")]
    public void A_year_has_its_business_days(int year, string expected)
    {
        var days = Enumerable.Range(0, DateTime.IsLeapYear(year) ? 366 : 365).Select(new DateOnly(year, 1, 1).AddDays).ToList();
        var found = Enum.GetValues<Region>().Select(region => $"{region.Name()} {days.Count(day => BusinessCalendar.IsBusinessDay(region, day))}");
        Assert.Equal(expected, string.Join(' ', found));
    }

    [Theory]
    [InlineData(2024, "2024-03-31")]
    [InlineData(2025, "2025-04-20")]
    [InlineData(2026, "2026-04-05")]
    [InlineData(2038, "2038-04-25")]
    [InlineData(2285, "2285-03-22")]
    public void Easter_is_computed(int year, string date) => Assert.Equal(DateOnly.Parse(date), CommonHolidays.EasterSunday(year));

    [Theory]
    [InlineData("2026-12-24", 1, "2026-12-29")]
    [InlineData("2026-12-24", 0, "2026-12-24")]
    [InlineData("2026-12-25", 0, "2026-12-29")]
    [InlineData("2026-12-29", -1, "2026-12-24")]
    [InlineData("2026-12-31", 1, "2027-01-04")]
    [InlineData("2026-11-20", 10, "2026-12-04")]
    [InlineData("2028-12-28", 1, "2028-12-29")]
    [InlineData("2028-12-28", 2, null)]
    [InlineData("2025-01-02", -1, null)]
    [InlineData("2029-01-02", 0, null)]
    public void Business_days_are_added_nationally(string from, int days, string? expected) => Assert.Equal(
        expected is null ? null : DateOnly.Parse(expected), BusinessCalendar.Add(Region.National, DateOnly.Parse(from), days));

    [Fact]
    public void The_next_and_the_previous_business_day_have_none_between() => Gen.Select(AnyRegion, Days).Sample((region, day) =>
        BusinessCalendar.Next(region, day) is not { } next || (BusinessCalendar.IsBusinessDay(region, next)
            && Enumerable.Range(1, next.DayNumber - day.DayNumber - 1).All(gap => !BusinessCalendar.IsBusinessDay(region, day.AddDays(gap)))
            && (!BusinessCalendar.IsBusinessDay(region, day) || BusinessCalendar.Previous(region, next) == day)));

    [Fact]
    public void Days_added_can_be_taken_away_again() => Gen.Select(AnyRegion, Days, Gen.Int[1, 60]).Sample((region, day, count) =>
        !BusinessCalendar.IsBusinessDay(region, day) || BusinessCalendar.Add(region, day, count) is not { } later
        || BusinessCalendar.Add(region, later, -count) == day);

    [Fact]
    public void No_long_rest_is_longer_than_five_days() => AnyRegion.Select(Days).Sample((region, day) =>
        BusinessCalendar.OnOrAfter(region, day) is not { } next || next.DayNumber - day.DayNumber <= 5);

    [Theory]
    [InlineData("2026-11-22", "business day (AU); 2026-11-22 is Sunday. The next is 2026-11-23.")]
    [InlineData("2026-12-25", "business day (AU); 2026-12-25 is Christmas Day. The next is 2026-12-29.")]
    public void A_day_of_rest_is_refused_with_its_reason_and_the_next_day(string date, string text)
    {
        var refusal = BusinessCalendar.RefusalOfRest(Region.National, DateOnly.Parse(date), "processOn")!;
        Assert.Equal((RefusalCodes.InvalidDate, "processOn"), (refusal.Code, refusal.Field));
        Assert.EndsWith(text, refusal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Beyond_its_data_the_calendar_refuses_and_does_not_guess()
    {
        var beyond = BusinessCalendar.CoveredThrough.AddDays(1);
        Assert.Equal(RefusalCodes.CalendarEnded, BusinessCalendar.RefusalOfRest(Region.National, beyond, "processOn")!.Code);
        Assert.Equal(RefusalCodes.CalendarEnded, BusinessCalendar.RefusalOf(BusinessCalendar.CoveredFrom.AddDays(-1), "on")!.Code);
        Assert.Null(BusinessCalendar.RefusalOf(BusinessCalendar.CoveredThrough, "on"));
        Assert.Throws<ArgumentOutOfRangeException>(() => BusinessCalendar.IsBusinessDay(Region.National, beyond));
    }

    [Fact]
    public void The_check_warns_in_time_and_names_what_is_only_expected()
    {
        Assert.Equal(new DateOnly(2028, 12, 31), BusinessCalendar.CoveredThrough);
        var early = BusinessCalendar.Check(BusinessCalendar.CoveredThrough.AddDays(-BusinessCalendar.NoticeDays));
        Assert.Equal((BusinessCalendar.NoticeDays, false), (early.DaysLeft, early.MustBeExtended));
        Assert.True(BusinessCalendar.Check(BusinessCalendar.CoveredThrough.AddDays(1 - BusinessCalendar.NoticeDays)).MustBeExtended);
        Assert.True(BusinessCalendar.Check(BusinessCalendar.CoveredThrough.AddDays(400)).MustBeExtended);
        var names = BusinessCalendar.Check(new DateOnly(2027, 9, 1)).Unconfirmed.Select(day => day.Name);
        Assert.Equal(["Friday before the AFL Grand Final", "King's Birthday"], names);
    }

    [Fact]
    public void Every_region_has_a_name_and_a_zone() => Assert.All(Enum.GetValues<Region>(), region =>
    {
        Assert.True(Regions.TryParse(region.Name(), out var back));
        Assert.Equal(region, back);
        Assert.StartsWith("Australia/", region.ZoneId(), StringComparison.Ordinal);
    });
}
