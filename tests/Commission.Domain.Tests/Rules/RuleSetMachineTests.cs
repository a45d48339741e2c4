using Commission.Domain.Rules;

namespace Commission.Domain.Tests.Rules;

public sealed class RuleSetMachineTests
{
    [Fact]
    public void A_vertical_is_made_with_its_products()
    {
        var state = RuleSetScenario.Created().State;
        Assert.Equal(("MORTGAGE", "Residential mortgage"), (state.Code, state.Name));
        Assert.Equal([new Product("HOME_LOAN_OO", "Home loan, owner-occupied")], state.Products);
        Assert.Equal([new RuleSetRequest(new RequestFingerprint(1, 1), null)], state.Requests);
    }

    public static TheoryData<CreateVertical, string, string> Mistakes => new()
    {
        { RuleSetScenario.Create() with { Code = "mortgage" }, RefusalCodes.InvalidField, "code" },
        { RuleSetScenario.Create() with { Name = " " }, RefusalCodes.InvalidField, "name" },
        { RuleSetScenario.Create() with { Name = "a\nb" }, RefusalCodes.InvalidField, "name" },
        { RuleSetScenario.Create() with { Name = new string('x', 201) }, RefusalCodes.InvalidField, "name" },
        { RuleSetScenario.Create() with { Products = [new Product("x", "X")] }, RefusalCodes.InvalidField, "products[0].code" },
        { RuleSetScenario.Create() with { Products = [new Product("XX", "")] }, RefusalCodes.InvalidField, "products[0].name" },
        { RuleSetScenario.Create() with { Products = [new Product("XX", "X"), new Product("XX", "Y")] }, RefusalCodes.AlreadyExists, "products[1].code" },
        { RuleSetScenario.Create() with { Products = [.. Enumerable.Range(0, 501).Select(i => new Product($"P{i}", "P"))] }, RefusalCodes.InvalidField, "products" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistaken_vertical_is_refused_by_field(CreateVertical command, string code, string field) =>
        new RuleSetScenario().Decide(command).Refused(code, field);

    [Fact]
    public void A_vertical_is_made_once() => RuleSetScenario.Created().Decide(RuleSetScenario.Create()).Refused(RefusalCodes.AlreadyExists, "code");

    [Fact]
    public void An_unknown_vertical_takes_no_commands()
    {
        new RuleSetScenario().Decide(RuleSetScenario.Version("2020-01-01")).Refused(RefusalCodes.UnknownVertical);
        new RuleSetScenario().Decide(Add("XX")).Refused(RefusalCodes.UnknownVertical);
    }

    private static AddProduct Add(string code) => new(new Product(code, "A product"), null, default);

    [Fact]
    public void A_product_is_added_once()
    {
        var rules = RuleSetScenario.Created().When(Add("REFINANCE"));
        Assert.Equal(2, rules.State.Products.Length);
        rules.Decide(Add("REFINANCE")).Refused(RefusalCodes.AlreadyExists, "code");
        rules.Decide(Add("r")).Refused(RefusalCodes.InvalidField, "code");
    }

    [Fact]
    public void A_vertical_has_a_bounded_number_of_products()
    {
        var products = Enumerable.Range(0, RuleSetMachine.MaxProducts).Select(i => new Product($"P{i}", "P")).ToArray();
        new RuleSetScenario().When(RuleSetScenario.Create() with { Products = products }).Decide(Add("MORE")).Refused(RefusalCodes.InvalidField, "code");
    }

    [Fact]
    public void The_first_version_may_start_in_the_past()
    {
        var version = Assert.Single(RuleSetScenario.WithVersion("1999-07-01").State.Versions);
        var document = RuleSetReader.Read(RuleSetScenario.DocumentText("1999-07-01")).Document!;
        Assert.Equal((1, new DateOnly(1999, 7, 1), document.Hash.ToString()), (version.Number, version.EffectiveFrom, version.Hash));
        Assert.Equal(RuleSetVersionId.Derive(document.Hash).ToString(), version.Id);
        Assert.Equal(document.Canonical, System.Text.Encoding.UTF8.GetBytes(version.Document));
    }

    [Theory]
    [InlineData("2014-01-01")]
    [InlineData("2015-06-01")]
    [InlineData("2026-03-01")]
    [InlineData("2026-03-02")]
    [InlineData("2026-03-03")]
    public void A_later_version_cannot_start_on_a_date_that_is_decided(string effectiveFrom) =>
        RuleSetScenario.WithVersion("2015-06-01").Decide(RuleSetScenario.Version(effectiveFrom) with { Fingerprint = new RequestFingerprint(9, 9) })
            .Refused(effectiveFrom == "2015-06-01" ? RefusalCodes.AlreadyExists : RefusalCodes.RetroactiveVersion);

    [Fact]
    public void A_later_version_starts_after_the_latest()
    {
        var rules = RuleSetScenario.WithVersion("2015-01-01").Approved(RuleSetScenario.Version("2026-07-01"));
        rules.Decide(RuleSetScenario.Version("2026-06-30")).Refused(RefusalCodes.RetroactiveVersion, "$.effectiveFrom");
        Assert.Equal([1, 2], rules.State.Versions.Select(version => version.Number));
    }

    [Theory]
    [InlineData("2014-12-31", null)]
    [InlineData("2015-01-01", 1)]
    [InlineData("2026-03-03", 1)]
    [InlineData("2026-03-04", 2)]
    [InlineData("2099-01-01", 2)]
    public void The_version_in_force_on_the_referral_date_decides(string date, int? number)
    {
        var rules = RuleSetScenario.WithVersion("2015-01-01").Approved(RuleSetScenario.Version("2026-03-04"));
        Assert.Equal(number, rules.State.ActiveOn(DateOnly.Parse(date))?.Number);
    }

    [Fact]
    public void The_same_document_again_names_the_version_it_is() => RuleSetScenario.WithVersion("2026-07-01")
        .Decide(RuleSetScenario.Version("2026-07-01")).Refused(RefusalCodes.AlreadyExists, "$");

    [Fact]
    public void A_document_of_another_vertical_or_product_is_refused()
    {
        var other = new RuleSetScenario().When(RuleSetScenario.Create() with { Code = "INSURANCE" });
        other.Decide(RuleSetScenario.Version("2020-01-01")).Refused(RefusalCodes.InvalidField, "$.vertical");
        var without = new RuleSetScenario().When(RuleSetScenario.Create() with { Products = [] });
        without.Decide(RuleSetScenario.Version("2020-01-01")).Refused(RefusalCodes.UnknownProduct, "$.products.HOME_LOAN_OO");
    }

    [Fact]
    public void A_document_that_does_not_read_is_refused() =>
        RuleSetScenario.Created().Decide(RuleSetScenario.Version([1, 2, 3])).Refused(RefusalCodes.InvalidField, "$");
}
