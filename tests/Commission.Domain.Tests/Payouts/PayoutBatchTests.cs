using Commission.Domain.Amounts;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;

namespace Commission.Domain.Tests.Payouts;

public sealed class PayoutBatchTests
{
    [Fact]
    public void A_batch_goes_from_draft_to_settled()
    {
        var batch = new PayoutScenario().Sent();
        Assert.Equal(new PayoutTally(3, batch.Contents.PayMinor), batch.State.Submitted);
        batch.Told(1, PayoutItemStatus.Paid).Told(2, PayoutItemStatus.Paid).Told(3, PayoutItemStatus.Paid);
        batch.When(new SettlePayoutBatch(PayoutScenario.Maker, batch.Request()));
        Assert.Equal((PayoutBatchStatus.Settled, 3, batch.Contents.PayMinor), (batch.State.Status, batch.State.Paid.Items, batch.State.Paid.PayMinor));
        var acts = PayoutRecords.Acts(batch.Id, batch.Events).Cast<ActDraft>().Select(act => act.Act);
        Assert.Equal(
            [AdministrativeAct.PayoutDrafted, AdministrativeAct.PayoutApproved, AdministrativeAct.PayoutSubmitted, AdministrativeAct.PayoutSettled], acts);
    }

    [Fact]
    public void Who_made_a_draft_does_not_approve_it()
    {
        var batch = new PayoutScenario().Drafted();
        batch.Decide(batch.Approve(PayoutScenario.Maker)).Refused(RefusalCodes.MakerIsChecker, "actor");
        batch.Decide(batch.Approve() with { Actor = null }).Refused(RefusalCodes.MakerIsChecker, "actor");
        batch.Decide(batch.Approve()).Accepted();
    }

    [Fact]
    public void Who_changed_a_draft_does_not_approve_it()
    {
        var batch = new PayoutScenario().Drafted();
        batch.When(batch.Remove(2, PayoutScenario.Checker));
        batch.Decide(batch.Approve()).Refused(RefusalCodes.MakerIsChecker, "actor");
        batch.Decide(batch.Approve(Deals.People.Stranger.Id)).Accepted();
    }

    [Fact]
    public void What_was_not_seen_is_not_approved()
    {
        var batch = new PayoutScenario().Drafted();
        var seen = batch.Approve();
        batch.When(batch.Remove(2, null));
        batch.Decide(seen).Refused(RefusalCodes.BatchChanged, "hash");
        batch.Decide(batch.Approve()).Accepted();
    }

    [Fact]
    public void An_item_taken_out_voids_the_approval()
    {
        var batch = new PayoutScenario().Approved();
        batch.When(batch.Remove(2, null));
        Assert.Equal((PayoutBatchStatus.Draft, null, 2), (batch.State.Status, batch.State.ApprovedHash, batch.State.Pending.Items));
        Assert.Equal(new PayoutTally(1, 10_600), batch.State.Released);
        batch.Decide(batch.Submit()).Refused(RefusalCodes.WrongState);
        batch.When(batch.Approve()).When(batch.Submit());
    }

    public static TheoryData<string, Func<PayoutItem, PayoutItem>> Tampering => new()
    {
        { "amount", item => item with { Amounts = item.Amounts with { AmountMinor = item.Amounts.AmountMinor + 1 } } },
        { "gst and withholding together", item => item with { Amounts = new(item.Amounts.AmountMinor, item.Amounts.GstMinor + 1, item.Amounts.WithheldMinor + 1) } },
        { "payee", item => item with { Payee = Deals.People.Stranger.Id } },
        { "account", item => item with { Destination = Hash.Of("elsewhere"u8) } },
        { "lines", item => item with { LinesHash = Hash.Of("other"u8) } },
        { "salt", item => item with { Salt = Hash.Of("salt"u8) } },
        { "number", item => item with { Number = item.Number + 10 } },
    };

    [Theory]
    [MemberData(nameof(Tampering))]
    public void Rows_that_changed_after_the_approval_are_not_paid(string what, Func<PayoutItem, PayoutItem> bend)
    {
        var batch = new PayoutScenario().Approved();
        batch.Items[2] = bend(batch.Items[2]);
        Assert.NotEmpty(what);
        batch.Decide(batch.Submit()).Refused(RefusalCodes.BatchChanged, "hash");
    }

    [Theory]
    [InlineData(Rail.Aba, null, RefusalCodes.InvalidField)]
    [InlineData(Rail.Aba, "2026-11-22", RefusalCodes.InvalidDate)]
    [InlineData(Rail.Aba, "2026-11-28", RefusalCodes.InvalidDate)]
    [InlineData(Rail.Aba, "2026-12-25", RefusalCodes.InvalidDate)]
    [InlineData(Rail.Aba, "2029-01-02", RefusalCodes.CalendarEnded)]
    [InlineData(Rail.Aba, "2026-11-23", null)]
    [InlineData(Rail.Stripe, "2026-11-23", RefusalCodes.InvalidField)]
    [InlineData(Rail.Stripe, null, null)]
    public void A_direct_entry_file_is_of_a_business_day(Rail rail, string? processOn, string? refusal)
    {
        var batch = new PayoutScenario(rail).Approved();
        var decision = batch.Decide(batch.Submit() with { ProcessOn = processOn is null ? null : DateOnly.Parse(processOn) });
        Assert.Equal(refusal, decision.Refusal?.Code);
    }

