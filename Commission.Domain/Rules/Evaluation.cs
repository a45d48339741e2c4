using System.Globalization;
using Commission.Domain.Amounts;
using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Rules;

/// <summary>One component's pool, limits and split.</summary>
internal static class Evaluation
{
    /// <summary>Whether the component is calculated because of this event.</summary>
    public static bool Applies(ProductRules product, int index, CalculationEvent? happened)
    {
        var component = product.Components[index];
        return happened switch
        {
            null => product.MomentOf(index) == Moment.Settlement,
            MilestoneReached milestone => product.MomentOf(index) == Moment.Milestone && IndexOf(component, milestone.Name) >= 0,
            RevenueReceived revenue => product.MomentOf(index) == Moment.Revenue && PaysOn(Followed(product, index), revenue),
            TrailMonth trail => product.MomentOf(index) == Moment.Trail && Followed(product, index) is TrailComponent paid && paid.Pays(trail.Month),
            VolumePosition volume => component.Name == volume.Component,
            _ => false,
        };
    }

    /// <summary>Whether the facts must state the component's basis. At the settlement everything counts that is computed on the deal.</summary>
    public static bool Needs(ProductRules product, int index, CalculationEvent? happened) =>
        happened is TrailMonth or ClawedBack || product.Components[index] is TrailComponent ? false
        : happened is null ? product.MomentOf(index) is not (Moment.Revenue or Moment.Trail) && Followed(product, index) is not RecurringComponent
        : Applies(product, index, happened);

    private static bool PaysOn(Component component, RevenueReceived revenue) =>
        component is RecurringComponent recurring && recurring.On == revenue.Revenue && recurring.Pays(revenue.Month);

    /// <summary>The component that an override follows in the end.</summary>
    private static Component Followed(ProductRules product, int index)
    {
        var component = product.Components[index];
        while (component is OverrideComponent { DependsOn: { } source })
            component = product.Find(source)!;
        return component;
    }

    private static int IndexOf(Component component, string milestone)
    {
        for (var i = 0; i < component.Terms.Milestones.Count; i++)
        {
            if (component.Terms.Milestones[i].Name == milestone)
                return i;
        }
        return -1;
    }

    public static PoolInput InputOf(Component component, CalculationFacts facts)
    {
        var month = facts.Event switch
        {
            RevenueReceived revenue => revenue.Month,
            TrailMonth trail => trail.Month,
            VolumePosition volume => volume.Month,
            _ => 0,
        };
        var basis = facts.Event is TrailMonth paid && component is TrailComponent ? paid.BalanceMinor : Required(facts, component.BasisName);
        var band = ReferenceEquals(component.BandBasisName, component.BasisName) ? basis : Required(facts, component.BandBasisName);
        return new PoolInput(basis, band, facts.Event as VolumePosition, month);
    }

    private static long Required(CalculationFacts facts, string basis) =>
        facts.ValueOf(basis) ?? throw new InvalidOperationException($"The facts state no {basis}.");

    public static void Run(
        ProductRules product, int index, CalculationFacts facts, int start, List<PartyAmount> into, List<CanonicalObject>? steps, List<CapCut>? cuts)
    {
        var component = product.Components[index];
        if (component is OverrideComponent uplines)
        {
            OverrideEvaluation.Run(product, index, uplines, facts, start, into, steps, cuts);
            return;
        }
        var input = InputOf(component, facts);
        var exact = component.Exact(input);
        var pool = Pool(component, input, exact.Pool, facts.Event);
        if (cuts is not null && component.Terms.Caps.Any)
            Count(component, index, input, exact.Pool, facts.Event, cuts);
        var step = steps is null ? null : Step(component, input, exact, pool);
        if (step is not null)
            steps!.Add(step);
        if (facts.Event is VolumePosition volume)
            VolumeEvaluation.Share(component, index, pool, facts, volume, into, step, cuts);
        else
            Share(component, index, pool, facts, into, step, cuts);
    }

    /// <summary>After floors and caps, a milestone's part and what an accumulated cap leaves.</summary>
    private static long Pool(Component component, in PoolInput input, long unlimited, CalculationEvent? happened)
    {
        var pool = Checked(component, component.Terms.Limit(unlimited, input.Basis));
        if (happened is MilestoneReached milestone)
            pool = Released(component, pool, milestone.Name);
        if (happened is VolumePosition volume)
            pool = volume.Withdrawn ? 0 : Capped(component.Terms.Caps.AccumulatedMinor, volume.PoolBeforeMinor, pool);
        return pool;
    }

    /// <summary>What the cap per deal and the accumulated one cut off.</summary>
    private static void Count(Component component, int index, in PoolInput input, long unlimited, CalculationEvent? happened, List<CapCut> cuts)
    {
        var caps = component.Terms.Caps;
        var floored = component.Terms.Floored(unlimited, input.Basis);
        var pool = component.Terms.Limit(unlimited, input.Basis);
        if (happened is MilestoneReached milestone)
            (floored, pool) = (Released(component, floored, milestone.Name), Released(component, pool, milestone.Name));
        if (floored != pool)
            cuts.Add(new CapCut(index, CapKind.Deal, Math.Abs(floored - pool)));
        if (happened is VolumePosition { Withdrawn: false } volume && Capped(caps.AccumulatedMinor, volume.PoolBeforeMinor, pool) is var left && left != pool)
            cuts.Add(new CapCut(index, caps.PeriodMinor is null ? CapKind.Customer : CapKind.Period, Math.Abs(pool - left)));
    }

