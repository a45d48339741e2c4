using System.Text;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;

namespace Commission.Domain.Tests.Deals;

public sealed class ChainTests
{
    [Fact]
    public void Five_handshakes_accrue_exactly_once_the_expected_amounts()
    {
        var deal = new DealScenario().Given(HandshakeStep.Outcome);
        var accrued = deal.Events.Accrual();
        Assert.Equal(
            [("upfront", Party.Platform, null, 3_250), ("upfront", Party.Referrer, (ContactId?)People.Referrer.Id, 257_400), ("upfront", Party.Upline, People.Upline.Id, 64_350)],
            accrued.Calculation.Accruals.Select(accrual => (accrual.Component, accrual.Party, accrual.Payee, accrual.AmountMinor)));
        Assert.Equal((DealScenario.Today, People.Client.Id), (accrued.EffectiveOn, accrued.Actor));
        Assert.Equal(DealStatus.Complete, deal.State.Status);
    }

    [Fact]
    public void Nothing_accrues_before_the_fifth()
    {
        var deal = new DealScenario().Given(HandshakeStep.Settlement);
        Assert.Empty(deal.Events.OfType<CommissionAccrued>());
        Assert.Empty(DealRecords.Entries(deal.State, deal.Events));
    }

    [Fact]
    public void Accruals_become_entries_from_the_verticals_receivable()
    {
        var deal = new DealScenario().Given(HandshakeStep.Outcome);
        var entries = DealRecords.Entries(deal.State, deal.Events).Cast<EntryDraft>().ToArray();
        Assert.All(entries, entry => Assert.Equal(("receivable:MORTGAGE", deal.Id, DealScenario.RuleSet.Hash), (entry.Debit, entry.Deal, entry.RuleHash)));
        Assert.Equal(["income:platform-fee", $"payable:{People.Referrer}", $"payable:{People.Upline}"], entries.Select(entry => entry.Credit));
        Assert.Equal([0, 1, 2], entries.Select(entry => entry.Ordinal));
        Assert.Equal(325_000, entries.Sum(entry => entry.Amount.Minor));
    }

    [Fact]
    public void Every_handshake_names_the_hash_of_the_one_before()
    {
        var recorded = new DealScenario().Given(HandshakeStep.Outcome).Events.OfType<HandshakeRecorded>().ToArray();
        Assert.Equal(Hash.Zero, recorded[0].Payload.Previous);
        Assert.Equal(recorded[..^1].Select(step => step.Hash), recorded[1..].Select(step => step.Payload.Previous));
        Assert.All(recorded, step => Assert.Equal(step.Hash, HandshakeHash.Of(step.PayloadBytes, step.EnvelopeBytes)));
    }

    [Fact]
    public void The_hash_covers_separator_lengths_payload_and_envelope()
    {
        byte[] bytes = [.. "commission/handshake/v1\n"u8, 0, 0, 0, 2, .. "ab"u8, 0, 0, 0, 1, .. "c"u8];
        Assert.Equal(Hash.Of(bytes), HandshakeHash.Of("ab"u8, "c"u8));
        Assert.NotEqual(HandshakeHash.Of("a"u8, "bc"u8), HandshakeHash.Of("ab"u8, "c"u8));
    }

    [Fact]
    public void The_intent_pins_what_the_referral_date_decides()
    {
        var state = new DealScenario().Given(HandshakeStep.Intent).State;
        Assert.Equal((DealScenario.RuleSet.Hash, People.Upline.Id, DealScenario.Today), (state.RuleHash, state.Upline!.Value, state.ReferredOn));
        Assert.Equal(
            (People.Referrer.Id, People.Receiver.Id, People.Client.Id, People.Referrer.Id),
            (state.Referrer, state.Receiver, state.Client, state.Caller));
    }

    [Fact]
    public void Calculating_with_other_rules_than_the_pinned_is_a_bug()
    {
        var other = DealScenario.RuleSetOf("""{"shape":"percent","name":"upfront","basis":"deal_value","ratePercent":"9"}""");
        Assert.Throws<InvalidOperationException>(
            () => new DealScenario().Given(HandshakeStep.Intake).Given(facts => facts with { RuleSet = other }).When(HandshakeStep.Settlement));
        Assert.Throws<InvalidOperationException>(
            () => new DealScenario().Given(HandshakeStep.Settlement).Given(facts => facts with { RuleSet = other }).When(HandshakeStep.Outcome));
    }

    [Theory]
    [InlineData(HandshakeStep.Intent, HandshakeStep.Acknowledgement)]
    [InlineData(HandshakeStep.Acknowledgement, HandshakeStep.Intake)]
    [InlineData(HandshakeStep.Intake, HandshakeStep.Settlement)]
    [InlineData(HandshakeStep.Settlement, HandshakeStep.Outcome)]
    public void A_deal_says_what_it_waits_for_from_whom_and_since_when(HandshakeStep last, HandshakeStep missing)
    {
        var state = new DealScenario().Given(last).State;
        Assert.Equal(new MissingStep(missing, DealMachine.ActorOf(state, missing), state.Steps[^1].RecordedAt, state.LastHash), DealMachine.Missing(state));
    }

    [Fact]
    public void A_deal_that_ended_waits_for_nothing()
    {
        Assert.Null(DealMachine.Missing(new DealState()));
        Assert.Null(DealMachine.Missing(new DealScenario().Given(HandshakeStep.Outcome).State));
        var declined = new DealScenario().Given(HandshakeStep.Intent);
        Assert.Null(DealMachine.Missing(declined.Then(declined.When(HandshakeStep.Decline)).State));
    }

    [Fact]
    public void A_payload_holds_no_personal_data_and_is_canonical()
    {
        var recorded = new DealScenario().Given(HandshakeStep.Outcome).Events.OfType<HandshakeRecorded>();
        Assert.All(recorded, step => Assert.Equal(step.PayloadBytes, CanonicalJson.Canonicalize(step.PayloadBytes)));
        Assert.All(recorded, step => Assert.Equal(step.EnvelopeBytes, CanonicalJson.Canonicalize(step.EnvelopeBytes)));
        Assert.DoesNotContain("example.org", string.Concat(recorded.Select(step => Encoding.UTF8.GetString(step.PayloadBytes))), StringComparison.Ordinal);
    }
}
