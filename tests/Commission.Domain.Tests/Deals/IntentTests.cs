using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Rules;

namespace Commission.Domain.Tests.Deals;

/// <summary>What an intent may name, and which settlements the pinned rules can use.</summary>
public sealed class IntentTests
{
    private static Decision<DealEvent> When(Func<IntentPayload, IntentPayload> change) => new DealScenario().When(HandshakeStep.Intent, change);

    [Fact]
    public void Referrer_receiver_and_client_are_three()
    {
        When(intent => intent with { Receiver = People.Referrer.Id }).Refused(RefusalCodes.SelfReferral, "receiver");
        When(intent => intent with { Client = People.Referrer.Id }).Refused(RefusalCodes.SelfReferral, "client");
        When(intent => intent with { Client = People.Receiver.Id }).Refused(RefusalCodes.SelfReferral, "client");
        When(intent => intent with { Upline = People.Referrer.Id }).Refused(RefusalCodes.SelfReferral, "upline");
    }

    [Fact]
    public void Everybody_named_is_known()
    {
        var nobody = new ContactId(Guid.NewGuid());
        When(intent => intent with { Receiver = nobody }).Refused(RefusalCodes.UnknownContact, "receiver");
        When(intent => intent with { Client = nobody }).Refused(RefusalCodes.UnknownContact, "client");
        When(intent => intent with { Upline = nobody }).Refused(RefusalCodes.UnknownContact, "upline");
        var withoutReferrer = People.All.Where(person => person != People.Referrer).ToDictionary(person => person.Id, DealScenario.ContactOf);
        new DealScenario().Given(facts => facts with { Contacts = withoutReferrer }).When(HandshakeStep.Intent).Refused(RefusalCodes.UnknownContact, "actor");
    }

    [Fact]
    public void Everybody_named_is_of_the_right_kind()
    {
        When(intent => intent with { Receiver = People.Importer.Id }).Refused(RefusalCodes.InvalidField, "receiver");
        When(intent => intent with { Client = People.Stranger.Id }).Refused(RefusalCodes.InvalidField, "client");
        When(intent => intent with { Upline = People.Importer.Id }).Refused(RefusalCodes.InvalidField, "upline");
        When(intent => intent with { Actor = People.Importer.Id }).Refused(RefusalCodes.InvalidField, "actor");
    }

    [Fact]
    public void A_member_cannot_choose_its_upline() =>
        When(intent => intent with { Upline = People.Stranger.Id }).Refused(RefusalCodes.InvalidField, "payload.upline");

    [Fact]
    public void The_commitment_is_the_clients() =>
        When(intent => intent with { ClientCommitment = Hash.Of("x"u8) }).Refused(RefusalCodes.InvalidField, "payload.clientCommitment");

    [Fact]
    public void Vertical_and_product_are_known_and_covered()
    {
        new DealScenario().Given(facts => facts with { Vertical = null }).When(HandshakeStep.Intent).Refused(RefusalCodes.UnknownVertical, "vertical");
        When(intent => intent with { Product = "NOPE" }).Refused(RefusalCodes.UnknownProduct, "product");
        When(intent => intent with { Product = "UNCOVERED" }).Refused(RefusalCodes.RateCardMissing, "referredOn");
        new DealScenario().Given(facts => facts with { RuleSet = null }).When(HandshakeStep.Intent).Refused(RefusalCodes.RateCardMissing, "referredOn");
    }

    private static Decision<DealEvent> Settled(RuleSetDocument rules, long value, string currency = "AUD", params BasisValue[] bases) =>
        new DealScenario().Given(facts => facts with { RuleSet = rules }).Given(HandshakeStep.Intake).When<SettlementPayload>(
            HandshakeStep.Settlement, payload => payload with { SettledValue = new Money(value, new Currency(currency)), Bases = bases });

    [Fact]
    public void A_settlement_is_in_the_currency_of_the_rules()
    {
        Settled(DealScenario.RuleSet, 1, "NZD").Refused(RefusalCodes.CurrencyMismatch, "currency");
        Settled(DealScenario.RuleSet, Money.MaxMinor).Accepted();
    }

    [Fact]
    public void A_settlement_states_the_bases_of_the_rules()
    {
        var rules = DealScenario.RuleSetOf("""{"shape":"percent","name":"share","basis":"commission_received","ratePercent":"25"}""");
        Settled(rules, 1).Refused(RefusalCodes.MissingBasis, "bases.commission_received");
        Settled(rules, 1, bases: new BasisValue("commission_received", 100)).Accepted();
    }

    [Fact]
    public void A_settlement_that_the_rules_make_too_large_is_refused()
    {
        var rules = DealScenario.RuleSetOf("""{"shape":"per_unit","name":"seats","basis":"units","minorPerUnit":"999999999999"}""");
        Settled(rules, 1, bases: new BasisValue("units", 200)).Refused(RefusalCodes.InvalidField, "settledValueMinor");
        Settled(rules, 1, bases: new BasisValue("units", Money.MaxMinor)).Refused(RefusalCodes.InvalidField, "settledValueMinor");
        Settled(rules, 1, bases: new BasisValue("units", 1)).Accepted();
    }
}
