using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Gating;

namespace Commission.Domain.Tests.Deals;

/// <summary>What an intent may name, and which settlements the pinned rules can use.</summary>
public sealed class IntentTests
{
    private static Decision<DealEvent> When(Func<IntentPayload, IntentPayload> change) => new DealScenario().When(HandshakeStep.Intent, change);

    [Fact]
    public void Referrer_receiver_and_client_are_three()
    {
        When(intent => intent with { Receiver = People.Referrer.Id }).Refused(RefusalCodes.SelfReferral, "payload.receiver");
        When(intent => intent with { Client = People.Referrer.Id }).Refused(RefusalCodes.SelfReferral, "payload.client");
        When(intent => intent with { Client = People.Receiver.Id }).Refused(RefusalCodes.SelfReferral, "payload.client");
        When(intent => intent with { Upline = People.Referrer.Id }).Refused(RefusalCodes.SelfReferral, "payload.upline");
    }

    [Fact]
    public void Everybody_named_is_known()
    {
        var nobody = new ContactId(Guid.NewGuid());
        When(intent => intent with { Receiver = nobody }).Refused(RefusalCodes.UnknownContact, "payload.receiver");
        When(intent => intent with { Client = nobody }).Refused(RefusalCodes.UnknownContact, "payload.client");
        When(intent => intent with { Upline = nobody }).Refused(RefusalCodes.UnknownContact, "payload.upline");
        var withoutReferrer = People.All.Where(person => person != People.Referrer).ToDictionary(person => person.Id, DealScenario.ContactOf);
        new DealScenario().Given(facts => facts with { Contacts = withoutReferrer }).When(HandshakeStep.Intent).Refused(RefusalCodes.UnknownContact, "payload.actor");
    }

    [Fact]
    public void Everybody_named_is_of_the_right_kind()
    {
        When(intent => intent with { Receiver = People.Importer.Id }).Refused(RefusalCodes.InvalidField, "payload.receiver");
        When(intent => intent with { Client = People.Stranger.Id }).Refused(RefusalCodes.InvalidField, "payload.client");
        When(intent => intent with { Upline = People.Importer.Id }).Refused(RefusalCodes.InvalidField, "payload.upline");
        When(intent => intent with { Actor = People.Importer.Id }).Refused(RefusalCodes.InvalidField, "payload.actor");
    }

