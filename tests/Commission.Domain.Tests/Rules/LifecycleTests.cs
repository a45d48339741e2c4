using System.Text;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Rules;

public sealed class LifecycleTests
{
    private static RuleSetScenario Drafted(string effectiveFrom = "2015-01-01") => RuleSetScenario.Created().When(RuleSetScenario.Version(effectiveFrom));

    private static string Id(RuleSetScenario rules) => rules.State.Versions[^1].Id;

    private static RuleSetScenario Proposed(RuleSetScenario rules) => rules.When(RuleSetScenario.Propose(Id(rules)));

    private static AddRuleSetVersion Version(string from, string to) => RuleSetScenario.Version(Encoding.UTF8.GetBytes(
        Encoding.UTF8.GetString(RuleSetScenario.DocumentText("2015-01-01")).Replace(from, to, StringComparison.Ordinal)));

    [Fact]
    public void A_version_decides_only_when_it_is_approved()
    {
        var rules = Drafted();
        Assert.Null(rules.State.ActiveOn(new DateOnly(2020, 1, 1)));
        Proposed(rules);
        Assert.Null(rules.State.ActiveOn(new DateOnly(2020, 1, 1)));
        rules.When(RuleSetScenario.Approve(Id(rules)));
        var active = rules.State.ActiveOn(new DateOnly(2020, 1, 1))!;
        Assert.Equal(RuleSetVersionStatus.Approved, active.Status);
        Assert.Equal(new RuleSetStep(People.Upline.Id.ToString(), RuleSetScenario.Start), active.Proposed);
        Assert.Equal(new RuleSetStep(People.Importer.Id.ToString(), RuleSetScenario.Start), active.Approved);
    }

    [Fact]
    public void What_the_engine_brings_counts_as_approved()
    {
        var rules = RuleSetScenario.Created().When(RuleSetScenario.Version("2015-01-01") with { Actor = null });
        Assert.Equal(new RuleSetStep(null, RuleSetScenario.Start), rules.State.ActiveOn(new DateOnly(2015, 1, 1))!.Approved);
    }

    [Fact]
    public void Neither_author_nor_proposer_approves()
    {
        var rules = Drafted();
        rules.When(RuleSetScenario.Propose(Id(rules)) with { Actor = People.Receiver.Id });
        foreach (var maker in new ContactId?[] { People.Upline.Id, People.Receiver.Id, null })
            rules.Decide(RuleSetScenario.Approve(Id(rules)) with { Actor = maker }).Refused(RefusalCodes.MakerIsChecker, "version");
        rules.Decide(RuleSetScenario.Approve(Id(rules))).Accepted();
    }

    [Fact]
    public void Steps_have_an_order()
    {
        var rules = Drafted();
        rules.Decide(RuleSetScenario.Approve(Id(rules))).Refused(RefusalCodes.WrongState, "version");
        Proposed(rules).Decide(RuleSetScenario.Propose(Id(rules))).Refused(RefusalCodes.WrongState, "version");
        rules.When(RuleSetScenario.Approve(Id(rules)));
        rules.Decide(RuleSetScenario.Approve(Id(rules))).Refused(RefusalCodes.WrongState, "version");
        rules.Decide(RuleSetScenario.Withdraw(Id(rules))).Refused(RefusalCodes.WrongState, "version");
        rules.Decide(RuleSetScenario.Propose("rsv_x")).Refused(RefusalCodes.UnknownVersion, "version");
    }

    [Fact]
    public void What_was_withdrawn_goes_no_further_and_its_document_may_be_drafted_again()
    {
        var rules = Drafted();
        var first = Id(rules);
        rules.When(RuleSetScenario.Withdraw(first));
        rules.Decide(RuleSetScenario.Propose(first)).Refused(RefusalCodes.WrongState, "version");

        rules.When(RuleSetScenario.Version("2015-01-01"));

        Assert.NotEqual(first, Id(rules));
        Assert.Equal(rules.State.Versions[0].Hash, rules.State.Versions[1].Hash);
        Assert.Equal(RuleSetVersionStatus.Withdrawn, rules.State.Versions[0].Status);
    }

    [Fact]
    public void A_proposal_that_waited_too_long_cannot_be_approved_any_more()
    {
        var rules = RuleSetScenario.WithVersion("2015-01-01").When(RuleSetScenario.Version("2026-03-05"));
        Proposed(rules);
        var late = RuleSetScenario.Start.AddDays(3);
        RuleSetMachine.Decide(rules.State, RuleSetScenario.Approve(Id(rules)), rules.Facts, late).Refused(RefusalCodes.RetroactiveVersion, "$.effectiveFrom");
        rules.Decide(RuleSetScenario.Approve(Id(rules))).Accepted();
    }

    [Fact]
    public void Of_two_proposals_the_later_date_wins_and_the_earlier_one_is_past()
    {
        var rules = RuleSetScenario.WithVersion("2015-01-01").When(RuleSetScenario.Version("2026-05-01"));
        var early = Id(Proposed(rules));
        rules.When(RuleSetScenario.Version("2026-06-01"));
        var later = Id(Proposed(rules));
        rules.When(RuleSetScenario.Approve(later)).Decide(RuleSetScenario.Approve(early)).Refused(RefusalCodes.RetroactiveVersion, "$.effectiveFrom");
    }

