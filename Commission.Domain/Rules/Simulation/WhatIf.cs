using System.Runtime.InteropServices;
using Commission.Domain.Amounts;
using Commission.Domain.Rules.Volumes;

namespace Commission.Domain.Rules.Simulation;

/// <summary>One settled deal, or one later event of it, of the history.</summary>
/// <param name="Vertical">Vertical code.</param>
/// <param name="Subject">The deal, its client and its date.</param>
/// <param name="Facts">As signed.</param>
/// <param name="RevenueMinor">What the network received for it, for the margin; 0 when unknown.</param>
public sealed record WhatIfDeal(string Vertical, VolumeSubject Subject, CalculationFacts Facts, long RevenueMinor = 0);

/// <summary>Limits that the user sets; null for none.</summary>
/// <param name="DealMinor">Commission of one deal.</param>
/// <param name="MemberMonthMinor">What one member gets in one month.</param>
/// <param name="MonthMinor">Cash flow: commission of one month.</param>
/// <param name="OfRevenue">Margin: commission of a product as a part of its revenue.</param>
public sealed record WhatIfLimits(long? DealMinor = null, long? MemberMonthMinor = null, long? MonthMinor = null, Rate? OfRevenue = null)
{
    /// <summary>No limits.</summary>
    public static WhatIfLimits None { get; } = new();
}

/// <summary>
/// Runs rules over a history of any length: deals stream in, totals come out, and memory grows with members and months, not
/// with deals; only deals of accumulating components are kept until the end.
/// </summary>
/// <param name="rulesOf">The document that decides a deal, or null when none does: the pinned one, or a candidate.</param>
/// <param name="limits">What the user wants to know about.</param>
public sealed class WhatIf(Func<WhatIfDeal, RuleSetDocument?> rulesOf, WhatIfLimits limits)
{
    private readonly List<PartyAmount> _amounts = new(16);
    private readonly WhatIfTally _tally = new(limits);
    private readonly Dictionary<VolumeKey, PendingVolume> _pending = [];

    private sealed record PendingVolume(RuleSetDocument Document, string Vertical, string Product, List<VolumeContribution> Contributions);

    /// <summary>Adds deals, in any order.</summary>
    public void Add(ReadOnlySpan<WhatIfDeal> deals)
    {
        foreach (var deal in deals)
            Add(deal);
    }

    /// <summary>Adds one deal.</summary>
    public void Add(WhatIfDeal deal)
    {
        var facts = deal.Facts;
        if (rulesOf(deal) is not { } document || !document.Products.TryGetValue(facts.Product, out var product))
        {
            _tally.Skip("no rules cover it");
            return;
        }
        if (Calculator.MissingBasis(document, facts) is { } missing)
        {
            _tally.Skip($"the facts state no {missing}");
            return;
        }
        _amounts.Clear();
        Calculator.Amounts(document, facts, _amounts);
        _tally.Add(deal.Vertical, facts.Product, deal.Subject.Deal, deal.Subject.On, _amounts, deal.RevenueMinor, isDeal: facts.Event is null);
        if (product.HasVolume)
            Accumulate(document, deal);
    }

    private void Accumulate(RuleSetDocument document, WhatIfDeal deal)
    {
        foreach (var (key, contribution) in VolumeContributions.Of(document, deal.Subject, deal.Facts))
            Accumulate(_pending, key, contribution, new PendingVolume(document, deal.Vertical, deal.Facts.Product, []));
    }

    private static void Accumulate(Dictionary<VolumeKey, PendingVolume> into, VolumeKey key, VolumeContribution contribution, PendingVolume empty)
    {
        ref var pending = ref CollectionsMarshal.GetValueRefOrAddDefault(into, key, out _);
        pending ??= empty;
        pending.Contributions.Add(contribution);
    }

    /// <summary>Calculates what accumulates, and gives the totals. Nothing can be added afterwards.</summary>
    public WhatIfTotals Complete()
    {
        for (var stage = _pending; stage.Count > 0;)
        {
            var next = new Dictionary<VolumeKey, PendingVolume>();
            foreach (var (key, pending) in stage)
                Sweep(key, pending, next);
            stage = next;
        }
        _pending.Clear();
        return _tally.Totals();
    }

    /// <summary>One accumulator; what goes on to another one waits there until all of its kind are through.</summary>
    private void Sweep(VolumeKey key, PendingVolume pending, Dictionary<VolumeKey, PendingVolume> next)
    {
        var component = pending.Document.Products[pending.Product].Find(key.Component)!;
        pending.Contributions.Sort((one, other) => one.Id == other.Id ? 0 : VolumeMachine.IsBefore(one, other) ? -1 : 1);
        var sweep = new VolumeSweep(component, key.Stage, pending.Contributions.Sum(contribution => contribution.BandValue));
        foreach (var contribution in pending.Contributions)
        {
            var (position, _) = sweep.Next(contribution, []);
            if (contribution.Onward.Length > 0)
            {
                Accumulate(next, contribution.Onward[0], VolumeMachine.Onward(contribution, position), pending with { Contributions = [] });
                continue;
            }
            _amounts.Clear();
            Calculator.Amounts(
                pending.Document, VolumeContributions.FactsOf(pending.Document, pending.Product, component, contribution, position), _amounts);
            _tally.Add(pending.Vertical, pending.Product, contribution.Deal, contribution.On, _amounts, 0, isDeal: false);
        }
    }
}
