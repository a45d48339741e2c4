using Commission.Domain.Deals;

namespace Commission.Domain.Tests.Deals;

/// <summary>Who may take a step, and who may send it.</summary>
public sealed class ActorTests
{
    public static TheoryData<HandshakeStep, int> WrongActors => new()
    {
        { HandshakeStep.Acknowledgement, 1 }, { HandshakeStep.Acknowledgement, 2 }, { HandshakeStep.Acknowledgement, 6 },
        { HandshakeStep.Intake, 1 }, { HandshakeStep.Intake, 3 }, { HandshakeStep.Intake, 6 },
        { HandshakeStep.Settlement, 1 }, { HandshakeStep.Settlement, 3 }, { HandshakeStep.Settlement, 4 },
        { HandshakeStep.Outcome, 1 }, { HandshakeStep.Outcome, 2 }, { HandshakeStep.Outcome, 6 },
    };

    [Theory]
    [MemberData(nameof(WrongActors))]
    public void A_step_of_somebody_else_is_refused(HandshakeStep step, int person) => new DealScenario().Given(step - 1)
        .When<HandshakePayload>(step, payload => payload with { Actor = People.All[person - 1].Id }).Refused(RefusalCodes.WrongActor, "payload.actor");

    [Fact]
    public void A_step_is_sent_by_its_actor()
    {
        var deal = new DealScenario().Given(HandshakeStep.Acknowledgement);
        deal.When(deal.Command(HandshakeStep.Intake) with { Caller = People.Referrer.Id }).Refused(RefusalCodes.WrongActor, "payload.actor");
        deal.When(deal.Command(HandshakeStep.Intake) with { Caller = People.Importer.Id }).Refused(RefusalCodes.WrongActor, "payload.actor");
    }

    [Theory]
    [InlineData(HandshakeStep.Decline, 3)]
    [InlineData(HandshakeStep.Decline, 2)]
    [InlineData(HandshakeStep.Withdrawal, 3)]
    [InlineData(HandshakeStep.Withdrawal, 1)]
    public void A_deal_is_closed_by_those_who_may(HandshakeStep closing, int person)
    {
        for (var last = HandshakeStep.Intent; last <= HandshakeStep.Intake; last++)
        {
            var deal = new DealScenario().Given(last);
            deal.Then(deal.When<ClosingPayload>(closing, payload => payload with { Actor = People.All[person - 1].Id }));
            Assert.Equal(closing.StatusAfter(), deal.State.Status);
            Assert.Empty(deal.Events.OfType<CommissionAccrued>());
            deal.When(deal.Command(last + 1) with { Link = null }).Refused(RefusalCodes.WrongState);
            deal.When(closing).Refused(RefusalCodes.WrongState);
        }
    }

    [Theory]
    [InlineData(HandshakeStep.Decline, 1)]
    [InlineData(HandshakeStep.Decline, 4)]
    [InlineData(HandshakeStep.Decline, 6)]
    [InlineData(HandshakeStep.Withdrawal, 2)]
    [InlineData(HandshakeStep.Withdrawal, 6)]
    public void A_deal_is_not_closed_by_others(HandshakeStep closing, int person) => new DealScenario().Given(HandshakeStep.Intent)
        .When<ClosingPayload>(closing, payload => payload with { Actor = People.All[person - 1].Id }).Refused(RefusalCodes.WrongActor, "payload.actor");

    [Theory]
    [InlineData(HandshakeStep.Decline, HandshakeStep.Settlement)]
    [InlineData(HandshakeStep.Decline, HandshakeStep.Outcome)]
    [InlineData(HandshakeStep.Withdrawal, HandshakeStep.Settlement)]
    [InlineData(HandshakeStep.Withdrawal, HandshakeStep.Outcome)]
    public void What_is_settled_cannot_be_closed(HandshakeStep closing, HandshakeStep last) =>
        new DealScenario().Given(last).When(closing).Refused(RefusalCodes.WrongState);

    [Fact]
    public void A_client_declines_through_the_link_with_a_key_of_its_browser()
    {
        var deal = new DealScenario().Given(HandshakeStep.Intent);
        var decline = deal.Command<ClosingPayload>(
            HandshakeStep.Decline, payload => payload with { Actor = People.Client.Id, Key = People.Client.PublicKey });
        deal.When(decline with { Link = null }).Refused(RefusalCodes.HandshakeNotFound, "link");
        Assert.Equal(DealStatus.Declined, deal.Then(deal.When(decline)).State.Status);
    }

    [Theory]
    [InlineData(HandshakeStep.Intent)]
    [InlineData(HandshakeStep.Acknowledgement)]
    [InlineData(HandshakeStep.Intake)]
    [InlineData(HandshakeStep.Settlement)]
    [InlineData(HandshakeStep.Outcome)]
    public void An_authorised_service_attests_a_step_marked_for_ever(HandshakeStep step)
    {
        var deal = new DealScenario().Given(step - 1);
        deal.Then(deal.When<HandshakePayload>(step, payload => Attested(payload, People.Importer)));
        Assert.Equal(People.Importer.Id, deal.State.Steps[^1].AttestedBy);
        Assert.Equal(deal.Events.OfType<HandshakeRecorded>().Last().Payload.Actor, deal.State.Steps[^1].Actor);
    }

    [Theory]
    [InlineData(HandshakeStep.Intent)]
    [InlineData(HandshakeStep.Acknowledgement)]
    [InlineData(HandshakeStep.Intake)]
    [InlineData(HandshakeStep.Settlement)]
    [InlineData(HandshakeStep.Outcome)]
    [InlineData(HandshakeStep.Decline)]
    [InlineData(HandshakeStep.Withdrawal)]
    public void A_service_that_is_not_authorised_attests_nothing(HandshakeStep step) => new DealScenario()
        .Given(step >= HandshakeStep.Decline ? HandshakeStep.Intent : step - 1)
        .When<HandshakePayload>(step, payload => Attested(payload, People.Intruder)).Refused(RefusalCodes.NotAuthorised, "payload.attestedBy");

    [Fact]
    public void Nobody_but_the_service_sends_what_it_attests()
    {
        var deal = new DealScenario().Given(HandshakeStep.Acknowledgement);
        var attested = deal.Command<HandshakePayload>(HandshakeStep.Intake, payload => Attested(payload, People.Importer));
        deal.When(attested with { Caller = People.Receiver.Id }).Refused(RefusalCodes.WrongActor, "payload.attestedBy");
    }

    [Fact]
    public void A_service_brings_no_key_of_the_client() => new DealScenario().Given(HandshakeStep.Intent)
        .When<AcknowledgementPayload>(HandshakeStep.Acknowledgement, payload => payload with { AttestedBy = People.Importer.Id })
        .Refused(RefusalCodes.InvalidField, "payload.key");

    [Fact]
    public void An_attested_intent_sent_nobody_a_link_and_is_never_overdue()
    {
        var deal = new DealScenario();
        deal.Then(deal.When<HandshakePayload>(HandshakeStep.Intent, payload => Attested(payload, People.Importer)));
        Assert.False(DealMachine.IsOverdue(deal.State, deal.Now.AddYears(1)));
    }

    private static HandshakePayload Attested(HandshakePayload payload, Person service) =>
        (payload is AcknowledgementPayload acknowledgement ? acknowledgement with { Key = null } : payload) with { AttestedBy = service.Id };
}