    [Theory]
    [InlineData("contract")]
    [InlineData("settlement")]
    [InlineData("payment")]
    public void A_version_that_a_later_date_would_choose_cannot_be_proposed(string anchor)
    {
        var rules = RuleSetScenario.Created().When(Version("\"currency\"", $"\"anchor\":\"{anchor}\",\"currency\""));
        rules.Decide(RuleSetScenario.Propose(Id(rules))).Refused(RefusalCodes.UnsupportedAnchor, "$.anchor");
    }

    [Fact]
    public void A_version_that_breaks_a_gate_is_shown_and_not_approved()
    {
        const string gates = """[{"gate":"flat_only","clause":"ASCR 12.4"}]""";
        var rules = new RuleSetScenario().When(RuleSetScenario.Create() with { Gates = gates }).When(RuleSetScenario.Version("2015-01-01"));
        var path = "$.products.HOME_LOAN_OO.components[0].shape";
        Assert.Contains(path, RuleSetLifecycle.Obstacles(rules.State, RuleSetLifecycle.DocumentOf(rules.State.Versions[0])).Select(refusal => refusal.Field));
        Proposed(rules).Decide(RuleSetScenario.Approve(Id(rules))).Refused(RefusalCodes.GateBroken, path);
        new RuleSetScenario().When(RuleSetScenario.Create() with { Gates = gates })
            .Decide(RuleSetScenario.Version("2015-01-01") with { Actor = null }).Refused(RefusalCodes.GateBroken, path);
    }

    [Theory]
    [InlineData(GoverningAgreement.Unknown, RefusalCodes.UnknownAgreement)]
    [InlineData(GoverningAgreement.Ended, RefusalCodes.AgreementEnded)]
    public void A_version_needs_an_agreement_in_force(GoverningAgreement agreement, string code)
    {
        var rules = Proposed(Drafted());
        rules.Facts = new RuleSetFacts(agreement);
        rules.Decide(RuleSetScenario.Approve(Id(rules))).Refused(code, "$.governingAgreement");
    }

    [Fact]
    public void Every_step_leaves_an_act()
    {
        var rules = RuleSetScenario.Created();
        var acts = new List<ActDraft>();
        void Do(RuleSetCommand command)
        {
            acts.AddRange(RuleSetRecords.Acts("MORTGAGE", rules.Decide(command).Accepted()).Cast<ActDraft>());
            rules.When(command);
        }
        Do(new AddProduct(new Product("MORE", "More"), People.Upline.Id, default));
        Do(RuleSetScenario.Version("2015-01-01"));
        Do(RuleSetScenario.Propose(Id(rules)));
        Do(RuleSetScenario.Approve(Id(rules)));
        Do(RuleSetScenario.Version("2030-01-01"));
        Do(RuleSetScenario.Withdraw(Id(rules)));

        Assert.Equal(
            [
                AdministrativeAct.ProductAdded, AdministrativeAct.VersionDrafted, AdministrativeAct.VersionProposed, AdministrativeAct.VersionApproved,
                AdministrativeAct.VersionDrafted, AdministrativeAct.VersionWithdrawn,
            ], acts.Select(act => act.Act));
        Assert.Equal($$"""
            {"act":"version-approved","actor":"{{People.Importer.Id}}","author":"{{People.Upline.Id}}","effectiveFrom":"2015-01-01","ruleHash":"{{rules.State.Versions[0].Hash}}","ruleSetVersion":"{{rules.State.Versions[0].Id}}","time":"2026-03-02T01:00:00.000Z","version":1,"vertical":"MORTGAGE"}
            """, Encoding.UTF8.GetString(acts[3].Payload));
    }

    [Fact]
    public void A_document_is_judged_product_by_product()
    {
        var good = Encoding.UTF8.GetString(RuleSetScenario.DocumentText("2015-01-01"));
        Assert.NotNull(RuleSetValidation.Read(Encoding.UTF8.GetBytes(good)).Document);
        var two = good.Replace("\"products\":{", """
            "products":{"AA":{"components":[]},"BB":{"components":[],"colour":1},
            """, StringComparison.Ordinal);

        var (document, mistakes) = RuleSetValidation.Read(Encoding.UTF8.GetBytes(two));

        Assert.Null(document);
        Assert.Equal(["$.products.AA.components", "$.products.BB.colour"], mistakes.Select(mistake => mistake.Field));
        Assert.Equal(("1 to 50 components", "0"), (mistakes[0].Expected, mistakes[0].Found));
    }

    [Theory]
    [InlineData("""{"products":{"AA":1,"AA":2}}""")]
    [InlineData("""{"products":{"AA":{"x":1.5}}}""")]
    [InlineData("[")]
    [InlineData("""{"schema":"commission/rule-set/v2"}""")]
    public void Whatever_is_sent_is_judged(string json) => Assert.NotEmpty(RuleSetValidation.Read(Encoding.UTF8.GetBytes(json)).Mistakes);
}