    [Fact]
    public void A_batch_is_made_once_of_something_in_a_currency_that_its_rail_pays()
    {
        var batch = new PayoutScenario();
        batch.Decide(batch.Draft() with { Currency = new Currency("NZD") }).Refused(RefusalCodes.CurrencyMismatch, "currency");
        PayoutBatchMachine.Decide(new PayoutBatchState(), batch.Draft(), batch.Facts with { Contents = default }, batch.Now)
            .Refused(RefusalCodes.InvalidField, "items");
        batch.Drafted().Decide(batch.Draft()).Refused(RefusalCodes.AlreadyExists, "id");
    }

    [Fact]
    public void An_unknown_batch_takes_no_commands()
    {
        var batch = new PayoutScenario();
        batch.Decide(batch.Approve()).Refused(RefusalCodes.UnknownPayout);
        batch.Decide(new SubmitPayoutItem(1, null)).Refused(RefusalCodes.UnknownPayout);
    }

    [Fact]
    public void Steps_out_of_order_are_refused()
    {
        var batch = new PayoutScenario().Drafted();
        batch.Decide(batch.Submit()).Refused(RefusalCodes.WrongState);
        batch.Decide(new SettlePayoutBatch(null, default)).Refused(RefusalCodes.WrongState);
        batch.Decide(new SubmitPayoutItem(1, PayoutScenario.DestinationOf(1))).Refused(RefusalCodes.WrongState);
        batch.When(batch.Approve()).Decide(batch.Approve()).Refused(RefusalCodes.WrongState);
        batch.When(batch.Submit()).Decide(batch.Submit()).Refused(RefusalCodes.WrongState);
        batch.Decide(new CancelPayoutBatch("no", PayoutScenario.Maker, default)).Refused(RefusalCodes.WrongState);
        batch.Decide(batch.Remove(1, null)).Refused(RefusalCodes.WrongState);
        batch.Decide(new SettlePayoutBatch(null, default)).Refused(RefusalCodes.WrongState);
    }

    [Fact]
    public void What_was_not_submitted_can_be_given_up_and_all_is_open_again()
    {
        var batch = new PayoutScenario().Approved();
        batch.Decide(new CancelPayoutBatch(" ", PayoutScenario.Maker, default)).Refused(RefusalCodes.InvalidField, "reason");
        batch.When(new CancelPayoutBatch("wrong month", PayoutScenario.Maker, batch.Request()));
        Assert.Equal((PayoutBatchStatus.Cancelled, 0, 3), (batch.State.Status, batch.State.Pending.Items, batch.State.Released.Items));
        Assert.False(PayoutItemMachine.HoldsEntries(batch.State.Status, PayoutItemStatus.Pending));
    }

    [Fact]
    public void A_repeated_request_is_known_and_a_reused_key_refused()
    {
        var batch = new PayoutScenario().Drafted();
        var request = new RequestFingerprint(1, 1);
        Assert.Equal((true, null), PayoutBatchMachine.Replay(batch.State, request));
        Assert.Equal(RefusalCodes.IdempotencyKeyReused, PayoutBatchMachine.Replay(batch.State, request with { Body = 2 }).Refusal!.Code);
        Assert.Equal((false, null), PayoutBatchMachine.Replay(batch.State, new RequestFingerprint(9, 9)));
    }

    [Fact]
    public void The_state_of_a_large_batch_is_as_small_as_that_of_a_small_one()
    {
        var amounts = Enumerable.Range(1, 5_000).Select(i => new Commission.Domain.Payouts.Tax.PayoutAmounts(i, 0, 0)).ToArray();
        var (small, large) = (new PayoutScenario(Rail.Aba, amounts[..1]).Sent(), new PayoutScenario(Rail.Aba, amounts).Drafted());
        Assert.Equal(small.State.Makers.Length, large.State.Makers.Length);
        for (var i = 0; i < 100; i++)
            large.When(large.Remove(i + 1, null));
        Assert.Equal((PayoutBatchMachine.MaxRequests, 4_900), (large.State.Requests.Length, large.State.Contents.Items));
    }

    [Fact]
    public void The_hash_of_a_batch_never_changes()
    {
        var item = PayoutScenario.Item(1, new(100_000, 10_000, 0));
        var batch = PayoutBatchId.From(new Guid("0192f0c1-0000-7000-8000-000000000001"));
        Assert.Equal(
            $$"""{"amountMinor":100000,"destination":"{{item.Destination}}","gstMinor":10000,"item":1,"lines":1,"linesHash":"{{item.LinesHash}}","payMinor":110000,"payee":"{{item.Payee}}","salt":"{{item.Salt}}","withheldMinor":0}""",
            System.Text.Encoding.UTF8.GetString(item.ToCanonical()));
        var root = Hash.Of([0, .. item.ToCanonical()]);
        var header = $$"""{"batch":"{{batch}}","currency":"AUD","items":1,"itemsRoot":"{{root}}","rail":"aba","version":1}""";
        var hash = Hash.Of(System.Text.Encoding.UTF8.GetBytes($"commission/payout-batch/v1\n{header}"));
        Assert.Equal(new BatchContents(1, 110_000, hash), BatchHasher.Of(batch, Rail.Aba, Currency.Aud, [item]));
        Assert.Throws<InvalidOperationException>(() => BatchHasher.Of(batch, Rail.Aba, Currency.Aud, [item, item]));
    }
}
