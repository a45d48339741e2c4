using Commission.Domain.Deals;
using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Rules.Simulation;

/// <summary>
/// Makes traffic from settings. A deal is a function of the seed and its number alone, so that traffic need not be kept and
/// does not depend on who asks for which deal when. Pure.
/// </summary>
public sealed class FlowTraffic
{
    private const int DecisionWithinDays = 20;
    private const int MaxPayments = 4;
    private const int MaxUnits = 12;
    private const int DaysBetweenPayments = 30;
    private const int MembersPerUpline = 5;

    private readonly FlowSettings _settings;
    private readonly (FlowVertical Vertical, int UpTo)[] _mix;
    private readonly Dictionary<(string Vertical, string Product), FlowProduct> _products = [];

    /// <summary>Prepares traffic.</summary>
    public FlowTraffic(FlowSettings settings)
    {
        (_settings, _mix) = (settings, new (FlowVertical, int)[settings.Mix.Count]);
        var upTo = 0;
        for (var i = 0; i < _mix.Length; i++)
        {
            var vertical = settings.Mix[i];
            _mix[i] = (vertical, upTo = checked(upTo + vertical.Weight));
            foreach (var (code, product) in vertical.Rules.Products)
                _products[(vertical.Rules.Vertical, code)] = FlowProduct.Of(vertical.Rules, code, product);
        }
    }

    /// <summary>A deal of the traffic.</summary>
    /// <param name="number">From 0 to below the settings' number of deals.</param>
    public FlowDeal DealOf(int number)
    {
        var random = new FlowRandom(_settings.Seed, number);
        var place = random.Below(_mix[^1].UpTo);
        var vertical = _mix.First(part => place < part.UpTo).Vertical;
        var codes = vertical.Rules.Products.Keys.Order(StringComparer.Ordinal).ToArray();
        var code = codes[random.Below(codes.Length)];
        var product = _products[(vertical.Rules.Vertical, code)];
        var referrer = random.Below(_settings.Members);
        var receiver = (referrer + 1 + random.Below(_settings.Members - 1)) % _settings.Members;
        var steps = Steps(_settings.From.AddDays(random.Below(_settings.Days)), ref random, out var closing);
        var value = random.Between(vertical.LeastMinor, vertical.MostMinor);
        var bases = product.Bases.Select(basis => new BasisValue(basis.Name, Amount(basis.IsCount, value, ref random))).ToArray();
        var later = steps.Count == 5 ? Later(steps[3], steps[4], value, product, ref random) : [];
        return new FlowDeal
        {
            Number = number,
            Rules = vertical.Rules,
            Product = code,
            Referrer = referrer,
            Upline = referrer < MembersPerUpline ? null : referrer / MembersPerUpline,
            Receiver = receiver,
            Steps = [.. steps.TakeWhile(step => step <= _settings.Last)],
            Closing = closing is not null && closing.On <= _settings.Last ? closing : null,
            ValueMinor = value,
            Bases = bases,
            Later = [.. later.Where(happened => happened.On <= _settings.Last).OrderBy(happened => happened.On)],
        };
    }

    /// <summary>Money beside the value is a few parts in a thousand of it.</summary>
    private static long Amount(bool isCount, long value, ref FlowRandom random) =>
        isCount ? 1 + random.Below(MaxUnits) : Math.Max(1, value / 1_000 * (1 + random.Below(30)));

    private List<DateOnly> Steps(DateOnly referred, ref FlowRandom random, out AttestedClosing? closing)
    {
        var (chance, most) = (_settings.Conversion, _settings.Delays);
        (int Percent, int Days, AttestedClosing? Otherwise)[] ways =
        [
            (chance.Acknowledged, most.Acknowledgement, new AttestedClosing(HandshakeStep.Withdrawal, default, "client_did_not_answer")),
            (chance.Intake, most.Intake, new AttestedClosing(HandshakeStep.Decline, default, "not_suitable")),
            (chance.Settled, most.Settlement, new AttestedClosing(HandshakeStep.Withdrawal, default, "did_not_settle")),
            (chance.Completed, most.Outcome, null),
        ];
        var steps = new List<DateOnly>(5) { referred };
        foreach (var (percent, days, otherwise) in ways)
        {
            var on = steps[^1].AddDays(random.Below(days + 1));
            if (!random.Happens(percent))
            {
                closing = otherwise is null ? null : otherwise with { On = on };
                return steps;
            }
            steps.Add(on);
        }
        closing = null;
        return steps;
    }