    [Fact]
    public void A_member_states_its_registered_upline_and_no_other()
    {
        foreach (var other in new ContactId?[] { People.Stranger.Id, null })
        {
            var refused = When(intent => intent with { Upline = other });
            refused.Refused(RefusalCodes.InvalidField, "payload.upline");
            Assert.Contains(People.Upline.ToString(), refused.Refusal!.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_member_without_upline_states_none()
    {
        var deal = new DealScenario();
        var contacts = People.All.ToDictionary(person => person.Id, person => DealScenario.ContactOf(person) with { Upline = null });
        deal.Given(facts => facts with { Contacts = contacts });
        deal.When(HandshakeStep.Intent).Refused(RefusalCodes.InvalidField, "payload.upline");
        deal.Then(deal.When<IntentPayload>(HandshakeStep.Intent, intent => intent with { Upline = null }));
        Assert.Null(deal.State.Upline);
    }

    /// <summary>The referrer's upline has uplines itself.</summary>
    private static DealScenario Below(params Person[] further)
    {
        var above = further.Prepend(People.Upline).Zip(further, (below, upline) => (below, upline)).ToDictionary(pair => pair.below, pair => pair.upline.Id);
        var contacts = People.All.ToDictionary(
            person => person.Id,
            person => DealScenario.ContactOf(person) with
            {
                Upline = person == People.Referrer ? People.Upline.Id : above.TryGetValue(person, out var upline) ? upline : null,
            });
        return new DealScenario().Given(facts => facts with { Contacts = contacts });
    }

    [Fact]
    public void A_member_states_all_its_registered_uplines()
    {
        var deal = Below(People.Stranger, People.Receiver);
        var refused = deal.When(HandshakeStep.Intent);
        refused.Refused(RefusalCodes.InvalidField, "payload.furtherUplines");
        Assert.Contains($"{People.Stranger.Id}, {People.Receiver.Id}", refused.Refusal!.Text, StringComparison.Ordinal);
        deal.When<IntentPayload>(HandshakeStep.Intent, intent => intent with { FurtherUplines = [People.Receiver.Id, People.Stranger.Id] })
            .Refused(RefusalCodes.InvalidField, "payload.furtherUplines");
        deal.Then(deal.When<IntentPayload>(HandshakeStep.Intent, intent => intent with { FurtherUplines = [People.Stranger.Id, People.Receiver.Id] }));
        Assert.Equal([People.Upline.Id, People.Stranger.Id, People.Receiver.Id], deal.State.Uplines);
        new DealScenario().When<IntentPayload>(HandshakeStep.Intent, intent => intent with { FurtherUplines = [People.Stranger.Id] })
            .Refused(RefusalCodes.InvalidField, "payload.furtherUplines");
    }

    [Fact]
    public void Uplines_are_known_members_each_named_once()
    {
        Decision<DealEvent> Attested(params ContactId[] further) =>
            When(intent => intent with { AttestedBy = People.Importer.Id, FurtherUplines = further });
        Attested(People.Stranger.Id, People.Stranger.Id).Refused(RefusalCodes.InvalidField, "payload.furtherUplines[1]");
        Attested(People.Upline.Id).Refused(RefusalCodes.InvalidField, "payload.furtherUplines[0]");
        Attested(People.Referrer.Id).Refused(RefusalCodes.SelfReferral, "payload.furtherUplines[0]");
        Attested(People.Client.Id).Refused(RefusalCodes.InvalidField, "payload.furtherUplines[0]");
        Attested(new ContactId(Guid.NewGuid())).Refused(RefusalCodes.UnknownContact, "payload.furtherUplines[0]");
        Attested(People.Stranger.Id, People.Receiver.Id).Accepted();
    }

    [Fact]
    public void A_product_that_is_closed_takes_no_referral_from_that_day_on()
    {
        DealScenario ClosedFrom(DateOnly date, string[]? products = null) => new DealScenario().Given(facts => facts with
        {
            Vertical = facts.Vertical! with { Closures = [new ClosedFrom(date, "The law", products)] },
        });
        ClosedFrom(DealScenario.Today).When(HandshakeStep.Intent).Refused(RefusalCodes.GateBroken, "payload.referredOn");
        ClosedFrom(DealScenario.Today.AddDays(1)).When(HandshakeStep.Intent).Accepted();
        ClosedFrom(DealScenario.Today, ["UNCOVERED"]).When(HandshakeStep.Intent).Accepted();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_service_states_the_upline_of_the_referral_and_nothing_is_filled_in(bool stated)
    {
        ContactId? upline = stated ? People.Stranger.Id : null;
        var deal = new DealScenario();
        deal.Then(deal.When<IntentPayload>(HandshakeStep.Intent, intent => intent with { AttestedBy = People.Importer.Id, Upline = upline }));
        Assert.Equal(upline, deal.State.Upline);
    }

    [Fact]
    public void The_commitment_is_the_clients() =>
        When(intent => intent with { ClientCommitment = Hash.Of("x"u8) }).Refused(RefusalCodes.InvalidField, "payload.clientCommitment");

    [Fact]
    public void Vertical_and_product_are_known_and_covered()
    {
        new DealScenario().Given(facts => facts with { Vertical = null }).When(HandshakeStep.Intent).Refused(RefusalCodes.UnknownVertical, "payload.vertical");
        When(intent => intent with { Product = "NOPE" }).Refused(RefusalCodes.UnknownProduct, "payload.product");
        When(intent => intent with { Product = "UNCOVERED" }).Refused(RefusalCodes.RateCardMissing, "payload.referredOn");
        new DealScenario().Given(facts => facts with { RuleSet = null }).When(HandshakeStep.Intent).Refused(RefusalCodes.RateCardMissing, "payload.referredOn");
    }

    private static Decision<DealEvent> Settled(RuleSetDocument rules, long value, string currency = "AUD", params BasisValue[] bases) =>
        new DealScenario().Given(facts => facts with { RuleSet = rules }).Given(HandshakeStep.Intake).When<SettlementPayload>(
            HandshakeStep.Settlement, payload => payload with { SettledValue = new Money(value, new Currency(currency)), Bases = bases });

    [Fact]
    public void A_settlement_is_in_the_currency_of_the_rules()
    {
        Settled(DealScenario.RuleSet, 1, "NZD").Refused(RefusalCodes.CurrencyMismatch, "payload.currency");
        Settled(DealScenario.RuleSet, Money.MaxMinor).Accepted();
    }

    [Fact]
    public void A_settlement_states_the_bases_of_the_rules()
    {
        var rules = DealScenario.RuleSetOf("""{"shape":"percent","name":"share","basis":"commission_received","ratePercent":"25"}""");
        Settled(rules, 1).Refused(RefusalCodes.MissingBasis, "payload.bases.commission_received");
        Settled(rules, 1, bases: new BasisValue("commission_received", 100)).Accepted();
        Settled(rules, 1, bases: [new BasisValue("commission_received", 100), new BasisValue("turnover", 1)])
            .Refused(RefusalCodes.InvalidField, "payload.bases.turnover");
    }

    [Fact]
    public void A_settlement_that_the_rules_make_too_large_is_refused()
    {
        var rules = DealScenario.RuleSetOf("""{"shape":"per_unit","name":"seats","basis":"units","minorPerUnit":"999999999999"}""");
        Settled(rules, 1, bases: new BasisValue("units", 200)).Refused(RefusalCodes.InvalidField, "payload.settledValueMinor");
        Settled(rules, 1, bases: new BasisValue("units", Money.MaxMinor)).Refused(RefusalCodes.InvalidField, "payload.settledValueMinor");
        Settled(rules, 1, bases: new BasisValue("units", 1)).Accepted();
    }
}
