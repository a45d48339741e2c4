using System.Globalization;
using Commission.Domain.Disputes;

namespace Commission.Domain.Tests.Disputes;

/// <summary>Opened on Monday 23 November 2026 at 10:00 in Sydney: 80 business hours end on Monday 7 December at 10:00.</summary>
public sealed class DisputeClockTests
{
    private static readonly DateTimeOffset Due = DateTimeOffset.Parse("2026-12-07T10:00+11:00", CultureInfo.InvariantCulture);
    private static readonly DateTimeOffset Warning = DateTimeOffset.Parse("2026-12-03T10:00+11:00", CultureInfo.InvariantCulture);

    [Fact]
    public void The_clock_counts_business_time_from_the_opening()
    {
        var clock = new DisputeScenario().When("open").At("2026-11-24T10:00+11:00").Clock;
        Assert.Equal((TimeSpan.FromHours(8), TimeSpan.FromHours(72), true), (clock.Used, clock.Left, clock.IsRunning));
        Assert.Equal((Warning, Due), (clock.WarnAt, clock.DueAt));
    }

    [Fact]
    public void It_rests_while_the_member_is_awaited()
    {
        var dispute = new DisputeScenario().When("open assign review").At("2026-11-24T10:00+11:00").When("ask").At("2026-12-24T10:00+11:00");
        Assert.Equal((TimeSpan.FromHours(8), false, null, null), (dispute.Clock.Used, dispute.Clock.IsRunning, dispute.Clock.WarnAt, dispute.Clock.DueAt));
        Assert.Empty(dispute.Decide(new CheckDisputeClock()).Accepted());
        var resumed = dispute.When("say").Clock;
        Assert.Equal(TimeSpan.FromHours(8), resumed.Used);
        Assert.Equal(DateTimeOffset.Parse("2027-01-11T10:00+11:00", CultureInfo.InvariantCulture), resumed.DueAt);
    }

    [Theory]
    [InlineData("2026-12-03T09:59+11:00", false, false)]
    [InlineData("2026-12-03T10:00+11:00", true, false)]
    [InlineData("2026-12-07T09:59+11:00", true, false)]
    [InlineData("2026-12-07T10:00+11:00", true, true)]
    [InlineData("2027-03-01T10:00+11:00", true, true)]
    public void Warning_and_breach_fall_due_at_their_instants_whenever_somebody_looks(string looked, bool warned, bool breached)
    {
        var state = new DisputeScenario().When("open").At(looked).When("check").State;
        Assert.Equal((warned ? Warning : null, breached ? Due : (DateTimeOffset?)null), (state.WarnedAt, state.BreachedAt));
    }

    [Fact]
    public void They_are_recorded_once()
    {
        var dispute = new DisputeScenario().When("open").At("2027-03-01T10:00+11:00").When("check check assign check");
        Assert.Equal(2, dispute.Events.Count(happened => happened is DisputeClockWarned or DisputeClockBreached));
    }

    [Fact]
    public void A_late_decision_does_not_hide_its_lateness()
    {
        var dispute = new DisputeScenario().When("open assign review").At("2026-12-08T10:00+11:00").When("uphold");
        Assert.Equal(Due, dispute.State.BreachedAt);
        Assert.Equal(
            [typeof(DisputeClockWarned), typeof(DisputeClockBreached), typeof(DisputeWasDecided)],
            dispute.Events.TakeLast(3).Select(happened => happened.GetType()));
    }

    [Fact]
    public void After_the_decision_nothing_falls_due()
    {
        var dispute = new DisputeScenario().When("open assign review uphold").At("2027-03-01T10:00+11:00").When("check close check");
        Assert.Equal((null, null), (dispute.State.WarnedAt, dispute.State.BreachedAt));
        Assert.False(dispute.Clock.IsRunning);
    }

    [Fact]
    public void Beyond_the_calendar_nothing_is_guessed()
    {
        var dispute = new DisputeScenario { Now = DateTimeOffset.Parse("2028-12-28T10:00+11:00", CultureInfo.InvariantCulture) }.When("open");
        Assert.Null(dispute.Clock.DueAt);
        Assert.Empty(dispute.At("2029-03-01T10:00+11:00").Decide(new CheckDisputeClock()).Accepted());
    }
}