    private List<FlowEvent> Later(DateOnly settled, DateOnly completed, long value, FlowProduct product, ref FlowRandom random)
    {
        var cancelled = random.Happens(_settings.CancellationPercent) ? completed.AddDays(random.Below(_settings.CancellationWithinDays + 1)) : (DateOnly?)null;
        var until = cancelled ?? _settings.Last;
        var later = new List<FlowEvent>();
        foreach (var milestone in product.Milestones)
            later.Add(new FlowMilestone(completed.AddDays(random.Below(DaysBetweenPayments * 3)), milestone));
        foreach (var kind in product.Revenue)
        {
            var payments = 1 + random.Below(MaxPayments);
            var amount = random.Between(Math.Max(1, value / 1_000), Math.Max(1, value / 50));
            for (var i = 0; i < payments; i++)
                later.Add(new FlowRevenue(completed.AddDays(i * DaysBetweenPayments), kind, $"{RevenueKinds.Of(kind)}-{i + 1}", amount));
        }
        if (product.HasTrail)
            AddTrail(later, settled, completed, value);
        later.RemoveAll(happened => happened.On >= until);
        if (random.Happens(_settings.DisputePercent))
        {
            var raised = completed.AddDays(random.Below(DaysBetweenPayments));
            var refund = random.Happens(_settings.UpheldPercent) ? Math.Max(1, value / 10 * (1 + random.Below(10))) : 0;
            later.Add(new FlowDispute(raised));
            later.Add(new FlowDecision(raised.AddDays(1 + random.Below(DecisionWithinDays)), refund));
        }
        if (cancelled is { } on)
            later.Add(new FlowCancellation(on));
        return later;
    }

    /// <summary>The balance of each month, paid down evenly over thirty years, and the run of the month on the first of the next.</summary>
    private void AddTrail(List<FlowEvent> later, DateOnly settled, DateOnly completed, long value)
    {
        var first = new DateOnly(settled.Year, settled.Month, 1).AddMonths(1);
        for (var month = first; month.AddMonths(1) <= _settings.Last; month = month.AddMonths(1))
        {
            if (month.AddMonths(1) <= completed)
                continue;
            var paidDown = value / 360 * (((month.Year - first.Year) * 12) + month.Month - first.Month);
            if (paidDown >= value)
                return;
            var run = month.AddMonths(1);
            later.Add(new FlowRevenue(run, RevenueKind.Balance, $"balance-{month.Year:0000}-{month.Month:00}", value - paidDown));
            later.Add(new FlowTrail(run, month));
        }
    }
}

/// <summary>What a product's deals must state, and what happens to them later.</summary>
internal sealed record FlowProduct(
    IReadOnlyList<(string Name, bool IsCount)> Bases, IReadOnlyList<string> Milestones, IReadOnlyList<RevenueKind> Revenue, bool HasTrail)
{
    private static readonly DateOnly AnyDay = new(2026, 1, 1);

    public static FlowProduct Of(RuleSetDocument rules, string code, ProductRules product)
    {
        string[] milestones =
            [.. product.Components.SelectMany(component => component.Terms.Milestones).Select(one => one.Name).Distinct(StringComparer.Ordinal)];
        RevenueKind[] revenue = [.. product.Components.OfType<RevenueComponent>().Select(component => component.On).Distinct().Order()];
        CalculationEvent?[] events =
        [
            null, .. milestones.Select(name => new MilestoneReached(name)), .. revenue.Select(kind => new RevenueReceived(kind, "any", AnyDay, 1, 1)),
        ];
        var bases = new Dictionary<string, long>(StringComparer.Ordinal);
        var facts = new CalculationFacts(code, rules.Currency, 1, bases, new Dictionary<Party, ContactId>());
        foreach (var happened in events)
        {
            while (Calculator.MissingBasis(rules, facts with { Event = happened }) is { } name)
                bases.Add(name, 1);
        }
        var hasTrail = Enumerable.Range(0, product.Components.Count).Any(index => product.MomentOf(index) == Moment.Trail);
        return new FlowProduct(
            [.. bases.Keys.Order(StringComparer.Ordinal).Select(name => (name, Basis.IsCount(name) || rules.DeclaredBases.GetValueOrDefault(name)))],
            milestones, [.. revenue.Where(kind => kind != RevenueKind.Balance)], hasTrail || revenue.Contains(RevenueKind.Balance));
    }
}
