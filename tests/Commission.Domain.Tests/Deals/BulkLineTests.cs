using System.Text.Json.Nodes;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;

namespace Commission.Domain.Tests.Deals;

/// <summary>Lines of an attested bulk request: new, going on, repeated, contradicting.</summary>
public sealed class BulkLineTests
{
    [Theory]
    [InlineData("referred", DealStatus.IntentSigned, 1)]
    [InlineData("acknowledged", DealStatus.Acknowledged, 2)]
    [InlineData("intake", DealStatus.InIntake, 3)]
    [InlineData("settled", DealStatus.Settled, 4)]
    [InlineData("complete", DealStatus.Complete, 5)]
    public void A_new_line_brings_the_deal_to_its_stage(string stage, DealStatus status, int steps)
    {
        var state = new BulkScenario().Given(BulkScenario.Line(stage)).Deal.State;
        Assert.Equal((status, steps), (state.Status, state.Steps.Length));
        Assert.All(state.Steps, step => Assert.Equal(People.Importer.Id, step.AttestedBy));
        Assert.Equal(DealId.Derive(People.Importer.Id, "opportunity-1"), state.Id);
        Assert.Equal((People.Upline.Id, "opportunity-1", People.Importer.Id), (state.Upline!.Value, state.BusinessKey, state.Caller));
    }

    [Fact]
    public void A_complete_line_accrues_once_on_the_date_of_its_outcome()
    {
        var bulk = new BulkScenario().Given(BulkScenario.Line("complete"));
        var accrued = bulk.Deal.Events.Accrual();
        Assert.Equal([3_250, 257_400, 64_350], accrued.Calculation.Accruals.Select(accrual => accrual.AmountMinor));
        Assert.Equal(new DateOnly(2025, 7, 3), accrued.EffectiveOn);
        Assert.Empty(bulk.When(BulkScenario.Line("complete")).Accepted());
    }

    [Fact]
    public void The_first_handshake_carries_the_signature_and_the_others_point_to_its_line()
    {
        var events = new BulkScenario().Given(BulkScenario.Line("complete")).Deal.Events.OfType<HandshakeRecorded>().ToArray();
        var line = MerkleTree.LeafHash(BulkScenario.Bytes(BulkScenario.Line("complete")));
        Assert.Contains("ES256-BULK\"", System.Text.Encoding.UTF8.GetString(events[0].EnvelopeBytes), StringComparison.Ordinal);
        Assert.All(events, step => Assert.Equal(line, step.Payload.Line));
        Assert.All(events[1..], step => Assert.Equal(new BulkLineSignature(line).ToCanonical(), step.EnvelopeBytes));
    }

    [Theory]
    [InlineData("referred", "acknowledged")]
    [InlineData("referred", "complete")]
    [InlineData("acknowledged", "settled")]
    [InlineData("intake", "complete")]
    [InlineData("settled", "complete")]
    public void A_later_line_goes_on_from_the_earlier(string first, string second)
    {
        var inTwo = new BulkScenario().Given(BulkScenario.Line(first)).Given(BulkScenario.Line(second)).Deal;
        var inOne = new BulkScenario().Given(BulkScenario.Line(second)).Deal;
        Assert.Equal(inOne.State.Status, inTwo.State.Status);
        Assert.Equal(inOne.State.Steps.Select(step => (step.Step, step.Time)), inTwo.State.Steps.Select(step => (step.Step, step.Time)));
        Assert.Equal(inOne.Events.OfType<CommissionAccrued>().Count(), inTwo.Events.OfType<CommissionAccrued>().Count());
    }

    [Theory]
    [InlineData("referred")]
    [InlineData("settled")]
    [InlineData("complete")]
    public void A_repeated_or_older_line_adds_nothing(string older)
    {
        var bulk = new BulkScenario().Given(BulkScenario.Line("complete"));
        Assert.Empty(bulk.When(BulkScenario.Line(older)).Accepted());
    }

    [Theory]
    [InlineData("referred")]
    [InlineData("acknowledged")]
    [InlineData("intake")]
    public void A_line_may_end_in_a_withdrawal_or_a_decline(string stage)
    {
        var bulk = new BulkScenario().Given(BulkScenario.Line(stage)).Given(BulkScenario.Withdrawn(stage));
        Assert.Equal((DealStatus.Withdrawn, People.Referrer.Id), (bulk.Deal.State.Status, bulk.Deal.State.Steps[^1].Actor));
        Assert.Empty(bulk.When(BulkScenario.Withdrawn(stage)).Accepted());
        var declined = BulkScenario.Line(stage);
        (declined["declinedOn"], declined["reason"]) = ("2025-08-01", "no_capacity");
        var other = new BulkScenario().Given(declined).Deal.State;
        Assert.Equal((DealStatus.Declined, People.Receiver.Id), (other.Status, other.Steps[^1].Actor));
    }

