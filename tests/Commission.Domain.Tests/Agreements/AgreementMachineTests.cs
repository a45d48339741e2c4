using System.Text;
using Commission.Domain.Agreements;
using Commission.Domain.Ledger;
using Commission.Domain.Members;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Agreements;

public sealed class AgreementMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Salt = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    private static ExecuteAgreement Recorded(string reference = "Terms 1") => new(
        reference, AgreementKind.ClientReferral, People.Referrer.Id, ContactType.Member, Hash.Of("p"u8), null, "{}",
        new Execution { Method = ExecutionMethod.Recorded, Reference = "exe_1", DocumentHash = Hash.Of("paper"u8) },
        null, People.Importer.Id, new RequestFingerprint(1, 1));

    private static AgreementState When(AgreementState state, AgreementCommand command) =>
        AgreementMachine.Decide(state, command, Now).Accepted().Aggregate(state, AgreementMachine.Evolve);

    /// <summary>Computed from docs/formats/agreement.md by another program. It never changes.</summary>
    [Fact]
    public void The_anchor_of_an_execution_is_the_published_one()
    {
        var agreement = new AgreementState
        {
            Reference = "Introducer agreement 1",
            Kind = AgreementKind.Introducer,
            Party = TypedId.Parse<ContactId>("contact_00000000000000000000000001"),
            PartyCommitment = PersonCommitment.Of(Salt, "Iris Introducer", "iris@example.org", null),
            Schedule = """{"fee":5}""",
            Execution = new Execution
            {
                Method = ExecutionMethod.Drawn,
                Time = Now,
                Reference = "exe_1",
                Image = [1, 2, 3],
                IpCommitment = AgreementAnchor.ContextCommitment(Salt, "127.0.0.1"),
                UserAgentCommitment = AgreementAnchor.ContextCommitment(Salt, "Browser"),
            },
        };
        Assert.Equal("ef563d9d363e4b753fc76a0e84e8b53e0e5c58765308e54630d1a0982f4384d1", agreement.PartyCommitment.ToString());
        Assert.Equal("24f3843ea257033b134ec9365da2497330d8e231760337bf34bb1b48a551a3c5", agreement.Execution.IpCommitment.ToString());
        Assert.Equal("7f8e250492102c71d99a5d23b6fba396b7a58986e548d5bd6b9893ab8d3a7a27", AgreementAnchor.Of(agreement).ToString());
    }

    [Fact]
    public void An_agreement_is_executed_once_and_ended_once()
    {
        var state = When(new AgreementState(), Recorded());
        Assert.Equal((AgreementId.Derive("Terms 1"), Now, AgreementAnchor.Of(state)), (state.Id, state.Execution!.Time, state.Anchor));
        AgreementMachine.Decide(state, Recorded(), Now).Refused(RefusalCodes.AlreadyExists, "reference");
        var end = new EndAgreement("Over", People.Importer.Id, new RequestFingerprint(2, 2));
        AgreementMachine.Decide(new AgreementState(), end, Now).Refused(RefusalCodes.UnknownAgreement, "id");
        AgreementMachine.Decide(state, end with { Reason = " " }, Now).Refused(RefusalCodes.InvalidField, "reason");
        var ended = When(state, end);
        Assert.Equal((Now, "Over", state.Anchor), (ended.EndedAt, ended.EndReason, ended.Anchor));
        AgreementMachine.Decide(ended, end, Now).Refused(RefusalCodes.WrongState, "id");
    }

    [Fact]
    public void Only_the_engine_ships_agreements()
    {
        var shipped = Recorded() with { Execution = new Execution { Method = ExecutionMethod.Shipped } };
        AgreementMachine.Decide(new AgreementState(), shipped, Now).Refused(RefusalCodes.InvalidField, "execution");
        AgreementMachine.Decide(new AgreementState(), shipped with { Actor = null }, Now).Accepted();
    }

    [Fact]
    public void The_kinds_ask_for_their_parties()
    {
        var partner = new NewPartner("Iris", null, null, Salt);
        AgreementMachine.Decide(new AgreementState(), Recorded() with { Partner = partner }, Now).Refused(RefusalCodes.InvalidField, "party");
        AgreementMachine.Decide(new AgreementState(), Recorded() with { Kind = AgreementKind.Affiliate }, Now).Refused(RefusalCodes.InvalidField, "party");
        AgreementMachine.Decide(new AgreementState(), Recorded() with { Kind = AgreementKind.Introducer, Partner = partner with { Name = "" } }, Now)
            .Refused(RefusalCodes.InvalidField, "party.name");
        AgreementMachine.Decide(new AgreementState(), Recorded() with { Kind = AgreementKind.Introducer, Partner = partner }, Now)
            .Refused(RefusalCodes.InvalidField, "ruleSet");
    }

    [Fact]
    public void An_act_survives_its_bytes()
    {
        var state = When(new AgreementState(), Recorded());
        var act = Assert.IsType<ActDraft>(Assert.Single(AgreementRecords.Acts(state, [new AgreementExecuted(state)])));
        var leaf = new ActLeaf("administration", 4, Hash.Of("x"u8), Now, act);
        var back = Assert.IsType<ActLeaf>(LeafEncoding.Decode(LeafEncoding.Encode(leaf)));
        Assert.Equivalent(leaf, back, strict: true);
        Assert.Contains(state.Anchor.ToString(), Encoding.UTF8.GetString(back.Act.Payload), StringComparison.Ordinal);
        var bytes = LeafEncoding.Encode(leaf);
        bytes[1] = 4;
        Assert.Throws<FormatException>(() => LeafEncoding.Decode(bytes));
    }
}
