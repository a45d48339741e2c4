using Commission.Domain.Deals;

namespace Commission.Domain.Tests.Deals;

/// <summary>Times of signing and dates of events.</summary>
public sealed class DateTests
{
    [Theory]
    [InlineData(120, true)]
    [InlineData(121, false)]
    [InlineData(-86_400, true)]
    [InlineData(-86_401, false)]
    public void A_step_is_signed_about_now(int seconds, bool accepted)
    {
        var decision = new DealScenario().When<IntentPayload>(HandshakeStep.Intent, intent => intent with { Time = DealScenario.Start.AddSeconds(seconds) });
        Assert.Equal(accepted ? null : "payload.time", decision.Refusal?.Field);
        Assert.Equal(accepted ? null : RefusalCodes.InvalidDate, decision.Refusal?.Code);
    }

    [Fact]
    public void A_step_is_not_signed_before_the_one_before_it()
    {
        var deal = new DealScenario().Given(HandshakeStep.Acknowledgement);
        var previous = deal.State.Steps[^1].Time;
        deal.When<IntakePayload>(HandshakeStep.Intake, intake => intake with { Time = previous.AddMinutes(-2) }).Accepted();
        deal.When<IntakePayload>(HandshakeStep.Intake, intake => intake with { Time = previous.AddMinutes(-2).AddMilliseconds(-1) })
            .Refused(RefusalCodes.InvalidDate, "payload.time");
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_member_refers_on_the_day_of_signing_give_or_take_a_time_zone(int days, bool accepted)
    {
        var decision = new DealScenario().When<IntentPayload>(HandshakeStep.Intent, intent => intent with { ReferredOn = DealScenario.Today.AddDays(days) });
        Assert.Equal(accepted ? null : "payload.referredOn", decision.Refusal?.Field);
        Assert.Equal(accepted ? null : RefusalCodes.InvalidDate, decision.Refusal?.Code);
    }

    [Fact]
    public void A_service_attests_the_past_but_not_the_future()
    {
        Decision<DealEvent> On(DateOnly date) =>
            new DealScenario().When<IntentPayload>(HandshakeStep.Intent, intent => intent with { AttestedBy = People.Importer.Id, ReferredOn = date });
        On(new DateOnly(2015, 1, 1)).Accepted();
        On(DealScenario.Today.AddDays(2)).Refused(RefusalCodes.InvalidDate, "payload.referredOn");
    }

    [Fact]
    public void An_attested_time_at_the_start_of_the_calendar_does_no_harm()
    {
        var deal = new DealScenario().Given(facts => facts with { Signer = People.Importer.SigningKey with { ValidFrom = DateTimeOffset.MinValue } });
        deal.Then(deal.When<IntentPayload>(
            HandshakeStep.Intent,
            intent => intent with { AttestedBy = People.Importer.Id, Time = DateTimeOffset.MinValue, ReferredOn = DateOnly.MinValue }));
        deal.Given(facts => facts with { Signer = null });
        deal.When(HandshakeStep.Acknowledgement).Accepted();
    }

    [Fact]
    public void An_attested_date_of_tomorrow_does_not_lock_out_the_next_signer()
    {
        var line = BulkScenario.Line("acknowledged");
        (line["referredOn"], line["acknowledgedOn"]) = ("2026-03-03", "2026-03-03");
        var deal = new BulkScenario().Given(line).Deal.Later(TimeSpan.FromMinutes(5));
        var intake = new IntakePayload(deal.State.Id, People.Receiver.Id, deal.Now, deal.State.LastHash, null, null, new DateOnly(2026, 3, 3));
        deal.When(new RecordHandshake(intake, People.Receiver.Sign(intake.ToCanonical()), null, People.Receiver.Id, default)).Accepted();
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_meeting_is_after_the_referral_and_not_in_the_future(int days, bool accepted)
    {
        var decision = new DealScenario().Given(HandshakeStep.Acknowledgement)
            .When<IntakePayload>(HandshakeStep.Intake, intake => intake with { MetOn = DealScenario.Today.AddDays(days) });
        Assert.Equal(accepted ? null : "payload.metOn", decision.Refusal?.Field);
        Assert.Equal(accepted ? null : RefusalCodes.InvalidDate, decision.Refusal?.Code);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_settlement_is_after_the_referral_and_not_in_the_future(int days, bool accepted)
    {
        var decision = new DealScenario().Given(HandshakeStep.Intake)
            .When<SettlementPayload>(HandshakeStep.Settlement, settled => settled with { SettledOn = DealScenario.Today.AddDays(days) });
        Assert.Equal(accepted ? null : "payload.settledOn", decision.Refusal?.Field);
        Assert.Equal(accepted ? null : RefusalCodes.InvalidDate, decision.Refusal?.Code);
    }

    [Fact]
    public void A_step_names_the_last_hash()
    {
        var deal = new DealScenario().Given(HandshakeStep.Acknowledgement);
        var stale = deal.State.Steps[0].Hash;
        deal.When<IntakePayload>(HandshakeStep.Intake, intake => intake with { Previous = stale }).Refused(RefusalCodes.WrongPrevious, "payload.previous");
        deal.When<IntakePayload>(HandshakeStep.Intake, intake => intake with { Previous = Hash.Zero }).Refused(RefusalCodes.WrongPrevious, "payload.previous");
    }
}
