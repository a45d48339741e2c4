using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Members;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;
using Commission.Domain.Tests.Deals;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Commission.Domain.Tests;

public sealed class SerializationTests
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer().BuildServiceProvider();
    private static readonly Serializer Serializer = Services.GetRequiredService<Serializer>();
    private static readonly DeepCopier Copier = Services.GetRequiredService<DeepCopier>();

    /// <summary>Through bytes, as to a store or another silo, and through the copier, as within one silo.</summary>
    private static T RoundTrip<T>(T value) => Copier.Copy(Serializer.Deserialize<T>(Serializer.SerializeToArray(value))!);

    private static void SurvivesUnchanged<T>(T value) => Assert.Equivalent(value, RoundTrip(value), strict: true);

    [Theory]
    [InlineData(HandshakeStep.None)]
    [InlineData(HandshakeStep.Intent)]
    [InlineData(HandshakeStep.Settlement)]
    [InlineData(HandshakeStep.Outcome)]
    public void A_deal_survives_storage(HandshakeStep last)
    {
        var state = new DealScenario().Given(last).State;
        var back = RoundTrip(state);
        SurvivesUnchanged(state);
        Assert.Equal(state.Steps, back.Steps);
        Assert.Equal(state.SettledValue, back.SettledValue);
        Assert.Equal(state.LastHash, back.LastHash);
    }

    [Fact]
    public void A_deal_with_refusals_and_bases_survives_storage()
    {
        var deal = new DealScenario().Given(HandshakeStep.Settlement);
        var refused = new RefusedRequest(new RequestFingerprint(UInt128.MaxValue, 7), new Refusal("CODE", "text", "field", "related"));
        var state = DealMachine.Evolve(deal.State, new RequestRefused(refused)) with { Bases = [new BasisValue("units", 3)] };
        Assert.Equal([refused], RoundTrip(state).Refusals);
        Assert.Equal(state.Bases, RoundTrip(state).Bases);
    }

    [Fact]
    public void An_attested_deal_survives_storage() =>
        SurvivesUnchanged(new BulkScenario().Given(BulkScenario.Line("complete")).Deal.State);

    [Fact]
    public void A_deal_with_a_later_life_survives_storage()
    {
        var deal = new DealScenario().Given(HandshakeStep.Outcome);
        RequestFingerprint Request(string key) => RequestFingerprint.Of("x", key, "y", []);
        LaterCommand[] commands =
        [
            new RecordRevenue(RevenueKind.Balance, "B", DealScenario.Today, new Money(5, Currency.Aud), new DateOnly(2026, 3, 1), People.Receiver.Id, Request("b")),
            new RecordClawback("C", ClawbackReason.Refund, DealScenario.Today, 7, People.Receiver.Id, Request("c")),
        ];
        foreach (var command in commands)
        {
            Assert.Equal(command, RoundTrip<DealCommand>(command));
            deal.Then(DealMachine.Decide(deal.State, command, deal.Facts, deal.Now));
        }
        Assert.Equal(2, deal.State.Later!.Receipts.Length);
        SurvivesUnchanged(deal.State);
        Assert.Equal(new RecordMilestone("m", DealScenario.Today, default, Request("m")), RoundTrip(new RecordMilestone("m", DealScenario.Today, default, Request("m"))));
        Assert.Equal(new PayTrail(DealScenario.Today, People.Receiver.Id), RoundTrip(new PayTrail(DealScenario.Today, People.Receiver.Id)));
    }

    [Fact]
    public void An_accumulator_survives_storage()
    {
        var rules = Rules.RuleTable.Of("1", Rules.RuleTable.Split(
            "\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"10\",\"caps\":{\"customerMinor\":1500000}"));
        var subject = new VolumeSubject(DealId.Derive(People.Importer.Id, "d"), People.Client.Id, new DateOnly(2026, 2, 1));
        var command = Assert.Single(VolumeContributions.Of(rules, subject, Rules.RuleTable.Facts(1_000)));
        var state = VolumeMachine.EvolveAll(new VolumeState(), VolumeMachine.Decide(new VolumeState(), command, rules).Accepted());
        SurvivesUnchanged(state);
        SurvivesUnchanged(command);
        Assert.Equal(state.Key, RoundTrip(state).Key);
        Assert.NotEmpty(RoundTrip(state).Entries[0].Credited);
    }

    [Fact]
    public void A_member_survives_storage()
    {
        var state = Members.MemberScenario.Created()
            .When(Members.MemberScenario.Register(People.Referrer)).When(new AuthoriseService(People.Importer.Id, null, default)).State;
        SurvivesUnchanged(state);
        Assert.Equal(state.Commitment, RoundTrip(state).Commitment);
    }

    [Fact]
    public void A_rule_set_survives_storage() => SurvivesUnchanged(Rules.RuleSetScenario.WithVersion("2020-01-01").State);

    [Fact]
    public void Book_records_survive_the_stream()
    {
        var deal = new DealScenario().Given(HandshakeStep.Outcome);
        SurvivesUnchanged(DealRecords.Handshakes(deal.State, deal.Events));
        SurvivesUnchanged(DealRecords.Entries(deal.State, deal.Events));
        SurvivesUnchanged<BookRecord[]>([.. DealRecords.Entries(deal.State, deal.Events)]);
    }

    public static TheoryData<HandshakeStep> Steps =>
        [.. Enum.GetValues<HandshakeStep>().Where(step => step is not (HandshakeStep.None or HandshakeStep.Expiry))];

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_handshake_command_survives_the_wire(HandshakeStep step)
    {
        var command = new DealScenario().Given(HandshakeStep.Intent).Command(step);
        var back = Assert.IsType<RecordHandshake>(RoundTrip<DealCommand>(command));
        Assert.Equal(command.Payload.ToCanonical(), back.Payload.ToCanonical());
        Assert.Equal(command.Envelope.ToCanonical(), back.Envelope.ToCanonical());
        Assert.Equal((command.Link, command.Caller, command.Fingerprint), (back.Link, back.Caller, back.Fingerprint));
    }

    [Fact]
    public void A_key_brought_by_a_closing_survives_the_wire()
    {
        var command = new DealScenario().Given(HandshakeStep.Intent).Command<ClosingPayload>(
            HandshakeStep.Decline, payload => payload with { Actor = People.Client.Id, Key = People.Client.PublicKey });
        var back = (RecordHandshake)RoundTrip<DealCommand>(command);
        Assert.Equal(People.Client.PublicKey, back.Payload.BroughtKey);
        Assert.Equal(command.Payload.ToCanonical(), back.Payload.ToCanonical());
    }

    [Fact]
    public void A_bulk_line_survives_the_wire()
    {
        var line = BulkScenario.Line("settled");
        line["bases"] = new System.Text.Json.Nodes.JsonObject { ["units"] = 2 };
        var command = new BulkScenario().Sign(line);
        var back = Assert.IsType<AttestDeal>(RoundTrip<DealCommand>(command));
        Assert.Equivalent(command.Line, back.Line, strict: true);
        Assert.Equal(command.Signature.ToCanonical(), back.Signature.ToCanonical());
        Assert.IsType<ExpireDeal>(RoundTrip<DealCommand>(new ExpireDeal()));
    }

    [Fact]
    public void Other_envelopes_survive_the_wire()
    {
        SignatureEnvelope[] envelopes =
            [new WebAuthnSignature(People.Client.KeyId, [1], [2], [3]), new BulkLineSignature(Hash.Of("x"u8)), new EngineSignature()];
        Assert.All(envelopes, envelope => Assert.Equal(envelope.ToCanonical(), RoundTrip(envelope).ToCanonical()));
    }

    [Fact]
    public void Member_and_rule_commands_survive_the_wire()
    {
        MemberCommand[] members =
        [
            Members.MemberScenario.Create(), Members.MemberScenario.Register(People.Client),
            new EndKey(People.Client.KeyId, DealScenario.Start, People.Client.Id, default), new AuthoriseService(People.Importer.Id, null, default),
        ];
        Assert.All(members, command => Assert.Equivalent(command, RoundTrip(command), strict: true));
        RuleSetCommand[] rules =
        [
            new CreateVertical("MORTGAGE", "Mortgages", [new Product("HOME", "Home")], null, default),
            new AddProduct(new Product("HOME", "Home"), People.Upline.Id, default), new AddRuleSetVersion([1, 2], null, default),
            new ProposeRuleSetVersion("v", null, default), new ApproveRuleSetVersion("v", People.Upline.Id, default),
            new WithdrawRuleSetVersion("v", null, default),
        ];
        Assert.All(rules, command => Assert.Equivalent(command, RoundTrip(command), strict: true));
    }

    [Fact]
    public void Small_values_survive_the_wire()
    {
        var now = DealScenario.Start;
        var missing = DealMachine.Missing(new DealScenario().Given(HandshakeStep.Intent).State)!;
        Assert.Equal(missing, RoundTrip(missing));
        Assert.Equal(new Money(-5, Currency.Aud), RoundTrip(new Money(-5, Currency.Aud)));
        Assert.Equal(new Rate(115, 2), RoundTrip(new Rate(115, 2)));
        Assert.Equal(Hash.Of("a"u8), RoundTrip(Hash.Of("a"u8)));
        Assert.Equal(new BookHead(3, Hash.Of("a"u8)), RoundTrip(new BookHead(3, Hash.Of("a"u8))));
        var accrual = new Accrual("upfront", Party.Upline, People.Upline.Id, 5);
        Assert.Equal(accrual, RoundTrip(accrual));
        Assert.Equivalent(DealScenario.ContactOf(People.Referrer), RoundTrip(DealScenario.ContactOf(People.Referrer)), strict: true);
        Assert.Equal(now, RoundTrip(now));
    }
}
