using Commission.Domain.Deals;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Simulation;

namespace Commission.Domain.Tests.Rules;

/// <summary>Simulated traffic: chance, but always the same.</summary>
public sealed class FlowTrafficTests
{
    private static readonly RuleSetDocument Rules = RuleTable.Of("1", RuleTable.Split("\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"1\""));

    private static readonly FlowSettings Settings = new()
    {
        Seed = 42,
        From = new DateOnly(2026, 1, 1),
        Days = 20,
        ArrivalsPerDay = 100,
        FollowDays = 100,
        Members = 10,
        Mix = [new FlowVertical(Rules, 1, 1_000, 1_000_000)],
        Conversion = new FlowConversion(90, 80, 70, 95),
        Delays = new FlowDelays(5, 10, 30, 7),
        CancellationPercent = 10,
        CancellationWithinDays = 40,
        DisputePercent = 10,
        UpheldPercent = 50,
    };

    private static List<FlowDeal> Play(FlowSettings settings)
    {
        var traffic = new FlowTraffic(settings);
        return [.. Enumerable.Range(0, settings.Deals).Select(traffic.DealOf)];
    }

    [Fact]
    public void The_same_seed_gives_the_same_deals_in_whatever_order_they_are_asked_for_and_another_seed_others()
    {
        string Lines(FlowSettings settings, IEnumerable<int> numbers)
        {
            var (traffic, people) = (new FlowTraffic(settings), new FlowPeople(settings));
            return string.Join('\n', numbers.Select(traffic.DealOf).OrderBy(deal => deal.Number).Select(deal =>
                System.Text.Encoding.UTF8.GetString(people.LineOf(deal, settings.Last)) + string.Join(' ', deal.Later)));
        }
        var numbers = Enumerable.Range(0, 500).ToArray();

        Assert.Equal(Lines(Settings, numbers), Lines(Settings, numbers.Reverse()));
        Assert.NotEqual(Lines(Settings, numbers), Lines(Settings with { Seed = 43 }, numbers));
    }

    [Fact]
    public void Every_day_of_a_deal_makes_a_line_that_the_engine_can_read_and_the_last_one_says_all_of_it()
    {
        var people = new FlowPeople(Settings);
        foreach (var deal in Play(Settings))
        {
            foreach (var day in deal.Days)
            {
                var (line, refusal) = HandshakePayloadReader.ReadLine(people.LineOf(deal, day));
                Assert.Null(refusal);
                Assert.Equal(deal.IsComplete && deal.Steps[4] <= day, line!.CompletedOn is not null);
                Assert.Equal(deal.Closing is { } closing && closing.On <= day, line.Closing is not null);
            }
        }
    }

    [Fact]
    public void Things_happen_in_order_to_three_different_people_and_never_after_the_last_day()
    {
        foreach (var deal in Play(Settings))
        {
            Assert.True(deal.Referrer != deal.Receiver && deal.Upline != deal.Referrer);
            Assert.Equal(deal.Steps.Order(), deal.Steps);
            Assert.All(deal.Days, day => Assert.InRange(day, Settings.From, Settings.Last));
            Assert.InRange(deal.ValueMinor, 1_000, 1_000_000);
            Assert.Equal(deal.Later.OrderBy(later => later.On), deal.Later);
            if (deal.Later.Count > 0)
                Assert.True(deal.IsComplete && deal.Later[0].On >= deal.Steps[4]);
            if (deal.Later.OfType<FlowCancellation>().SingleOrDefault() is { } cancelled)
                Assert.DoesNotContain(deal.Later, later => later is FlowRevenue or FlowTrail && later.On >= cancelled.On);
        }
    }

    [Theory]
    [InlineData(0, 100, 100, 100, 1)]
    [InlineData(100, 0, 100, 100, 2)]
    [InlineData(100, 100, 0, 100, 3)]
    [InlineData(100, 100, 100, 0, 4)]
    [InlineData(100, 100, 100, 100, 5)]
    public void A_conversion_of_none_ends_all_deals_at_that_step(int acknowledged, int intake, int settled, int completed, int steps)
    {
        var settings = Settings with { Conversion = new FlowConversion(acknowledged, intake, settled, completed) };

        Assert.All(Play(settings), deal =>
        {
            Assert.Equal(steps, deal.Steps.Count);
            Assert.Equal(steps < 4, deal.Closing is not null);
        });
    }

    [Fact]
    public void Shares_of_a_large_traffic_are_near_what_was_asked_for()
    {
        var other = RuleTable.Of("1", RuleTable.Split("\"shape\":\"percent\",\"basis\":\"deal_value\",\"ratePercent\":\"2\""));
        var deals = Play(Settings with { ArrivalsPerDay = 500, Mix = [new FlowVertical(Rules, 3, 1, 1), new FlowVertical(other, 1, 5, 5)] });

        // Three standard deviations of 10,000 and of what is left of them.
        Assert.InRange(deals.Count(deal => deal.ValueMinor == 1), 7_500 - 130, 7_500 + 130);
        Assert.InRange(deals.Count(deal => deal.Steps.Count > 1), 9_000 - 90, 9_000 + 90);
        Assert.InRange(deals.Count(deal => deal.Steps[0] == Settings.From), 500 - 66, 500 + 66);
        var complete = deals.Count(deal => deal.IsComplete);
        Assert.InRange(deals.Count(deal => deal.Later.Any(later => later is FlowDispute)), complete / 10 - 70, complete / 10 + 70);
    }

    [Fact]
    public void A_product_states_every_basis_that_its_rules_need_and_is_paid_what_they_pay_on()
    {
        foreach (var rules in VerticalFileTests.ShippedRules())
        {
            var all = Settings with { Conversion = new FlowConversion(100, 100, 100, 100), Days = 5, Mix = [new FlowVertical(rules, 1, 100_000, 100_000_000)] };
            foreach (var deal in Play(all))
            {
                var facts = new CalculationFacts(
                    deal.Product, rules.Currency, deal.ValueMinor, deal.Bases.ToDictionary(basis => basis.Name, basis => basis.Value, StringComparer.Ordinal),
                    new Dictionary<Party, ContactId>());
                Assert.Null(Calculator.MissingBasis(rules, facts));
                foreach (var paid in deal.Later.OfType<FlowRevenue>())
                    Assert.Null(Calculator.MissingBasis(rules, facts with { Event = new RevenueReceived(paid.Kind, paid.Key, paid.On, paid.AmountMinor, 1) }));
            }
        }
    }
}
