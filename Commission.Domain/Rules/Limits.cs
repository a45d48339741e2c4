using Commission.Domain.Amounts;

namespace Commission.Domain.Rules;

/// <summary>
/// What is left of a pool: floors, the cap per deal, the caps of what accumulates, and the part that milestones have released, in
/// this order.
/// </summary>
internal static class Limits
{
    /// <summary>The pool that is split because of this event.</summary>
    public static long Of(Component component, in PoolInput input, long unlimited, CalculationEvent? happened) => happened switch
    {
        VolumePosition { Withdrawn: true } => 0,
        VolumePosition volume => Released(component, Entering(component, input, unlimited, volume, component.Stages.Count), happened),
        _ => Released(component, OfDeal(component, input, unlimited), happened),
    };

    /// <summary>What reaches a stage: the pool under the floors, the cap per deal and the caps of the stages before it.</summary>
    public static long Entering(Component component, in PoolInput input, long unlimited, VolumePosition place, int stage)
    {
        var pool = OfDeal(component, input, unlimited);
        for (var i = 0; i < stage; i++)
            pool = Capped(component.Stages[i].CapMinor, place.PoolBefore(i), pool);
        return pool;
    }

    /// <summary>What the cap per deal and the caps of what accumulates cut off.</summary>
    public static void Count(Component component, int index, in PoolInput input, long unlimited, CalculationEvent? happened, List<CapCut> cuts)
    {
        if (happened is VolumePosition { Withdrawn: true })
            return;
        var pool = OfDeal(component, input, unlimited);
        var floored = component.Terms.Floored(unlimited, input.Basis);
        Count(cuts, index, CapKind.Deal, Released(component, floored, happened), Released(component, pool, happened));
        for (var i = 0; happened is VolumePosition place && i < component.Stages.Count; i++)
        {
            var stage = component.Stages[i];
            var left = Capped(stage.CapMinor, place.PoolBefore(i), pool);
            Count(cuts, index, stage.Scope.Owner == VolumeOwner.Customer ? CapKind.Customer : CapKind.Period, pool, left);
            pool = left;
        }
    }

    private static void Count(List<CapCut> cuts, int index, CapKind cap, long before, long after)
    {
        if (before != after)
            cuts.Add(new CapCut(index, cap, Math.Abs(before - after)));
    }

    /// <summary>What a pool adds to the pools before it under a cap of their sum, in either direction.</summary>
    public static long Capped(long? cap, long before, long pool) =>
        cap is not { } most ? pool : Math.Clamp(checked(before + pool), -most, most) - Math.Clamp(before, -most, most);

    /// <summary>The part of an amount that the event's milestones release; all of it when there are none to reach.</summary>
    public static long Released(Component component, long amount, CalculationEvent? happened)
    {
        if (component.Terms.Milestones.Count == 0)
            return amount;
        var parts = Allocation.LargestRemainder(amount, component.Terms.MilestoneWeights);
        var sum = 0L;
        for (var i = 0; i < parts.Length; i++)
            sum += IsReached(component.Terms.Milestones[i].Name, happened) ? parts[i] : 0;
        return sum;
    }

    /// <summary>Whether there is more than one limit: then an explanation shows what each of them does.</summary>
    public static bool AreSeveral(Component component)
    {
        var terms = component.Terms;
        var found = (terms.FloorThresholdMinor is null ? 0 : 1) + (terms.FloorRaiseMinor is null ? 0 : 1) + (terms.Caps.DealMinor is null ? 0 : 1);
        return found + component.Stages.Count(stage => stage.CapMinor is not null) + (terms.Milestones.Count == 0 ? 0 : 1) > 1;
    }

    /// <summary>What each limit makes of the pool, in order.</summary>
    public static List<CanonicalObject> Explain(Component component, in PoolInput input, long unlimited, CalculationEvent? happened)
    {
        var (terms, place) = (component.Terms, happened as VolumePosition);
        var (steps, pool) = (new List<CanonicalObject>(), unlimited);
        pool = Step(steps, "floorThresholdMinor", terms.FloorThresholdMinor, pool, (terms with { FloorRaiseMinor = null, Caps = Caps.None }).Limit(unlimited, input.Basis));
        pool = Step(steps, "floorRaiseMinor", terms.FloorRaiseMinor, pool, (terms with { Caps = Caps.None }).Limit(unlimited, input.Basis));
        pool = Step(steps, "dealCapMinor", terms.Caps.DealMinor, pool, OfDeal(component, input, unlimited));
        for (var i = 0; place is { Withdrawn: false } && i < component.Stages.Count; i++)
        {
            var stage = component.Stages[i];
            var left = Capped(stage.CapMinor, place.PoolBefore(i), pool);
            pool = Step(steps, stage.Scope.Owner == VolumeOwner.Customer ? "customerCapMinor" : "periodCapMinor", stage.CapMinor, pool, left, place.PoolBefore(i));
        }
        if (terms.Milestones.Count > 0)
        {
            steps.Add(new CanonicalObject().Add("afterMinor", Of(component, input, unlimited, happened)).Add("beforeMinor", pool).Add("limit", "milestones")
                .Add("reached", [.. terms.Milestones.Select(share => share.Name).Where(name => IsReached(name, happened))]));
        }
        return steps;
    }

    private static long Step(List<CanonicalObject> steps, string limit, long? most, long before, long after, long? usedBefore = null)
    {
        if (most is not null)
            steps.Add(new CanonicalObject().Add("afterMinor", after).Add("amountMinor", most).Add("beforeMinor", before).Add("limit", limit).Add("poolsBeforeMinor", usedBefore));
        return after;
    }

    private static long OfDeal(Component component, in PoolInput input, long unlimited) =>
        Evaluation.Checked(component, component.Terms.Limit(unlimited, input.Basis));

    private static bool IsReached(string milestone, CalculationEvent? happened) => happened switch
    {
        MilestoneReached reached => reached.Name == milestone,
        VolumePosition volume => volume.Reached.Contains(milestone),
        _ => false,
    };
}
