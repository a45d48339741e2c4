using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Api.Tests.Deals;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;
using Commission.Storage.Agreements;
using Commission.Testing;

namespace Commission.Api.Tests.Rules;

/// <summary>An engine that has just seeded what ships.</summary>
public sealed class SeededEngine : IAsyncLifetime
{
    internal static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "verticals");

    public Engine Engine { get; private set; } = null!;

    internal LaterScenario Scenario { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Engine = await Engine.StartSeededAsync(Folder);
        await Eventually.BecomesTrueAsync(async () => (await Engine.GetAsync("/health/ready")).Status == 200, "the verticals are seeded");
        Scenario = await LaterScenario.StartAsync(Engine, """{"name":"it","shape":"flat","basis":"deal","amountMinor":1,"split":[{"party":"referrer","weight":1}]}""");
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}

/// <summary>Every vertical that ships, from its file to the entries of a deal of each product.</summary>
public sealed class ShippedVerticalTests(SeededEngine seeded) : IClassFixture<SeededEngine>
{
    private static readonly DateOnly Settled = new(2025, 7, 1);
    private static readonly DateOnly[] Dates = [new(2025, 9, 15), new(2026, 8, 15)];

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(SeededEngine.Folder, "*.json").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    private static JsonObject Load(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(SeededEngine.Folder, file)))!.AsObject();

    private static RuleSetDocument RulesOf(JsonObject file) => RuleSetReader.Read(Encoding.UTF8.GetBytes(file["ruleSet"]!.ToJsonString())).Document!;

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_agreement_of_a_seeded_vertical_is_in_force_and_its_rules_are_approved(string file)
    {
        var rules = RulesOf(Load(file));
        Assert.Equal(GoverningAgreement.InForce, await seeded.Engine.Get<AgreementQueries>().FindStandingAsync(rules.GoverningAgreement));
        var versions = (await seeded.Engine.GetAsync($"/api/v1/verticals/{rules.Vertical}/rule-sets")).Is(200);
        Assert.Contains(rules.Hash.ToString(), versions.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_deal_of_every_product_accrues_what_the_calculator_says(string file)
    {
        var (rules, scenario) = (RulesOf(Load(file)), seeded.Scenario);
        foreach (var (code, product) in rules.Products)
        {
            var bases = BasesOf(rules, product);
            var deal = await DealAsync(scenario, rules, code, bases);
            var happened = await LaterAsync(scenario, deal, product);
            var payees = new Dictionary<Party, ContactId>
            {
                [Party.Referrer] = scenario.Network.Referrer.Id,
                [Party.Receiver] = scenario.Network.Receiver.Id,
                [Party.Upline] = scenario.Network.Upline.Id,
            };
            var facts = new CalculationFacts(code, Currency.Aud, Network.SettledValue, bases, payees);
            var expected = Expected(rules, deal, scenario.Network.Client.Id, facts, happened);
            var entries = (await scenario.BookedAsync(deal))["entries"].EnumerateArray()
                .Select(entry => (Account: AccountOf(entry), Minor: LaterScenario.Signed(entry)));
            var booked = entries.GroupBy(entry => entry.Account).ToDictionary(group => group.Key, group => group.Sum(entry => entry.Minor));
            Assert.NotEmpty(expected);
            Assert.Equal(expected.OrderBy(line => line.Key), booked.OrderBy(line => line.Key));
        }
    }

    private static Dictionary<string, long> BasesOf(RuleSetDocument rules, ProductRules product)
    {
        var needed = product.Components.SelectMany(component => new[] { component.BasisName, component.BandBasisName }).Distinct()
            .Where(basis => basis is not (Basis.Deal or Basis.DealValue or Basis.Consumption));
        return needed.ToDictionary(basis => basis, basis => rules.DeclaredBases.GetValueOrDefault(basis) ? 12L : 1_234_567);
    }

    private static async Task<DealId> DealAsync(LaterScenario scenario, RuleSetDocument rules, string product, Dictionary<string, long> bases)
    {
        var bulk = new BulkRequest(scenario.Network, scenario.Service);
        var line = bulk.Line(Engine.Unique($"{product}-"), "complete");
        (line["vertical"], line["product"]) = (rules.Vertical, product);
        if (bases.Count > 0)
            line["bases"] = JsonSerializer.SerializeToNode(bases);
        var answer = (await bulk.SendAsync([line])).Is(200).Lines()[0];
        Assert.True(answer.GetProperty("status").GetString() == "created", $"{product}: {answer}");
        return TypedId.Parse<DealId>(answer.GetProperty("deal").GetString()!);
    }

    /// <summary>Revenue of each kind in the first year and in the second, every milestone, and the trail of a month.</summary>
    private static async Task<List<CalculationEvent>> LaterAsync(LaterScenario scenario, DealId deal, ProductRules product)
    {
        var happened = new List<CalculationEvent>();
        foreach (var (kind, on) in Enum.GetValues<RevenueKind>().Where(kind => kind != RevenueKind.Balance).SelectMany(kind => Dates.Select(on => (kind, on))))
        {
            var (isCount, key) = (kind == RevenueKind.Consumption, $"{on:yyyy-MM}");
            (await scenario.RevenueAsync(deal, RevenueKinds.Of(kind), key, 98_765, $"{on:yyyy-MM-dd}", change: body =>
            {
                if (isCount)
                {
                    body.Remove("amountMinor");
                    body.Remove("currency");
                    body["units"] = 98_765;
                }
            })).Is(200);
            happened.Add(new RevenueReceived(kind, key, on, 98_765, DealTime.MonthOf(Settled, on)));
        }
        foreach (var milestone in product.Components.SelectMany(component => component.Terms.Milestones).Select(milestone => milestone.Name).Distinct())
        {
            (await scenario.MilestoneAsync(deal, milestone, $"{Dates[0]:yyyy-MM-dd}")).Is(200);
            happened.Add(new MilestoneReached(milestone));
        }
        (await scenario.RevenueAsync(deal, "balance", "B-1", 40_000_001, "2026-08-31", "2026-08")).Is(200);
        (await scenario.Network.PostAsync("/api/v1/trail-runs", new JsonObject { ["month"] = "2026-08" }, scenario.Network.Admin)).Is(200);
        happened.Add(new RevenueReceived(RevenueKind.Balance, "B-1", new DateOnly(2026, 8, 31), 40_000_001, DealTime.MonthOf(Settled, new DateOnly(2026, 8, 31))));
        happened.Add(new TrailMonth(14, 40_000_001));
        return happened;
    }

    private static Dictionary<string, long> Expected(
        RuleSetDocument rules, DealId deal, ContactId client, CalculationFacts facts, IReadOnlyList<CalculationEvent> happened)
    {
        var credits = new List<(ContactId? Payee, long Minor)>();
        var accumulators = new Dictionary<VolumeKey, VolumeState>();
        foreach (var one in happened.Prepend(null))
        {
            var stated = facts with { Event = one };
            credits.AddRange(Calculator.Calculate(rules, stated).Accruals.Select(accrual => (accrual.Payee, accrual.AmountMinor)));
            var on = one is RevenueReceived revenue ? revenue.On : new DateOnly(2025, 7, 3);
            foreach (var command in VolumeContributions.Of(rules, new VolumeSubject(deal, client, on), stated))
                accumulators[command.Key] = VolumeRecords.Decide(accumulators.GetValueOrDefault(command.Key) ?? new VolumeState(), [command], rules).State;
        }
        credits.AddRange(accumulators.Values.SelectMany(volume => volume.Entries).SelectMany(entry => entry.Credited)
            .Select(credit => (credit.Payee, credit.AmountMinor)));
        return credits.GroupBy(credit => credit.Payee is { } payee ? $"payable:{payee}" : "income:platform-fee")
            .ToDictionary(group => group.Key, group => group.Sum(credit => credit.Minor));
    }

    private static string AccountOf(JsonElement entry)
    {
        var (debit, credit) = (entry.GetProperty("debit").GetProperty("account").GetString()!, entry.GetProperty("credit").GetProperty("account").GetString()!);
        return debit.StartsWith("receivable:", StringComparison.Ordinal) ? credit : debit;
    }
}
