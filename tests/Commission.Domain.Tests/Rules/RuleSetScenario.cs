using System.Text;
using Commission.Domain.Rules;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Rules;

/// <summary>The rule set of one vertical and a clock that the test sets.</summary>
internal sealed class RuleSetScenario
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);

    public RuleSetState State { get; private set; } = new();

    public static CreateVertical Create() => new(
        "MORTGAGE", "Residential mortgage", [new Product("HOME_LOAN_OO", "Home loan, owner-occupied")], null, new RequestFingerprint(1, 1));

    public static RuleSetScenario Created() => new RuleSetScenario().When(Create());

    public static RuleSetScenario WithVersion(string effectiveFrom) => Created().Approved(Version(effectiveFrom));

    public RuleSetFacts Facts { get; set; } = new(GoverningAgreement.InForce);

    /// <summary>Drafts, proposes and has somebody else approve.</summary>
    public RuleSetScenario Approved(AddRuleSetVersion draft)
    {
        When(draft);
        var id = State.Versions[^1].Id;
        return When(Propose(id)).When(Approve(id));
    }

    public static ProposeRuleSetVersion Propose(string id) => new(id, People.Upline.Id, new RequestFingerprint(3, 3));

    public static ApproveRuleSetVersion Approve(string id) => new(id, People.Importer.Id, new RequestFingerprint(4, 4));

    public static WithdrawRuleSetVersion Withdraw(string id) => new(id, People.Upline.Id, new RequestFingerprint(5, 5));

    public static AddRuleSetVersion Version(string effectiveFrom) => Version(DocumentText(effectiveFrom));

    public static AddRuleSetVersion Version(byte[] document) => new(document, People.Upline.Id, new RequestFingerprint(2, 2));

    public static byte[] DocumentText(string effectiveFrom) => Encoding.UTF8.GetBytes(
        Encoding.UTF8.GetString(DealScenario.RuleSet.Canonical).Replace("2015-01-01", effectiveFrom, StringComparison.Ordinal));

    public Decision<RuleSetEvent> Decide(RuleSetCommand command) => RuleSetMachine.Decide(State, command, Facts, Start);

    public RuleSetScenario When(RuleSetCommand command)
    {
        foreach (var happened in Decide(command).Accepted())
            State = RuleSetMachine.Evolve(State, happened);
        return this;
    }
}
