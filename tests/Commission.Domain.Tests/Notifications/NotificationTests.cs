using System.Text;
using Commission.Domain.Notifications;

namespace Commission.Domain.Tests.Notifications;

public sealed class NotificationTests
{
    private static readonly NotificationSetting Setting = new("Ruth <O'Neil>", "https://commission.example.org", "mlt_1");

    private static NotificationMessage Write(NotificationKind kind, string facts) => NotificationText.Write(kind, Encoding.UTF8.GetBytes(facts), Setting);

    /// <summary>Attempts so far, how the last ended, where the message stands, seconds until the next.</summary>
    public static TheoryData<int, DeliveryOutcome, NotificationState, int> Attempts => new()
    {
        { 1, DeliveryOutcome.Delivered, NotificationState.Delivered, 0 },
        { 1, DeliveryOutcome.NotNow, NotificationState.Queued, 30 },
        { 2, DeliveryOutcome.NotNow, NotificationState.Queued, 60 },
        { 5, DeliveryOutcome.NotNow, NotificationState.Queued, 480 },
        { 11, DeliveryOutcome.NotNow, NotificationState.Queued, 21_600 },
        { 12, DeliveryOutcome.NotNow, NotificationState.Failed, 0 },
        { 1, DeliveryOutcome.Refused, NotificationState.Failed, 0 },
        { 1, DeliveryOutcome.NoAddress, NotificationState.Undeliverable, 0 },
    };

    [Theory]
    [MemberData(nameof(Attempts))]
    public void Pauses_grow_until_somebody_must_look(int attempts, DeliveryOutcome outcome, NotificationState state, int seconds) =>
        Assert.Equal((state, TimeSpan.FromSeconds(seconds)), NotificationDelivery.After(attempts, outcome));

    public static TheoryData<NotificationKind, string, string, string> Kinds => new()
    {
        { NotificationKind.ClientLink, """{"deal":"deal_1","step":"outcome"}""", "Please confirm: outcome", "Your link is mlt_1." },
        { NotificationKind.PapersIssued, """{"currency":"AUD","papers":["RCTI-000001"],"payMinor":123456}""", "Your payout: RCTI-000001", "1,234.56 AUD is on its way" },
        { NotificationKind.PayoutFailed, """{"currency":"AUD","papers":[],"payMinor":5,"reason":"No account"}""", "Your payout could not be made", "0.05 AUD could not be paid: No account" },
        { NotificationKind.PayoutReturned, """{"currency":"AUD","papers":["CAN-000001"],"payMinor":5,"reason":"Account closed"}""", "Your payout came back", "taken back by CAN-000001" },
        { NotificationKind.DisputeDecided, """{"dispute":"dispute_1","outcome":"partly"}""", "Your dispute was decided: partly", "/api/v1/disputes/dispute_1" },
        { NotificationKind.DisputeWarned, """{"dispute":"dispute_1","since":"2026-11-10 01:00 UTC"}""", "A dispute is about to be late", "dispute_1" },
        { NotificationKind.DisputeBreached, """{"dispute":"dispute_1","since":"2026-11-10 01:00 UTC"}""", "A dispute is late", "ran out at 2026-11-10 01:00 UTC" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_kind_says_what_it_must(NotificationKind kind, string facts, string subject, string part)
    {
        var message = Write(kind, facts);

        Assert.Equal(subject, message.Subject);
        Assert.Contains(part, message.Text, StringComparison.Ordinal);
        Assert.Contains("Ruth &lt;O&#39;Neil&gt;", message.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<O'Neil>", message.Html, StringComparison.Ordinal);
        Assert.Equal(message, Write(kind, facts));
    }

    [Fact]
    public void The_same_is_told_once() => Assert.Equal(
        NotificationId.Derive(NotificationKind.DisputeDecided, "dispute_1"), NotificationId.Derive(NotificationKind.DisputeDecided, "dispute_1"));

    [Fact]
    public void Kinds_about_one_thing_are_messages_of_their_own() => Assert.NotEqual(
        NotificationId.Derive(NotificationKind.DisputeWarned, "dispute_1"), NotificationId.Derive(NotificationKind.DisputeBreached, "dispute_1"));
}
