using Commission.Domain.Deals;

namespace Commission.Domain.Tests.Deals;

/// <summary>Which step may follow which, and what a link opens.</summary>
public sealed class OrderTests
{
    public static TheoryData<HandshakeStep, HandshakeStep> OutOfOrder
    {
        get
        {
            var rows = new TheoryData<HandshakeStep, HandshakeStep>();
            for (var last = HandshakeStep.Intent; last <= HandshakeStep.Outcome; last++)
            {
                for (var step = HandshakeStep.Intent; step <= HandshakeStep.Outcome; step++)
                {
                    if (step != last + 1)
                        rows.Add(last, step);
                }
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(OutOfOrder))]
    public void A_step_out_of_order_is_refused(HandshakeStep last, HandshakeStep step)
    {
        var deal = new DealScenario().Given(last);
        deal.When(deal.Command(step) with { Link = null }).Refused(RefusalCodes.WrongState);
    }

    [Fact]
    public void The_refusal_names_the_state_and_what_is_missing()
    {
        var deal = new DealScenario().Given(HandshakeStep.Acknowledgement);
        var refusal = deal.When(HandshakeStep.Settlement).Refusal!;
        Assert.Equal($"The deal is Acknowledged; it waits for H3 from {People.Receiver} since 2026-03-02T02:00:00Z.", refusal.Text);
        Assert.Equal(deal.Id.ToString(), refusal.Related);
    }

    [Theory]
    [InlineData(HandshakeStep.Acknowledgement)]
    [InlineData(HandshakeStep.Outcome)]
    [InlineData(HandshakeStep.Decline)]
    [InlineData(HandshakeStep.Withdrawal)]
    public void A_deal_that_does_not_exist_takes_no_step(HandshakeStep step) => new DealScenario().When(step).Refused(RefusalCodes.DealNotFound);

    [Fact]
    public void A_step_that_names_another_deal_is_refused() => new DealScenario().Given(HandshakeStep.Acknowledgement)
        .When<IntakePayload>(HandshakeStep.Intake, intake => intake with { Deal = new DealId(Guid.NewGuid()) })
        .Refused(RefusalCodes.InvalidField, "payload.deal");

    [Fact]
    public void An_intent_must_name_the_deal_it_was_sent_to() => new DealScenario()
        .Given(facts => facts with { Deal = new DealId(Guid.NewGuid()) }).When(HandshakeStep.Intent).Refused(RefusalCodes.InvalidField, "payload.deal");

    [Fact]
    public void An_unknown_link_is_not_found() => new DealScenario().Given(HandshakeStep.Intent)
        .Given(facts => facts with { LinkMatches = false }).When(HandshakeStep.Acknowledgement).Refused(RefusalCodes.HandshakeNotFound, "link");

    [Fact]
    public void A_used_link_is_not_found() =>
        new DealScenario().Given(HandshakeStep.Acknowledgement).When(HandshakeStep.Acknowledgement).Refused(RefusalCodes.HandshakeNotFound, "link");

    [Fact]
    public void A_key_comes_only_through_a_link()
    {
        var deal = new DealScenario().Given(HandshakeStep.Intent);
        deal.When(deal.Command(HandshakeStep.Acknowledgement) with { Link = null }).Refused(RefusalCodes.HandshakeNotFound, "link");
    }

    [Fact]
    public void An_intent_has_no_link()
    {
        var deal = new DealScenario();
        deal.When(deal.Command(HandshakeStep.Intent) with { Link = DealScenario.Link }).Refused(RefusalCodes.HandshakeNotFound, "link");
    }

    [Fact]
    public void A_link_lives_seven_days()
    {
        var deal = new DealScenario().Given(HandshakeStep.Intent);
        deal.Now = DealScenario.Start + DealMachine.LinkLifetime - TimeSpan.FromTicks(1);
        deal.When(HandshakeStep.Acknowledgement).Accepted();
        deal.Now = DealScenario.Start + DealMachine.LinkLifetime;
        deal.When(HandshakeStep.Acknowledgement).Refused(RefusalCodes.TokenExpired, "link");
    }

    [Fact]
    public void The_link_of_the_outcome_lives_seven_days_from_the_settlement()
    {
        var deal = new DealScenario().Given(HandshakeStep.Settlement);
        var settled = deal.State.Steps[^1].RecordedAt;
        deal.Now = settled + DealMachine.LinkLifetime - TimeSpan.FromTicks(1);
        deal.When<OutcomePayload>(HandshakeStep.Outcome, WithKey).Accepted();
        deal.Now = settled + DealMachine.LinkLifetime;
        deal.When<OutcomePayload>(HandshakeStep.Outcome, WithKey).Refused(RefusalCodes.TokenExpired, "link");
        deal.When(HandshakeStep.Outcome).Accepted();
    }

    private static OutcomePayload WithKey(OutcomePayload outcome) => outcome with { Key = People.Client.PublicKey };

    [Fact]
    public void The_link_of_the_outcome_is_not_the_used_one_of_the_acknowledgement()
    {
        var deal = new DealScenario().Given(HandshakeStep.Settlement).Given(facts => facts with { LinkMatches = false });
        deal.When<OutcomePayload>(HandshakeStep.Outcome, WithKey).Refused(RefusalCodes.HandshakeNotFound, "link");
        deal.When(deal.Command<OutcomePayload>(HandshakeStep.Outcome, WithKey) with { Link = null }).Refused(RefusalCodes.HandshakeNotFound, "link");
    }

    [Fact]
    public void An_overdue_deal_takes_no_step()
    {
        var deal = new DealScenario().Given(HandshakeStep.Intent);
        deal.Now = DealScenario.Start + DealMachine.LinkLifetime;
        Assert.True(DealMachine.IsOverdue(deal.State, deal.Now));
        deal.When(deal.Command<AcknowledgementPayload>(HandshakeStep.Acknowledgement, payload => payload with { Key = null }))
            .Refused(RefusalCodes.TokenExpired);
        deal.When(HandshakeStep.Withdrawal).Refused(RefusalCodes.WrongState);
        deal.When(HandshakeStep.Decline).Refused(RefusalCodes.WrongState);
    }

    [Fact]
    public void An_overdue_deal_expires_unsigned()
    {
        var deal = new DealScenario().Given(HandshakeStep.Intent);
        deal.Now = DealScenario.Start + DealMachine.LinkLifetime;
        deal.Then(DealMachine.Decide(deal.State, new ExpireDeal(), deal.Facts, deal.Now));
        var recorded = Assert.IsType<HandshakeRecorded>(deal.Events[^1]);
        Assert.Equal("{\"alg\":\"none\",\"by\":\"engine\"}"u8.ToArray(), recorded.EnvelopeBytes);
        Assert.Equal((HandshakeStep.Expiry, DealStatus.Expired), (recorded.Payload.Step, deal.State.Status));
        deal.When(HandshakeStep.Acknowledgement).Refused(RefusalCodes.TokenExpired);
        deal.When(HandshakeStep.Withdrawal).Refused(RefusalCodes.WrongState);
        Assert.Empty(DealMachine.Decide(deal.State, new ExpireDeal(), deal.Facts, deal.Now).Accepted());
    }

    [Theory]
    [InlineData(HandshakeStep.None, 30)]
    [InlineData(HandshakeStep.Intent, 6)]
    [InlineData(HandshakeStep.Acknowledgement, 30)]
    [InlineData(HandshakeStep.Outcome, 30)]
    public void Only_an_overdue_acknowledgement_expires_a_deal(HandshakeStep last, int days)
    {
        var deal = new DealScenario().Given(last).Later(TimeSpan.FromDays(days));
        Assert.Empty(DealMachine.Decide(deal.State, new ExpireDeal(), deal.Facts, deal.Now).Accepted());
    }

    [Fact]
    public void Nobody_can_send_an_expiry() => new DealScenario().Given(HandshakeStep.Intent).When(HandshakeStep.Expiry).Refused(RefusalCodes.WrongState);
}
