using System.Text;
using System.Text.Json;
using Commission.Domain.Amounts;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Wording;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Rules;

/// <summary>The verticals that ship as configuration.</summary>
public sealed class VerticalFileTests
{
    private sealed record VerticalFile(string FileName, JsonElement Json)
    {
        public string Code => Json.GetProperty("code").GetString()!;

        public Product[] Products =>
            [.. Json.GetProperty("products").EnumerateArray().Select(product => new Product(product.GetProperty("code").GetString()!, product.GetProperty("name").GetString()!))];

        public string Gates => Json.GetProperty("gates").GetRawText();

        public byte[] RuleSet => Encoding.UTF8.GetBytes(Json.GetProperty("ruleSet").GetRawText());
    }

    private static readonly Dictionary<string, VerticalFile> Verticals = Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "verticals"), "*.json").Order(StringComparer.Ordinal).Select(Load).ToDictionary(file => file.FileName);

    private static VerticalFile Load(string path)
    {
        using var parsed = CanonicalJson.Parse(File.ReadAllBytes(path));
        return new VerticalFile(Path.GetFileName(path), parsed.RootElement.Clone());
    }

    /// <summary>The rules of every vertical that ships.</summary>
    internal static IEnumerable<RuleSetDocument> ShippedRules() => Verticals.Values.Select(vertical => RuleTable.Read(vertical.RuleSet));

    public static TheoryData<string> Files => [.. Verticals.Keys];

    [Fact]
    public void Verticals_ship_with_unique_codes()
    {
        Assert.Equal(21, Verticals.Values.Select(vertical => vertical.Code).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 21).Select(number => $"{number:00}-"), Verticals.Keys.Select(name => name[..3]));
        var products = Verticals.Values.SelectMany(vertical => vertical.Products).ToArray();
        Assert.Equal(products.Length, products.Select(product => product.Code).Distinct().Count());
        Assert.InRange(products.Length, 30, 40);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_vertical_can_be_made_and_its_document_is_accepted(string file)
    {
        var vertical = Verticals[file];
        var name = vertical.Json.GetProperty("name").GetString()!;
        var rules = new RuleSetScenario()
            .When(new CreateVertical(vertical.Code, name, vertical.Products, null, default) { Gates = vertical.Gates })
            .When(RuleSetScenario.Version(vertical.RuleSet));
        Assert.Equal(new DateOnly(2015, 1, 1), Assert.Single(rules.State.Versions).EffectiveFrom);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_product_is_covered_and_pays(string file)
    {
        var vertical = Verticals[file];
        var document = RuleSetReader.Read(vertical.RuleSet).Document!;
        Assert.Equal(vertical.Products.Select(product => product.Code).Order(), document.Products.Keys.Order());
        var payees = new Dictionary<Party, ContactId> { [Party.Referrer] = People.Referrer.Id, [Party.Upline] = People.Upline.Id };
        var bases = Basis.Known.Except([Basis.Deal, Basis.DealValue]).Concat(document.DeclaredBases.Keys).ToDictionary(basis => basis, _ => 1_000_000L);
        Assert.All(vertical.Products, product =>
        {
            var facts = new CalculationFacts(product.Code, Currency.Aud, 10_000_000, bases, payees);
            var paid = EventsOf(document.Products[product.Code])
                .SelectMany(happened => Calculator.Calculate(document, facts with { Event = happened }).Accruals);
            Assert.Equal([Party.Referrer, Party.Upline, Party.Platform], paid.Select(accrual => accrual.Party).Distinct().Order());
        });
    }

    private static readonly int[] Months = [1, 13];

    /// <summary>The settlement, and everything after it that the product pays on.</summary>
    private static IEnumerable<CalculationEvent?> EventsOf(ProductRules product) =>
    [
        null,
        .. product.Components.SelectMany(component => component.Terms.Milestones).Select(milestone => new MilestoneReached(milestone.Name)),
        .. Enum.GetValues<RevenueKind>().SelectMany(kind => Months.Select(month => new RevenueReceived(kind, "key", new DateOnly(2026, 1, 1), 1_000_000, month))),
        new TrailMonth(1, 10_000_000),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_product_names_its_source_and_says_what_it_pays(string file)
    {
        var document = RuleSetReader.Read(Verticals[file].RuleSet).Document!;
        Assert.All(document.Products.Values, product =>
        {
            Assert.NotNull(product.Source);
            Assert.False(string.IsNullOrEmpty(product.PlainText));
            Assert.True(product.Source.Mark != "U" || product.Assumption is not null);
        });
        var text = PlainEnglish.Of(document);
        Assert.Contains(document.Hash.ToString(), text, StringComparison.Ordinal);
        Assert.All(document.Products.Values.SelectMany(product => product.Components), component =>
            Assert.Contains(component.Name, text, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_vertical_says_where_its_figures_come_from(string file)
    {
        var json = Verticals[file].Json;
        Assert.Contains(json.GetProperty("source").GetString(), (string[])["A", "B", "C", "U"]);
        Assert.NotEmpty(json.GetProperty("assumptions").EnumerateArray());
        Assert.All(json.GetProperty("assumptions").EnumerateArray(), assumption => Assert.False(string.IsNullOrWhiteSpace(assumption.GetString())));
        Assert.Equal(["code", "name", "source", "assumptions", "gates", "products", "ruleSet"], json.EnumerateObject().Select(member => member.Name));
    }
}
