using System.Runtime.InteropServices;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Rules.Volumes;

namespace Commission.Domain.Rules.Simulation;

/// <summary>One settled deal of the history.</summary>
/// <param name="Vertical">Vertical code.</param>
/// <param name="Subject">The deal, its client and its date.</param>
/// <param name="Facts">As signed.</param>
/// <param name="RevenueMinor">What was stated as revenue at the settlement, for the margin; 0 when nothing was.</param>
public sealed record WhatIfDeal(string Vertical, VolumeSubject Subject, CalculationFacts Facts, long RevenueMinor = 0)
{
    /// <summary>The version that decided it.</summary>
    public Hash Pinned { get; init; }

    /// <summary>A completed deal as it is stored.</summary>
    public static WhatIfDeal Of(DealState state)
    {
        var facts = DealMachine.CalculationFactsOf(state);
        var revenue = facts.OtherBases.GetValueOrDefault(Basis.CommissionReceived) + facts.OtherBases.GetValueOrDefault(Basis.Invoice)
            + facts.OtherBases.GetValueOrDefault(Basis.Premium);
        return new WhatIfDeal(state.Vertical, new VolumeSubject(state.Id, state.Client, DealMachine.CompletedOn(state)), facts, revenue)
        {
            Pinned = state.RuleHash,
        };
    }
}

