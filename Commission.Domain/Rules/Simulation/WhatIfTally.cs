using System.Globalization;
using System.Runtime.InteropServices;

namespace Commission.Domain.Rules.Simulation;

/// <summary>Adds amounts up by vertical, product, member and month, and watches the limits.</summary>
internal sealed class WhatIfTally(WhatIfLimits limits)
{
    /// <summary>Breaches that are listed; the others are counted.</summary>
    public const int MaxBreaches = 1_000;

    private readonly Dictionary<(string Vertical, string Product), ProductTotal> _products = [];
    private readonly Dictionary<ContactId, long> _members = [];
    private readonly Dictionary<int, long> _months = [];
    private readonly Dictionary<(ContactId Member, int Month), long> _memberMonths = [];
    private readonly Dictionary<string, long> _skipped = new(StringComparer.Ordinal);
    private readonly List<WhatIfBreach> _breaches = [];
    private long _breachCount;
    private long _deals;
    private long _platform;

    public void Skip(string reason) => CollectionsMarshal.GetValueRefOrAddDefault(_skipped, reason, out _)++;

    public void Add(string vertical, string product, DealId deal, DateOnly on, List<PartyAmount> amounts, long revenueMinor, bool isDeal)
    {
        var month = (on.Year * 12) + on.Month - 1;
        var sum = 0L;
        foreach (var amount in amounts)
        {
            sum = checked(sum + amount.AmountMinor);
            if (amount.Payee is not { } member)
            {
                _platform = checked(_platform + amount.AmountMinor);
                continue;
            }
            ref var total = ref CollectionsMarshal.GetValueRefOrAddDefault(_members, member, out _);
            total = checked(total + amount.AmountMinor);
            if (limits.MemberMonthMinor is not null)
                CollectionsMarshal.GetValueRefOrAddDefault(_memberMonths, (member, month), out _) += amount.AmountMinor;
        }
        CollectionsMarshal.GetValueRefOrAddDefault(_months, month, out _) += sum;
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_products, (vertical, product), out _);
        known = new ProductTotal(known.Deals + (isDeal ? 1 : 0), checked(known.CommissionMinor + sum), checked(known.RevenueMinor + revenueMinor));
        _deals += isDeal ? 1 : 0;
        if (sum > limits.DealMinor)
            Breach("deal", deal.ToString(), limits.DealMinor.Value, sum);
    }

    private void Breach(string kind, string subject, long limit, long found)
    {
        _breachCount++;
        if (_breaches.Count < MaxBreaches)
            _breaches.Add(new WhatIfBreach(kind, subject, limit, found));
    }

    public WhatIfTotals Totals()
    {
        var months = _months.OrderBy(pair => pair.Key).ToDictionary(pair => NameOf(pair.Key), pair => pair.Value, StringComparer.Ordinal);
        FindBreaches(months);
        return new WhatIfTotals
        {
            Deals = _deals,
            CommissionMinor = _months.Values.Sum(),
            PlatformMinor = _platform,
            ByVertical = _products.GroupBy(pair => pair.Key.Vertical, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value.CommissionMinor), StringComparer.Ordinal),
            ByProduct = _products.OrderBy(pair => pair.Key.Vertical, StringComparer.Ordinal).ThenBy(pair => pair.Key.Product, StringComparer.Ordinal)
                .ToDictionary(pair => $"{pair.Key.Vertical}/{pair.Key.Product}", pair => pair.Value, StringComparer.Ordinal),
            ByMember = new Dictionary<ContactId, long>(_members),
            ByMonth = months,
            Skipped = new Dictionary<string, long>(_skipped, StringComparer.Ordinal),
            Breaches = [.. _breaches],
            BreachCount = _breachCount,
        };
    }

    private void FindBreaches(Dictionary<string, long> months)
    {
        foreach (var (month, found) in months)
        {
            if (found > limits.MonthMinor)
                Breach("month", month, limits.MonthMinor.Value, found);
        }
        foreach (var ((member, month), found) in _memberMonths)
        {
            if (found > limits.MemberMonthMinor)
                Breach("member and month", $"{member} {NameOf(month)}", limits.MemberMonthMinor!.Value, found);
        }
        if (limits.OfRevenue is not { } part)
            return;
        foreach (var ((vertical, product), total) in _products)
        {
            if (total.RevenueMinor > 0 && part.Of(total.RevenueMinor) is var most && total.CommissionMinor > most)
                Breach("margin", $"{vertical}/{product}", most, total.CommissionMinor);
        }
    }

    private static string NameOf(int month) => string.Create(CultureInfo.InvariantCulture, $"{month / 12:0000}-{(month % 12) + 1:00}");
}

/// <summary>One product's total.</summary>
/// <param name="Deals">Deals.</param>
/// <param name="CommissionMinor">All commission, the platform's part included.</param>
/// <param name="RevenueMinor">What was received.</param>
public readonly record struct ProductTotal(long Deals, long CommissionMinor, long RevenueMinor);

/// <summary>A limit that would be broken.</summary>
/// <param name="Kind">deal, month, member and month, or margin.</param>
/// <param name="Subject">Which.</param>
/// <param name="LimitMinor">The limit.</param>
/// <param name="FoundMinor">What it would be.</param>
public sealed record WhatIfBreach(string Kind, string Subject, long LimitMinor, long FoundMinor);

/// <summary>What a history would have cost.</summary>
public sealed record WhatIfTotals
{
    /// <summary>Settled deals.</summary>
    public required long Deals { get; init; }
    /// <summary>All commission, the platform's part included.</summary>
    public required long CommissionMinor { get; init; }
    /// <summary>The platform's part.</summary>
    public required long PlatformMinor { get; init; }
    /// <summary>Commission by vertical code.</summary>
    public required IReadOnlyDictionary<string, long> ByVertical { get; init; }
    /// <summary>By <c>VERTICAL/PRODUCT</c>.</summary>
    public required IReadOnlyDictionary<string, ProductTotal> ByProduct { get; init; }
    /// <summary>What each member is owed.</summary>
    public required IReadOnlyDictionary<ContactId, long> ByMember { get; init; }
    /// <summary>Commission by month, <c>2026-03</c>.</summary>
    public required IReadOnlyDictionary<string, long> ByMonth { get; init; }
    /// <summary>Deals that no commission could be calculated for, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Skipped { get; init; }
    /// <summary>The first <see cref="WhatIfTally.MaxBreaches"/> breaches.</summary>
    public required IReadOnlyList<WhatIfBreach> Breaches { get; init; }
    /// <summary>All breaches.</summary>
    public required long BreachCount { get; init; }

    /// <summary>Members whose total changes, the largest loss first.</summary>
    public static IReadOnlyList<MemberChange> WinnersAndLosers(WhatIfTotals before, WhatIfTotals after) =>
    [
        .. before.ByMember.Keys.Union(after.ByMember.Keys)
            .Select(member => new MemberChange(member, before.ByMember.GetValueOrDefault(member), after.ByMember.GetValueOrDefault(member)))
            .Where(change => change.DifferenceMinor != 0)
            .OrderBy(change => change.DifferenceMinor).ThenBy(change => change.Member.ToString(), StringComparer.Ordinal),
    ];
}

/// <summary>What a member would get under two sets of rules.</summary>
/// <param name="Member">Who.</param>
/// <param name="BeforeMinor">Under the first.</param>
/// <param name="AfterMinor">Under the second.</param>
public sealed record MemberChange(ContactId Member, long BeforeMinor, long AfterMinor)
{
    /// <summary>Positive for a winner.</summary>
    public long DifferenceMinor => AfterMinor - BeforeMinor;
}
