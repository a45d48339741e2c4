using Commission.Domain.Deals;

namespace Commission.Domain.Tests.Deals;

/// <summary>Every way in which a bulk line is refused.</summary>
public sealed class BulkRefusalTests
{
    private static readonly BulkScenario Bulk = new();

    private static AttestDeal Signed => Bulk.Sign(BulkScenario.Line());

    private static Decision<DealEvent> When(AttestDeal command, Func<BulkSignature, BulkSignature> change) =>
        Bulk.When(command with { Signature = change(command.Signature) });

    [Theory]
    [InlineData("acknowledgedOn")]
    [InlineData("intakeOn")]
    public void A_line_leaves_out_no_stage(string missing)
    {
        var line = BulkScenario.Line("settled");
        line.Remove(missing);
        Bulk.When(line).Refused(RefusalCodes.WrongState, missing);
    }

    [Fact]
    public void A_completed_line_is_settled()
    {
        var line = BulkScenario.Line("intake");
        line["completedOn"] = "2025-07-03";
        Bulk.When(line).Refused(RefusalCodes.WrongState, "settledOn");
    }

    [Theory]
    [InlineData("settled")]
    [InlineData("complete")]
    public void A_settled_line_is_not_withdrawn(string stage) => Bulk.When(BulkScenario.Withdrawn(stage)).Refused(RefusalCodes.WrongState, "settledOn");

    [Theory]
    [InlineData("acknowledgedOn", "2025-05-31")]
    [InlineData("intakeOn", "2025-06-01")]
    [InlineData("settledOn", "2025-06-04")]
    [InlineData("completedOn", "2025-06-30")]
    [InlineData("completedOn", "2026-03-04")]
    public void Dates_of_a_line_rise_and_are_not_in_the_future(string field, string date)
    {
        var line = BulkScenario.Line("complete");
        line[field] = date;
        Bulk.When(line).Refused(RefusalCodes.InvalidDate, field);
    }

    [Theory]
    [InlineData("withdrawnOn", "2025-06-01")]
    [InlineData("declinedOn", "2025-06-01")]
    [InlineData("withdrawnOn", "2026-03-04")]
    public void A_closing_is_dated_after_the_last_stage(string field, string date)
    {
        var line = BulkScenario.Line("acknowledged");
        (line[field], line["reason"]) = (date, "client_left");
        Bulk.When(line).Refused(RefusalCodes.InvalidDate, field);
    }

    [Fact]
    public void Tomorrow_may_be_today_elsewhere()
    {
        var line = BulkScenario.Line();
        line["referredOn"] = "2026-03-03";
        Bulk.When(line).Accepted();
    }

    [Fact]
    public void The_header_is_signed_by_the_key_of_the_service()
    {
        Bulk.When(Bulk.Sign(BulkScenario.Line(), service: People.Intruder)).Refused(RefusalCodes.UnknownKey, "attestation.key");
        When(Signed, bulk => bulk with { Attestation = bulk.Attestation with { Key = People.Intruder.KeyId } }).Refused(RefusalCodes.UnknownKey, "attestation.key");
        DealMachine.Decide(new DealState(), Signed, Bulk.Deal.Facts, Bulk.Deal.Now).Refused(RefusalCodes.UnknownKey, "attestation.key");
    }

    [Fact]
    public void The_key_of_the_service_is_valid_when_it_signs()
    {
        var bulk = new BulkScenario();
        bulk.Deal.Given(facts => facts with { Signer = People.Importer.SigningKey with { ValidTo = DealScenario.Start } });
        bulk.When(BulkScenario.Line()).Refused(RefusalCodes.KeyNotValid, "attestation.key");
        bulk.Deal.Given(facts => facts with { Signer = People.Importer.SigningKey with { ValidFrom = DealScenario.Start.AddTicks(1) } });
        bulk.When(BulkScenario.Line()).Refused(RefusalCodes.KeyNotValid, "attestation.key");
    }

    [Fact]
    public void The_key_of_the_service_is_valid_when_the_request_arrives()
    {
        var bulk = new BulkScenario();
        var command = bulk.Sign(BulkScenario.Line());
        var ended = People.Importer.SigningKey with { ValidTo = DealScenario.Start.AddMinutes(1) };
        bulk.Deal.Later(TimeSpan.FromHours(1)).Given(facts => facts with { Signer = ended });
        bulk.When(command).Refused(RefusalCodes.KeyNotValid, "attestation.key");
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(-24 * 60, true)]
    [InlineData(3, false)]
    [InlineData(-24 * 60 - 1, false)]
    public void The_header_is_signed_within_the_last_day(int minutes, bool accepted)
    {
        var decision = Bulk.When(Bulk.Sign(BulkScenario.Line(), DealScenario.Start.AddMinutes(minutes)));
        Assert.Equal(accepted ? null : RefusalCodes.InvalidDate, decision.Refusal?.Code);
        Assert.Equal(accepted ? null : "attestation.time", decision.Refusal?.Field);
    }