    public static TheoryData<string, string, JsonNode> Contradictions => new()
    {
        { "settled", "referrer", People.Stranger.Id.ToString() },
        { "settled", "receiver", People.Upline.Id.ToString() },
        { "settled", "upline", People.Receiver.Id.ToString() },
        { "settled", "referredOn", "2025-05-31" },
        { "settled", "settledValueMinor", 50_000_001 },
        { "complete", "settledValueMinor", 50_000_001 },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void A_line_that_contradicts_what_is_recorded_is_refused(string stage, string field, JsonNode value)
    {
        var bulk = Trusting(new BulkScenario().Given(BulkScenario.Line(stage)));
        var line = BulkScenario.Line("complete");
        line[field] = value.DeepClone();
        bulk.When(line).Refused(RefusalCodes.IdempotencyKeyReused, field);
    }

    [Theory]
    [InlineData("acknowledgedOn", "2025-06-03")]
    [InlineData("intakeOn", "2025-06-04")]
    [InlineData("completedOn", "2025-07-04")]
    [InlineData("settledOn", "2025-06-30")]
    public void A_line_that_dates_a_recorded_step_otherwise_is_refused(string field, string date)
    {
        var line = BulkScenario.Line("complete");
        line[field] = date;
        new BulkScenario().Given(BulkScenario.Line("complete")).When(line).Refused(RefusalCodes.IdempotencyKeyReused, field);
    }

    [Fact]
    public void A_line_that_adds_a_basis_to_a_settled_deal_is_refused()
    {
        var line = BulkScenario.Line("complete");
        line["bases"] = new JsonObject { ["units"] = 1 };
        new BulkScenario().Given(BulkScenario.Line("settled")).When(line).Refused(RefusalCodes.IdempotencyKeyReused, "bases");
    }

    [Fact]
    public void An_ended_deal_does_not_go_on()
    {
        new BulkScenario().Given(BulkScenario.Withdrawn("acknowledged")).When(BulkScenario.Line("settled")).Refused(RefusalCodes.IdempotencyKeyReused, "intakeOn");
        new BulkScenario().Given(BulkScenario.Withdrawn("acknowledged")).When(BulkScenario.Line("intake")).Refused(RefusalCodes.IdempotencyKeyReused, "intakeOn");
        new BulkScenario().Given(BulkScenario.Line("settled")).When(BulkScenario.Withdrawn("intake")).Refused(RefusalCodes.IdempotencyKeyReused, "withdrawnOn");
    }

    [Fact]
    public void A_line_states_its_upline_or_the_deal_has_none()
    {
        var without = BulkScenario.Line("complete");
        without.Remove("upline");
        var deal = new BulkScenario().Given(without).Deal;
        Assert.Null(deal.State.Upline);
        Assert.DoesNotContain(deal.Events.Accrual().Calculation.Accruals, accrual => accrual.Party == Commission.Domain.Rules.Party.Upline);
        new BulkScenario().Given(BulkScenario.Line("settled")).When(without).Refused(RefusalCodes.IdempotencyKeyReused, "upline");
    }

    [Fact]
    public void A_client_or_product_cannot_change_either()
    {
        var bulk = new BulkScenario().Given(BulkScenario.Line("settled"));
        bulk.Deal.State = bulk.Deal.State with { Client = People.Stranger.Id };
        bulk.When(BulkScenario.Line("complete")).Refused(RefusalCodes.IdempotencyKeyReused, "client");
        bulk.Deal.State = bulk.Deal.State with { Client = People.Client.Id, Vertical = "OTHER" };
        bulk.When(BulkScenario.Line("complete")).Refused(RefusalCodes.IdempotencyKeyReused, "vertical");
        bulk.Deal.State = bulk.Deal.State with { Vertical = DealScenario.Vertical, Product = "OTHER" };
        bulk.When(BulkScenario.Line("complete")).Refused(RefusalCodes.IdempotencyKeyReused, "product");
    }

    /// <summary>Lets the importer act for everybody, so that only the contradiction remains.</summary>
    private static BulkScenario Trusting(BulkScenario bulk)
    {
        var contacts = People.All.ToDictionary(
            person => person.Id, person => DealScenario.ContactOf(person) with { AuthorisedServices = [People.Importer.Id] });
        bulk.Deal.Given(facts => facts with { Contacts = contacts });
        return bulk;
    }

    [Fact]
    public void A_signed_step_goes_on_from_an_attested_deal()
    {
        var deal = new BulkScenario().Given(BulkScenario.Line("acknowledged")).Deal;
        deal.Then(deal.When<IntakePayload>(HandshakeStep.Intake, intake => intake with { Deal = deal.State.Id }));
        Assert.Null(deal.State.Steps[^1].AttestedBy);
    }
}
