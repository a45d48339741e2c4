using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Rules.Volumes;

/// <summary>What a deal is, besides its facts, to the accumulators.</summary>
/// <param name="Deal">The deal.</param>
/// <param name="Client">Its client.</param>
/// <param name="On">The date that the commission is accrued for: of the outcome, or of the revenue.</param>
/// <param name="Revision">0, or higher for a correction.</param>
/// <param name="Withdrawn">Whether the deal's contributions are to be taken out.</param>
public sealed record VolumeSubject(DealId Deal, ContactId Client, DateOnly On, int Revision = 0, bool Withdrawn = false)
{
    /// <summary>The milestones that the deal has reached.</summary>
    public IReadOnlyList<string> Reached { get; init; } = [];
}

/// <summary>Finds the accumulators that a completed deal or its revenue belongs to.</summary>
public static class VolumeContributions
{
    /// <summary>
    /// The contributions of a settlement, or of the revenue that the facts' event states, one for each accumulating
    /// component. A correction that moves a deal to another period needs a withdrawal there first.
    /// </summary>
    public static IReadOnlyList<RecordContribution> Of(RuleSetDocument document, VolumeSubject subject, CalculationFacts facts)
    {
        var product = document.Products[facts.Product];
        var contributions = new List<RecordContribution>();
        for (var i = 0; i < product.Components.Count; i++)
        {
            var component = product.Components[i];
            if (product.MomentOf(i) != Moment.Volume || !IsMeant(component, facts.Event))
                continue;
            if (component.Accumulates!.PeriodOf(subject.On) is not { } period)
                continue;
            VolumeKey[] keys = [.. component.Stages.Select((stage, i) => new VolumeKey(
                document.Hash, document.Vertical, facts.Product, component.Name, OwnerOf(stage.Scope.Owner, subject, facts),
                i == 0 ? period : stage.Scope.PeriodOf(subject.On)!, i))];
            contributions.Add(new RecordContribution(keys[0], Contribution(component, subject, facts) with { Onward = keys[1..] }));
        }
        return contributions;
    }

    private static bool IsMeant(Component component, CalculationEvent? happened) => happened switch
    {
        null => component is not RevenueComponent,
        RevenueReceived revenue => component is RevenueComponent paid && paid.PaysOn(revenue),
        _ => false,
    };

    private static string OwnerOf(VolumeOwner owner, VolumeSubject subject, CalculationFacts facts)
    {
        switch (owner)
        {
            case VolumeOwner.Customer:
                return subject.Client.ToString();
            case VolumeOwner.Deal:
                return subject.Deal.ToString();
            case VolumeOwner.Network:
                foreach (var party in PartyNames.Uplines.Reverse())
                {
                    if (facts.Payees.TryGetValue(party, out var upline))
                        return upline.ToString();
                }
                break;
            default:
                break;
        }
        return facts.Payees.TryGetValue(Party.Referrer, out var referrer) ? referrer.ToString() : "nobody";
    }

    private static VolumeContribution Contribution(Component component, VolumeSubject subject, CalculationFacts facts)
    {
        var input = Evaluation.InputOf(component, facts);
        var id = facts.Event is RevenueReceived revenue ? $"{subject.Deal}/{revenue.Key}" : subject.Deal.ToString();
        RolePayee[] payees = [.. facts.Payees.OrderBy(payee => payee.Key).Select(payee => new RolePayee(payee.Key, payee.Value))];
        return new VolumeContribution(id, subject.Deal, subject.On, input.Basis, input.BandValue, input.Month, payees, subject.Revision, subject.Withdrawn)
        {
            Reached = [.. component.Terms.Milestones.Select(milestone => milestone.Name).Where(subject.Reached.Contains)],
        };
    }

    /// <summary>All that a contribution's commission depends on, so that it can be replayed without the accumulator.</summary>
    internal static CalculationFacts FactsOf(
        RuleSetDocument document, string product, Component component, VolumeContribution contribution, VolumePosition position)
    {
        var bases = new Dictionary<string, long>(StringComparer.Ordinal);
        var value = 0L;
        State(component.BasisName, contribution.Basis);
        State(component.BandBasisName, contribution.BandValue);
        return new CalculationFacts(product, document.Currency, value, bases, contribution.Payees.ToDictionary(payee => payee.Party, payee => payee.Contact))
        {
            Event = position,
        };

        void State(string basis, long amount)
        {
            if (basis == Basis.DealValue)
                value = amount;
            else if (basis != Basis.Deal)
                bases[basis] = amount;
        }
    }
}
