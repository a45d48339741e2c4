using Commission.Domain.Payouts.Calendar;
using CsCheck;

namespace Commission.Domain.Tests.Payouts.Calendar;

public sealed class BusinessHoursTests
{
    private static BusinessHours Of(Region region) => new(region, TimeZoneInfo.FindSystemTimeZoneById(region.ZoneId()));

    private static readonly BusinessHours Sydney = Of(Region.Nsw);

    [Theory]
    [InlineData("2026-11-23T09:00+11:00", "2026-11-23T17:00+11:00", 480)]
    [InlineData("2026-11-23T08:00+11:00", "2026-11-23T18:00+11:00", 480)]
    [InlineData("2026-11-23T16:30+11:00", "2026-11-24T09:30+11:00", 60)]
    [InlineData("2026-11-20T16:00+11:00", "2026-11-23T10:00+11:00", 120)]
    [InlineData("2026-11-21T10:00+11:00", "2026-11-22T10:00+11:00", 0)]
    [InlineData("2026-12-24T16:00+11:00", "2026-12-29T10:00+11:00", 120)]
    [InlineData("2026-04-02T16:00+11:00", "2026-04-07T10:00+10:00", 120)]
    [InlineData("2026-11-23T17:00+11:00", "2026-11-23T09:00+11:00", 0)]
    [InlineData("2026-11-22T22:00+00:00", "2026-11-22T23:00+00:00", 60)]
    public void Only_business_hours_count(string from, string to, int minutes) =>
        Assert.Equal(TimeSpan.FromMinutes(minutes), Sydney.Between(DateTimeOffset.Parse(from), DateTimeOffset.Parse(to)));

    [Theory]
    [InlineData("2026-11-23T09:00+11:00", 480, "2026-11-23T17:00+11:00")]
    [InlineData("2026-11-23T09:00+11:00", 481, "2026-11-24T09:01+11:00")]
    [InlineData("2026-11-20T16:00+11:00", 120, "2026-11-23T10:00+11:00")]
    [InlineData("2026-11-21T03:00+11:00", 1, "2026-11-23T09:01+11:00")]
    [InlineData("2026-11-21T03:00+11:00", 0, "2026-11-21T03:00+11:00")]
    [InlineData("2026-12-24T16:00+11:00", 120, "2026-12-29T10:00+11:00")]
    [InlineData("2026-04-02T16:00+11:00", 120, "2026-04-07T10:00+10:00")]
    public void Business_time_is_added(string from, int minutes, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected), Sydney.Add(DateTimeOffset.Parse(from), TimeSpan.FromMinutes(minutes)));

    [Fact]
    public void Each_state_has_its_own_hours_and_holidays()
    {
        var instant = DateTimeOffset.Parse("2026-11-03T00:00Z");
        Assert.Equal(TimeSpan.FromHours(1), Sydney.Between(instant, instant.AddHours(1)));
        Assert.Equal(TimeSpan.Zero, Of(Region.Vic).Between(instant, instant.AddHours(1)));
        Assert.Equal(TimeSpan.Zero, Of(Region.Wa).Between(instant, instant.AddHours(1)));
        Assert.Equal(TimeSpan.FromMinutes(30), Of(Region.Nt).Between(instant.AddHours(-1), instant));
    }

    [Fact]
    public void Beyond_the_calendar_there_is_no_answer()
    {
        var late = DateTimeOffset.Parse("2028-12-29T16:00+11:00");
        Assert.Null(Sydney.Add(late, TimeSpan.FromHours(2)));
        Assert.Null(Sydney.Between(late, late.AddYears(1)));
        Assert.NotNull(Sydney.Add(late, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void What_is_added_has_passed() => Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 10_000], Gen.Enum<Region>()).Sample((start, minutes, region) =>
    {
        var from = DateTimeOffset.Parse("2025-06-01T00:00Z").AddMinutes(start);
        var hours = Of(region);
        return hours.Between(from, hours.Add(from, TimeSpan.FromMinutes(minutes))!.Value) == TimeSpan.FromMinutes(minutes);
    });
}
