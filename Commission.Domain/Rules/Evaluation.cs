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
            RevenueReceived revenue => product.MomentOf(index) == Moment.Revenue && Followed(product, index) is RevenueComponent paid && paid.PaysOn(revenue),
            TrailMonth trail => product.MomentOf(index) == Moment.Trail && Followed(product, index) is TrailComponent monthly && monthly.Pays(trail.Month),
            VolumePosition volume => component.Name == volume.Component,
            _ => false,
        };
    }

    /// <summary>Whether the facts must state the component's basis. At the settlement everything counts that is computed on the deal.</summary>
    public static bool Needs(ProductRules product, int index, CalculationEvent? happened) =>
        happened is TrailMonth or ClawedBack || product.Components[index] is TrailComponent ? false
        : happened is null ? product.MomentOf(index) is not (Moment.Revenue or Moment.Trail) && Followed(product, index) is not RevenueComponent
        : Applies(product, index, happened);

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
        var pool = Limits.Of(component, input, exact.Pool, facts.Event);
        if (cuts is not null && component.Terms.Caps.Any)
            Limits.Count(component, index, input, exact.Pool, facts.Event, cuts);
        var step = steps is null ? null : Step(component, input, exact, pool, facts.Event);
        if (step is not null)
            steps!.Add(step);
        if (facts.Event is VolumePosition volume)
            VolumeEvaluation.Share(component, index, pool, facts, volume, into, step, cuts);
        else
            Share(component, index, pool, facts, into, step, cuts);
    }

    public static long Checked(Component component, long pool) => pool is >= -Money.MaxMinor and <= Money.MaxMinor
        ? pool
        : throw new OverflowException($"The pool of {component.Name} is {pool}, beyond {Money.MaxMinor} minor units.");

    private static void Share(
        Component component, int index, long pool, CalculationFacts facts, List<PartyAmount> into, CanonicalObject? step, List<CapCut>? cuts)
    {
        var plan = component.Terms.Split.PlanFor(facts.Payees);
        Span<long> parts = stackalloc long[plan.Weights.Length];
        Divide(component, index, plan, pool, facts.Event, parts, cuts);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] != 0)
                into.Add(new PartyAmount(index, plan.Parties[i], PayeeOf(plan.Parties[i], facts), parts[i]));
        }
        step?.Add("split", ExplainShares(component, plan, pool, parts, facts)).Add("totalWeight", plan.Total);
    }

    /// <summary>
    /// The parts add up to the pool; only then the caps of single parties cut off what nobody gets. A cap is of the whole deal:
    /// of a part that milestones release, the same part of the cap.
    /// </summary>
    public static void Divide(
        Component component, int index, SplitPlan plan, long pool, CalculationEvent? happened, Span<long> parts, List<CapCut>? cuts)
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
            if (CapOf(component, plan.Parties[i], happened) is not { } most || Math.Abs(parts[i]) <= most)
                continue;
            cuts?.Add(new CapCut(index, CapKind.Party, Math.Abs(parts[i]) - most));
            parts[i] = Math.Clamp(parts[i], -most, most);
        }
    }

    private static long? CapOf(Component component, Party party, CalculationEvent? happened) =>
        component.Terms.Caps.Parties.TryGetValue(party, out var most) ? Limits.Released(component, most, happened) : null;

    public static ContactId? PayeeOf(Party party, CalculationFacts facts) => party == Party.Platform ? null : facts.Payees[party];

    public static CanonicalObject[] ExplainShares(Component component, SplitPlan plan, long pool, ReadOnlySpan<long> parts, CalculationFacts facts)
    {
        var shares = new CanonicalObject[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var cap = CapOf(component, plan.Parties[i], facts.Event);
            shares[i] = new CanonicalObject()
                .Add("amountMinor", parts[i])
                .Add("capMinor", cap)
                .Add("party", PartyNames.Of(plan.Parties[i]))
                .Add("payee", PayeeOf(plan.Parties[i], facts)?.ToString())
                .Add("remainder", (long)((Int128)Math.Abs(pool) * plan.Weights[i] % plan.Total))
                .Add("weight", plan.Weights[i]);
        }
        return shares;
    }

    public static CanonicalObject Step(Component component, in PoolInput input, in Exact exact, long pool, CalculationEvent? happened)
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
        if (Limits.AreSeveral(component))
            step.Add("limitSteps", Limits.Explain(component, input, exact.Pool, happened));
        component.Explain(input, step);
        return step;
    }

    private static CanonicalObject ExplainLimits(ComponentTerms terms) => new CanonicalObject()
        .Add("accumulatedCapMinor", terms.Caps.PeriodMinor ?? terms.Caps.CustomerMinor)
        .Add("customerCapMinor", terms.Caps.PeriodMinor is null ? null : terms.Caps.CustomerMinor)
        .Add("dealCapMinor", terms.Caps.DealMinor)
        .Add("floorRaiseMinor", terms.FloorRaiseMinor)
        .Add("floorThresholdMinor", terms.FloorThresholdMinor)
        .Add("milestones", terms.Milestones.Count == 0 ? null : string.Join(", ", terms.Milestones.Select(share => $"{share.Name} {share.Share} %")));
}
