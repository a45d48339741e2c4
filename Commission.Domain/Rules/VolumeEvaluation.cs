namespace Commission.Domain.Rules;

/// <summary>The difference between what a contribution's split is now and what was credited so far.</summary>
internal static class VolumeEvaluation
{
    public static void Share(
        Component component, int index, long pool, CalculationFacts facts, VolumePosition volume, List<PartyAmount> into, CanonicalObject? step,
        List<CapCut>? cuts)
    {
        var plan = component.Terms.Split.PlanFor(facts.Payees);
        Span<long> parts = stackalloc long[plan.Weights.Length];
        Evaluation.Divide(component, index, plan, pool, volume, parts, cuts);
        var credited = new List<PartyCredit>(volume.Credited);
        for (var i = 0; i < parts.Length; i++)
        {
            var (party, payee) = (plan.Parties[i], Evaluation.PayeeOf(plan.Parties[i], facts));
            var known = credited.FindIndex(credit => credit.Party == party && credit.Payee == payee);
            var before = known < 0 ? 0 : credited[known].AmountMinor;
            if (known >= 0)
                credited.RemoveAt(known);
            if (parts[i] != before)
                into.Add(new PartyAmount(index, party, payee, parts[i] - before));
        }
        foreach (var credit in credited)
        {
            if (credit.AmountMinor != 0)
                into.Add(new PartyAmount(index, credit.Party, credit.Payee, -credit.AmountMinor));
        }
        step?.Add("credited", [.. volume.Credited.Select(credit => credit.ToCanonical())])
            .Add("contribution", volume.Contribution)
            .Add("poolBeforeMinor", volume.PoolBeforeMinor)
            .Add("split", Evaluation.ExplainShares(component, plan, pool, parts, facts)).Add("totalWeight", plan.Total);
    }
}
