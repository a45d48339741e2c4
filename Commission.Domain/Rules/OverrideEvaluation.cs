using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Rules;

/// <summary>What the uplines get because of the referrer's sale or commission.</summary>
internal static class OverrideEvaluation
{
    public static void Run(
        ProductRules product, int index, OverrideComponent component, CalculationFacts facts, int start,
        List<PartyAmount> into, List<CanonicalObject>? steps, List<CapCut>? cuts)
    {
        var basis = component.Source is { } source
            ? PaidBelow(into, start, product.IndexOf(source))
            : facts.ValueOf(component.BasisName) ?? throw new InvalidOperationException($"The facts state no {component.BasisName}.");
        var exact = component.Exact(basis, facts.Payees);
        var pool = Evaluation.Checked(component, component.Terms.Limit(exact.Pool, basis));
        if (cuts is not null && component.Terms.Floored(exact.Pool, basis) is var floored && floored != pool)
            cuts.Add(new CapCut(index, CapKind.Deal, Math.Abs(floored - pool)));
        var input = new PoolInput(basis, basis, null, 0);
        if (component.TakenFrom is not { } payer)
        {
            var plan = component.Terms.Split.PlanFor(facts.Payees);
            Credit(
                component, index, pool, plan, facts, into,
                steps is null ? null : Added(steps, Evaluation.Step(component, input, exact, pool, facts.Event)), cuts);
            return;
        }
        pool = Take(into, start, product.IndexOf(payer), pool);
        var neutral = NeutralPlan(component, facts);
        var step = steps is null ? null : Added(steps, Evaluation.Step(component, input, exact, pool, facts.Event).Add("takenFrom", payer));
        if (pool != 0)
            Credit(component, index, pool, neutral, facts, into, step, cuts);
        else
            step?.Add("split", (IReadOnlyList<CanonicalObject>)[]).Add("totalWeight", neutral.Total);
    }

    private static CanonicalObject Added(List<CanonicalObject> steps, CanonicalObject step)
    {
        steps.Add(step);
        return step;
    }

    /// <summary>What the component pays the referrer; of another override, what it pays the uplines.</summary>
    private static long PaidBelow(List<PartyAmount> amounts, int start, int source)
    {
        var (toReferrer, toOthers) = (0L, 0L);
        for (var i = start; i < amounts.Count; i++)
        {
            if (amounts[i].Component != source || amounts[i].Party == Party.Platform)
                continue;
            if (amounts[i].Party == Party.Referrer)
                toReferrer += amounts[i].AmountMinor;
            else if (PartyNames.Uplines.Contains(amounts[i].Party))
                toOthers += amounts[i].AmountMinor;
        }
        return toReferrer != 0 ? toReferrer : toOthers;
    }

    /// <summary>Takes a pool out of what the payer component credits the referrer, at most all of it.</summary>
    private static long Take(List<PartyAmount> amounts, int start, int payer, long pool)
    {
        var at = amounts.FindIndex(start, amount => amount.Component == payer && amount.Party == Party.Referrer);
        if (at < 0)
            return 0;
        var paid = amounts[at].AmountMinor;
        var taken = paid >= 0 ? Math.Clamp(pool, 0, paid) : Math.Clamp(pool, paid, 0);
        if (taken == paid)
            amounts.RemoveAt(at);
        else
            amounts[at] = amounts[at] with { AmountMinor = paid - taken };
        return taken;
    }

    /// <summary>No second platform fee on what already bore one.</summary>
    private static SplitPlan NeutralPlan(OverrideComponent component, CalculationFacts facts)
    {
        var present = component.Terms.Split.Shares.Where(share => facts.Payees.ContainsKey(share.Party)).ToArray();
        return present.Length == 0
            ? component.Terms.Split.PlanFor(facts.Payees)
            : new SplitPlan([.. present.Select(share => share.Party)], [.. present.Select(share => share.Weight)]);
    }

    private static void Credit(
        OverrideComponent component, int index, long pool, SplitPlan plan, CalculationFacts facts, List<PartyAmount> into, CanonicalObject? step,
        List<CapCut>? cuts)
    {
        Span<long> parts = stackalloc long[plan.Weights.Length];
        Evaluation.Divide(component, index, plan, pool, facts.Event, parts, cuts);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] != 0)
                into.Add(new PartyAmount(index, plan.Parties[i], Evaluation.PayeeOf(plan.Parties[i], facts), parts[i]));
        }
        step?.Add("split", Evaluation.ExplainShares(component, plan, pool, parts, facts)).Add("totalWeight", plan.Total);
    }
}