    [Fact]
    public void The_line_stands_under_the_root()
    {
        When(Signed, bulk => bulk with { Index = 0 }).Refused(RefusalCodes.InvalidSignature, "attestation.root");
        When(Signed, bulk => bulk with { Index = -1 }).Refused(RefusalCodes.InvalidSignature, "attestation.root");
        When(Signed, bulk => bulk with { Path = [] }).Refused(RefusalCodes.InvalidSignature, "attestation.root");
        When(Signed, bulk => bulk with { Path = [.. bulk.Path.Reverse()] }).Refused(RefusalCodes.InvalidSignature, "attestation.root");
        When(Signed, bulk => bulk with { Line = BulkScenario.Bytes(BulkScenario.Line("settled")) }).Refused(RefusalCodes.InvalidSignature, "attestation.root");
        When(Signed, bulk => bulk with { Attestation = bulk.Attestation with { Root = Hash.Zero } }).Refused(RefusalCodes.InvalidSignature, "attestation.root");
        When(Signed, bulk => bulk with { Attestation = bulk.Attestation with { Lines = 2 } }).Refused(RefusalCodes.InvalidSignature);
    }

    [Fact]
    public void The_signature_covers_the_header()
    {
        When(Signed, bulk => bulk with { Attestation = bulk.Attestation with { Time = DealScenario.Start.AddSeconds(1) } })
            .Refused(RefusalCodes.InvalidSignature, "attestation.signature");
        When(Signed, bulk => bulk with { Attestation = bulk.Attestation with { Signature = new byte[64] } }).Refused(RefusalCodes.InvalidSignature, "attestation.signature");
        When(Signed, bulk => bulk with { Attestation = bulk.Attestation with { Signature = [] } }).Refused(RefusalCodes.InvalidSignature, "attestation.signature");
    }

    [Fact]
    public void One_verification_of_the_header_serves_its_lines_but_not_other_roots()
    {
        var bulk = new BulkScenario();
        bulk.Deal.Given(facts => facts with { BulkHeaderVerified = true });
        var command = bulk.Sign(BulkScenario.Line());
        bulk.When(command with { Signature = command.Signature with { Attestation = command.Signature.Attestation with { Signature = [] } } }).Accepted();
        bulk.When(command with { Signature = command.Signature with { Index = 2 } }).Refused(RefusalCodes.InvalidSignature, "attestation.root");
    }

    [Theory]
    [InlineData("referrer", 6)]
    [InlineData("receiver", 6)]
    public void The_service_is_authorised_for_both_members(string field, int person)
    {
        var line = BulkScenario.Line();
        line[field] = People.All[person - 1].Id.ToString();
        Bulk.When(line).Refused(RefusalCodes.NotAuthorised, field);
    }

    [Theory]
    [InlineData("receiver", 1, RefusalCodes.SelfReferral, "receiver")]
    [InlineData("client", 1, RefusalCodes.SelfReferral, "client")]
    [InlineData("client", 2, RefusalCodes.SelfReferral, "client")]
    [InlineData("upline", 1, RefusalCodes.SelfReferral, "upline")]
    [InlineData("referrer", 5, RefusalCodes.InvalidField, "referrer")]
    [InlineData("client", 4, RefusalCodes.InvalidField, "client")]
    public void A_line_keeps_the_rules_of_an_intent(string field, int person, string code, string blamed)
    {
        var line = BulkScenario.Line();
        line[field] = People.All[person - 1].Id.ToString();
        Bulk.When(line).Refused(code, blamed);
    }

    [Fact]
    public void A_line_names_what_is_known_and_covered()
    {
        var unknown = BulkScenario.Line();
        unknown["client"] = new ContactId(Guid.NewGuid()).ToString();
        Bulk.When(unknown).Refused(RefusalCodes.UnknownContact, "client");
        var product = BulkScenario.Line();
        product["product"] = "NOPE";
        Bulk.When(product).Refused(RefusalCodes.UnknownProduct, "product");
        product["product"] = "UNCOVERED";
        Bulk.When(product).Refused(RefusalCodes.RateCardMissing, "referredOn");
    }

    [Fact]
    public void A_line_whose_settlement_the_rules_refuse_records_nothing()
    {
        var line = BulkScenario.Line("complete");
        line["currency"] = "NZD";
        Bulk.When(line).Refused(RefusalCodes.CurrencyMismatch, "currency");
    }
}
