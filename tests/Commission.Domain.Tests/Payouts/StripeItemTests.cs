using Commission.Domain.Payouts;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Payouts;

public sealed class StripeItemTests
{
    private static readonly PayoutBatchId Batch = PayoutBatchId.Derive(People.Referrer.Id, "batch");

    [Fact]
    public void What_is_paid_is_taken_back_by_somebody_who_did_not_make_the_batch()
    {
        var batch = new PayoutScenario(Rail.Stripe).Sent().Told(1, PayoutItemStatus.Paid);

        batch.Decide(Reverse(batch, by: PayoutScenario.Maker)).Refused(RefusalCodes.MakerIsChecker);
        batch.Decide(Reverse(batch, attempt: 2)).Refused(RefusalCodes.WrongState);
        batch.Decide(Reverse(batch, isUnderWay: true)).Refused(RefusalCodes.WrongState);
        batch.Decide(Reverse(batch, item: 2)).Refused(RefusalCodes.WrongState);
        batch.Decide(Reverse(batch, reason: "two\nlines")).Refused(RefusalCodes.InvalidField);
        var ordered = Assert.IsType<PayoutReversalOrdered>(Assert.Single(batch.Decide(Reverse(batch)).Events));

        var item = PayoutItemMachine.Evolve(batch.Items[0], ordered);
        Assert.Equal((PayoutItemStatus.Paid, "wrong member"), (item.Status, item.Reason));
        Assert.Contains(ordered.Request, PayoutBatchMachine.Evolve(batch.State, ordered).Requests);
        Assert.Empty(PayoutEntries.Of(batch.State, item, ordered));
        var told = new RecordPayoutOutcome(1, 1, PayoutItemStatus.Returned, "The transfer was reversed.");
        var returned = Assert.IsType<PayoutItemMoved>(Assert.Single(PayoutItemMachine.Decide(batch.State, item, told, batch.Now).Events));
        Assert.Equal("The transfer was reversed. wrong member", returned.Reason);
    }

    [Fact]
    public void A_refused_reversal_is_told_once_and_changes_no_money()
    {
        var batch = new PayoutScenario(Rail.Stripe).Sent().Told(1, PayoutItemStatus.Paid).Told(2, PayoutItemStatus.Failed);
        var told = new RecordReversalRefusal(1, 1, "spent");

        var refused = Assert.IsType<PayoutReversalRefused>(Assert.Single(batch.Decide(told).Events));

        var item = PayoutItemMachine.Evolve(batch.Items[0], refused);
        Assert.Equal((PayoutItemStatus.Paid, "spent"), (item.Status, item.Reason));
        Assert.Empty(PayoutItemMachine.Decide(batch.State, item, told, batch.Now).Events);
        Assert.Equal(batch.State, PayoutBatchMachine.Evolve(batch.State, refused));
        Assert.Empty(batch.Decide(told with { Item = 2 }).Events);
        Assert.Empty(batch.Decide(told with { Attempt = 3 }).Events);
    }

    [Fact]
    public void Direct_entry_is_not_taken_back_by_order()
    {
        var batch = new PayoutScenario().Sent().Told(1, PayoutItemStatus.Paid);
        batch.Decide(Reverse(batch)).Refused(RefusalCodes.WrongState);
    }

    [Fact]
    public void A_batch_of_one_mode_is_not_submitted_in_the_other()
    {
        var batch = new PayoutScenario(Rail.Stripe).Approved();

        var decision = PayoutBatchMachine.Decide(batch.State, batch.Submit(), batch.Facts with { IsLive = true }, batch.Now);

        decision.Refused(RefusalCodes.RailNotConfigured);
        Assert.Null(PayoutBatchMachine.OtherModeRefusal(new PayoutScenario().Approved().State, isLive: true));
    }

    [Fact]
    public void A_destination_is_of_one_payee_account_and_mode()
    {
        Hash[] destinations =
        [
            StripeDestination.Of(People.Referrer.Id, false, "acct_1"), StripeDestination.Of(People.Referrer.Id, true, "acct_1"),
            StripeDestination.Of(People.Client.Id, false, "acct_1"), StripeDestination.Of(People.Referrer.Id, false, "acct_2"),
        ];
        Assert.Equal(4, destinations.Distinct().Count());
        Assert.Equal(destinations[0], StripeDestination.Of(People.Referrer.Id, false, "acct_1"));
    }

    [Fact]
    public void Keys_are_read_again_and_nothing_else_is()
    {
        Assert.True(PayoutReference.TryParse(PayoutReference.KeyOf(Batch, 17, 2), out var read));
        Assert.Equal((Batch, 17, 2, false), read);
        Assert.True(PayoutReference.TryParse(PayoutReference.ReversalKeyOf(Batch, 17, 2, 3), out var reversal));
        Assert.Equal((Batch, 17, 2, true), reversal);
        foreach (var other in new[] { "", "account/contact/1", $"{Batch}", $"{Batch}/1", $"{Batch}/1/x", $"{Batch}/-1/1", $"{Batch}/1/1/refund-1", $"{Batch}/1/1/reversal-1/2" })
            Assert.False(PayoutReference.TryParse(other, out _), other);
    }

    private static ReversePayoutItem Reverse(
        PayoutScenario batch, int item = 1, int attempt = 1, bool isUnderWay = false, string reason = "wrong member", ContactId? by = null) =>
        new(item, attempt, isUnderWay, reason, by ?? PayoutScenario.Checker, batch.Request());
}