/// <summary>Limits that the user sets; null for none.</summary>
/// <param name="DealMinor">Commission of one deal, all that it ever accrues.</param>
/// <param name="MemberMonthMinor">What one member gets in one month.</param>
/// <param name="MonthMinor">Cash flow: commission of one month.</param>
/// <param name="OfRevenue">Margin: commission of a product as a part of its revenue.</param>
/// <param name="CapCutMinor">What one cap of the rules may cut off in all.</param>
public sealed record WhatIfLimits(
    long? DealMinor = null, long? MemberMonthMinor = null, long? MonthMinor = null, Rate? OfRevenue = null, long? CapCutMinor = null)
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
    private readonly List<CapCut> _cuts = [];
    private readonly WhatIfTally _tally = new(limits);
    private readonly Dictionary<VolumeKey, PendingVolume> _pending = [];
    private readonly Dictionary<DealId, long> _unfinished = [];

    private sealed record PendingVolume(RuleSetDocument Document, string Vertical, string Product, List<VolumeContribution> Contributions);

    /// <summary>Adds deals to which nothing happened since, in any order.</summary>
    public void Add(ReadOnlySpan<WhatIfDeal> deals)
    {
        foreach (var deal in deals)
            Add(deal);
    }

    /// <summary>Adds one deal to which nothing happened since its completion.</summary>
    public void Add(WhatIfDeal deal)
    {
        if (Settle(deal, out var sum) is not { } document)
            return;
        if (document.Products[deal.Facts.Product].HasVolume)
            Accumulate(document, deal, VolumeContributions.Of(document, deal.Subject, deal.Facts), sum);
        else
            _tally.Judge(deal.Subject.Deal, sum);
    }

    /// <summary>Adds one deal with all that happened since: its own machine decides every event again, under these rules.</summary>
    /// <param name="deal">The deal.</param>
    /// <param name="state">As it is stored.</param>
    /// <param name="history">What happened.</param>
    public void Add(WhatIfDeal deal, DealState state, LaterHistory history)
    {
        if (Settle(deal, out var sum) is not { } document)
            return;
        _tally.NotCompare(WhatIfTally.NotKept, history.NotKept);
        var contributions = VolumeContributions.Of(document, deal.Subject, deal.Facts)
            .ToDictionary(one => (one.Key, one.Contribution.Id));
        var (now, facts) = (state with { RuleHash = document.Hash, Later = null }, new DealFacts { RuleSet = document });
        foreach (var command in history.Commands)
        {
            var decision = DealMachine.Decide(now, command, facts, LongAfter);
            if (decision.Refusal is { } refusal)
                _tally.NotCompare(refusal.Code, 1);
            foreach (var later in decision.Events.OfType<LaterRecorded>())
            {
                sum += Count(document, deal, later, command);
                foreach (var contribution in later.Contributions)
                    contributions[(contribution.Key, contribution.Contribution.Id)] = contribution;
                now = DealMachine.Evolve(now, later);
            }
        }
        Accumulate(document, deal, contributions.Values, sum);
    }

    /// <summary>After every event: dates were checked when the events were recorded.</summary>
    private static DateTimeOffset LongAfter { get; } = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The settlement itself; null when the rules do not cover it.</summary>
    private RuleSetDocument? Settle(WhatIfDeal deal, out long sum)
    {
        var facts = deal.Facts;
        sum = 0;
        if (rulesOf(deal) is not { } document || !document.Products.TryGetValue(facts.Product, out var product))
        {
            _tally.Skip("no rules cover it");
            return null;
        }
        if (Calculator.MissingBasis(document, facts) is { } missing)
        {
            _tally.Skip($"the facts state no {missing}");
            return null;
        }
        _amounts.Clear();
        if (product.HasCaps)
            Cut(document, deal.Vertical, deal.Subject.Deal, facts);
        else
            Calculator.Amounts(document, facts, _amounts);
        sum = _tally.Add(WhatIfKind.Settlement, deal.Vertical, facts.Product, deal.Subject.On, _amounts, deal.RevenueMinor);
        return document;
    }

    /// <summary>Calculates with a look at what caps cut off.</summary>
    private void Cut(RuleSetDocument document, string vertical, DealId deal, CalculationFacts facts)
    {
        _cuts.Clear();
        Calculator.Amounts(document, facts, _amounts, _cuts);
        foreach (var cut in _cuts)
            _tally.Cut(vertical, facts.Product, document.Products[facts.Product].Components[cut.Component].Name, cut, deal);
    }

    /// <summary>What one later event accrues or takes back.</summary>
    private long Count(RuleSetDocument document, WhatIfDeal deal, LaterRecorded later, DealCommand command)
    {
        _amounts.Clear();
        foreach (var accrual in later.Calculation.Accruals)
            _amounts.Add(new PartyAmount(0, accrual.Party, accrual.Payee, accrual.AmountMinor));
        var sum = _tally.Add(KindOf(command), deal.Vertical, deal.Facts.Product, later.EffectiveOn, _amounts, RevenueOf(command));
        if (document.Products[deal.Facts.Product].HasCaps && CalculationFactsReader.Read(later.Calculation.Facts).Facts is { } facts)
            Cut(document, deal.Vertical, deal.Subject.Deal, facts);
        return sum;
    }

    private static WhatIfKind KindOf(DealCommand command) => command switch
    {
        RecordMilestone => WhatIfKind.Milestone,
        RecordClawback => WhatIfKind.Clawback,
        PayTrail => WhatIfKind.Trail,
        _ => WhatIfKind.Revenue,
    };

    private static long RevenueOf(DealCommand command) =>
        command is RecordRevenue { Kind: not (RevenueKind.Balance or RevenueKind.Consumption) } revenue ? revenue.Amount.Minor : 0;

    /// <summary>Keeps what accumulators count until all of it is known; a deal that none counts is finished.</summary>
    private void Accumulate(RuleSetDocument document, WhatIfDeal deal, IEnumerable<RecordContribution> contributions, long sum)
    {
        var counts = false;
        foreach (var (key, contribution) in contributions)
        {
            if (contribution.Withdrawn)
                continue;
            counts = true;
            Wait(_pending, key, contribution, new PendingVolume(document, deal.Vertical, deal.Facts.Product, []));
        }
        if (counts && limits.DealMinor is not null)
            _unfinished[deal.Subject.Deal] = sum;
        else
            _tally.Judge(deal.Subject.Deal, sum);
    }

    private static void Wait(Dictionary<VolumeKey, PendingVolume> into, VolumeKey key, VolumeContribution contribution, PendingVolume like)
    {
        ref var pending = ref CollectionsMarshal.GetValueRefOrAddDefault(into, key, out _);
        pending ??= like with { Contributions = [] };
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
        foreach (var (deal, sum) in _unfinished)
            _tally.Judge(deal, sum);
        _pending.Clear();
        _unfinished.Clear();
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
                Wait(next, contribution.Onward[0], VolumeMachine.Onward(contribution, position), pending);
                continue;
            }
            var facts = VolumeContributions.FactsOf(pending.Document, pending.Product, component, contribution, position);
            _amounts.Clear();
            Cut(pending.Document, pending.Vertical, contribution.Deal, facts);
            var sum = _tally.Add(WhatIfKind.Volume, pending.Vertical, pending.Product, contribution.On, _amounts, 0);
            if (limits.DealMinor is not null)
                CollectionsMarshal.GetValueRefOrAddDefault(_unfinished, contribution.Deal, out _) += sum;
        }
    }
}