    /// <summary>A contribution's pool before the accumulated cap.</summary>
    public static long UncappedPool(Component component, in PoolInput input) =>
        Checked(component, component.Terms.Limit(component.Exact(input).Pool, input.Basis));

    /// <summary>What a pool adds to the pools before it under a cap of their sum, in either direction.</summary>
    public static long Capped(long? cap, long before, long pool) =>
        cap is not { } most ? pool : Math.Clamp(checked(before + pool), -most, most) - Math.Clamp(before, -most, most);

    private static long Released(Component component, long pool, string milestone)
    {
        var shares = component.Terms.Milestones;
        var denominator = shares.Max(share => share.Share.Denominator);
        var weights = shares.Select(share => share.Share.Units * (denominator / share.Share.Denominator)).ToArray();
        return Allocation.LargestRemainder(pool, weights)[IndexOf(component, milestone)];
    }

    public static long Checked(Component component, long pool) => pool is >= -Money.MaxMinor and <= Money.MaxMinor
        ? pool
        : throw new OverflowException($"The pool of {component.Name} is {pool}, beyond {Money.MaxMinor} minor units.");

    private static void Share(
        Component component, int index, long pool, CalculationFacts facts, List<PartyAmount> into, CanonicalObject? step, List<CapCut>? cuts)
    {
        var plan = component.Terms.Split.PlanFor(facts.Payees);
        Span<long> parts = stackalloc long[plan.Weights.Length];
        Divide(component, index, plan, pool, parts, cuts);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] != 0)
                into.Add(new PartyAmount(index, plan.Parties[i], PayeeOf(plan.Parties[i], facts), parts[i]));
        }
        step?.Add("split", ExplainShares(plan, pool, parts, facts)).Add("totalWeight", plan.Total);
    }

    /// <summary>The parts add up to the pool; only then the caps of single parties cut off what nobody gets.</summary>
    public static void Divide(Component component, int index, SplitPlan plan, long pool, Span<long> parts, List<CapCut>? cuts)
    {
        Allocation.LargestRemainder(pool, plan.Weights, parts);
        long sum = 0;
        foreach (var part in parts)
            sum += part;
        if (sum != pool)
            throw new InvalidOperationException($"The parts of {component.Name} add up to {sum}, not {pool}.");
        if (component.Terms.Caps.Parties.Count == 0)
            return;
        for (var i = 0; i < parts.Length; i++)
        {
            if (!component.Terms.Caps.Parties.TryGetValue(plan.Parties[i], out var most) || Math.Abs(parts[i]) <= most)
                continue;
            cuts?.Add(new CapCut(index, CapKind.Party, Math.Abs(parts[i]) - most));
            parts[i] = Math.Clamp(parts[i], -most, most);
        }
    }

    public static ContactId? PayeeOf(Party party, CalculationFacts facts) => party == Party.Platform ? null : facts.Payees[party];

    public static CanonicalObject[] ExplainShares(SplitPlan plan, long pool, ReadOnlySpan<long> parts, CalculationFacts facts)
    {
        var shares = new CanonicalObject[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            shares[i] = new CanonicalObject()
                .Add("amountMinor", parts[i])
                .Add("party", PartyNames.Of(plan.Parties[i]))
                .Add("payee", PayeeOf(plan.Parties[i], facts)?.ToString())
                .Add("remainder", (long)((Int128)Math.Abs(pool) * plan.Weights[i] % plan.Total))
                .Add("weight", plan.Weights[i]);
        }
        return shares;
    }

    public static CanonicalObject Step(Component component, in PoolInput input, in Exact exact, long pool)
    {
        var step = new CanonicalObject()
            .Add("agreementClause", component.Terms.AgreementClause)
            .Add("basis", component.BasisName)
            .Add("basisMinor", input.Basis)
            .Add("clause", component.Clause(input))
            .Add("component", component.Name)
            .Add("exactPool", string.Create(CultureInfo.InvariantCulture, $"{exact.Numerator}/{exact.Denominator}"))
            .Add("poolMinor", pool)
            .Add("rounding", "half away from zero, then largest remainder")
            .Add("shape", component.Shape);
        if (exact.Pool != pool)
            step.Add("unlimitedPoolMinor", exact.Pool).Add("limits", ExplainLimits(component.Terms));
        component.Explain(input, step);
        return step;
    }

    private static CanonicalObject ExplainLimits(ComponentTerms terms) => new CanonicalObject()
        .Add("accumulatedCapMinor", terms.Caps.AccumulatedMinor)
        .Add("dealCapMinor", terms.Caps.DealMinor)
        .Add("floorRaiseMinor", terms.FloorRaiseMinor)
        .Add("floorThresholdMinor", terms.FloorThresholdMinor)
        .Add("milestones", terms.Milestones.Count == 0 ? null : string.Join(", ", terms.Milestones.Select(share => $"{share.Name} {share.Share} %")));
}
