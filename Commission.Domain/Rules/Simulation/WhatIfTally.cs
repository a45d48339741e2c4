using System.Globalization;
using System.Runtime.InteropServices;

namespace Commission.Domain.Rules.Simulation;

/// <summary>Adds amounts up by kind, vertical, product, member and month, and watches the limits.</summary>
internal sealed class WhatIfTally(WhatIfLimits limits)
{
    /// <summary>Breaches that are listed; the others are counted.</summary>
    public const int MaxBreaches = 1_000;

    /// <summary>Why an event cannot be compared that accrued nothing, long ago.</summary>
    public const string NotKept = "nothing of it was kept: it accrued nothing";

    private readonly Dictionary<(string Vertical, string Product), ProductTotal> _products = [];
    private readonly Dictionary<ContactId, long> _members = [];
    private readonly Dictionary<int, long> _months = [];
    private readonly Dictionary<(ContactId Member, int Month), long> _memberMonths = [];
    private readonly Dictionary<(string Vertical, string Product, string Component, CapKind Cap), (long Deals, long CutMinor, DealId Last)> _cuts = [];
    private readonly Dictionary<string, long> _skipped = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _notCompared = new(StringComparer.Ordinal);
    private readonly long[] _kinds = new long[Enum.GetValues<WhatIfKind>().Length];
    private readonly WorstBreaches _breaches = new(MaxBreaches);
    private long _deals;
    private long _laterEvents;
    private long _platform;

    public void Skip(string reason) => CollectionsMarshal.GetValueRefOrAddDefault(_skipped, reason, out _)++;

    public void NotCompare(string reason, long events)
    {
        if (events > 0)
            CollectionsMarshal.GetValueRefOrAddDefault(_notCompared, reason, out _) += events;
    }

    /// <summary>Adds one calculation; returns what its amounts add up to.</summary>
    public long Add(WhatIfKind kind, string vertical, string product, DateOnly on, List<PartyAmount> amounts, long revenueMinor)
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
        var isDeal = kind == WhatIfKind.Settlement;
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_products, (vertical, product), out _);
        known = new ProductTotal(known.Deals + (isDeal ? 1 : 0), checked(known.CommissionMinor + sum), checked(known.RevenueMinor + revenueMinor));
        _kinds[(int)kind] = checked(_kinds[(int)kind] + sum);
        _deals += isDeal ? 1 : 0;
        _laterEvents += isDeal || kind == WhatIfKind.Volume ? 0 : 1;
        return sum;
    }

    /// <summary>Adds what a cap cut. The cuts of one deal come together, except those of its payments in accumulators.</summary>
    public void Cut(string vertical, string product, string component, CapCut cut, DealId deal)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_cuts, (vertical, product, component, cut.Cap), out _);
        known = (known.Deals + (known.Last == deal ? 0 : 1), checked(known.CutMinor + cut.CutMinor), deal);
    }

    /// <summary>Holds all that a deal accrues against its limit.</summary>
    public void Judge(DealId deal, long sum)
    {
        if (sum > limits.DealMinor)
            _breaches.Add(new WhatIfBreach("deal", deal.ToString(), limits.DealMinor.Value, sum));
    }

    public WhatIfTotals Totals()
    {
        var months = _months.OrderBy(pair => pair.Key).ToDictionary(pair => NameOf(pair.Key), pair => pair.Value, StringComparer.Ordinal);
        var caps = Caps();
        FindBreaches(months, caps);
        return new WhatIfTotals
        {
            Deals = _deals,
            LaterEvents = _laterEvents,
            CommissionMinor = _months.Values.Sum(),
            PlatformMinor = _platform,
            ByKind = _kinds.Index().Where(kind => kind.Item != 0).ToDictionary(kind => (WhatIfKind)kind.Index, kind => kind.Item),
            ByVertical = _products.GroupBy(pair => pair.Key.Vertical, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value.CommissionMinor), StringComparer.Ordinal),
            ByProduct = _products.OrderBy(pair => pair.Key.Vertical, StringComparer.Ordinal).ThenBy(pair => pair.Key.Product, StringComparer.Ordinal)
                .ToDictionary(pair => $"{pair.Key.Vertical}/{pair.Key.Product}", pair => pair.Value, StringComparer.Ordinal),
            ByMember = new Dictionary<ContactId, long>(_members),
            ByMonth = months,
            Skipped = Sorted(_skipped),
            NotCompared = Sorted(_notCompared),
            Caps = caps,
            Breaches = _breaches.Worst(),
            BreachCount = _breaches.Count,
        };
    }

    private static Dictionary<string, long> Sorted(Dictionary<string, long> counts) =>
        counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    private CapTotal[] Caps() =>
    [
        .. _cuts.Select(cut => new CapTotal(cut.Key.Vertical, cut.Key.Product, cut.Key.Component, cut.Key.Cap, cut.Value.Deals, cut.Value.CutMinor))
            .OrderByDescending(cap => cap.CutMinor).ThenBy(cap => (cap.Vertical, cap.Product, cap.Component, cap.Cap).ToString(), StringComparer.Ordinal),
    ];

    private void FindBreaches(Dictionary<string, long> months, CapTotal[] caps)
    {
        foreach (var (month, found) in months)
        {
            if (found > limits.MonthMinor)
                _breaches.Add(new WhatIfBreach("month", month, limits.MonthMinor.Value, found));
        }
        foreach (var ((member, month), found) in _memberMonths)
        {
            if (found > limits.MemberMonthMinor)
                _breaches.Add(new WhatIfBreach("member and month", $"{member} {NameOf(month)}", limits.MemberMonthMinor!.Value, found));
        }
        foreach (var cap in caps.Where(cap => cap.CutMinor > limits.CapCutMinor))
        {
            var subject = $"{cap.Vertical}/{cap.Product} {cap.Component} per {cap.Cap.ToString().ToLowerInvariant()}";
            _breaches.Add(new WhatIfBreach("cap", subject, limits.CapCutMinor!.Value, cap.CutMinor));
        }
        if (limits.OfRevenue is not { } part)
            return;
        foreach (var ((vertical, product), total) in _products)
        {
            if (total.RevenueMinor > 0 && part.Of(total.RevenueMinor) is var most && total.CommissionMinor > most)
                _breaches.Add(new WhatIfBreach("margin", $"{vertical}/{product}", most, total.CommissionMinor));
        }
    }

    private static string NameOf(int month) => string.Create(CultureInfo.InvariantCulture, $"{month / 12:0000}-{(month % 12) + 1:00}");
}
