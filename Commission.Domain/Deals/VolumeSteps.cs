using Commission.Domain.Amounts;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;

namespace Commission.Domain.Deals;

/// <summary>What a deal tells accumulators, as it stands: with the milestones that it has reached, less what clawbacks took. Pure.</summary>
internal static class VolumeSteps
{
    /// <summary>All that the deal ever told them, under its present revision.</summary>
    public static IEnumerable<RecordContribution> Stated(DealState state, LaterState later, RuleSetDocument rules)
    {
        var settlement = DealMachine.CalculationFactsOf(state);
        var first = VolumeContributions.Of(rules, Subject(state, later, DealMachine.CompletedOn(state)), settlement);
        var payments = later.Payments.SelectMany(payment => VolumeContributions.Of(
            rules, Subject(state, later, payment.On), settlement with { Event = payment.Event(state.SettledOn) }));
        return first.Concat(payments).Select(stated =>
            later.Taken.FirstOrDefault(part => part.Component == stated.Key.Component) is { } taken
                ? Left(stated, taken, rules.Products[state.Product], rules)
                : stated);
    }

    private static VolumeSubject Subject(DealState state, LaterState later, DateOnly on) =>
        new(state.Id, state.Client, on, later.Revision) { Reached = later.Milestones };

    /// <summary>The contribution without the part that is taken; what counts things counts whole, until all of it is taken.</summary>
    private static RecordContribution Left(RecordContribution stated, TakenPart part, ProductRules product, RuleSetDocument rules)
    {
        var component = product.Find(part.Component)!;
        long Of(long value, string basis) => Basis.IsCount(basis) || rules.DeclaredBases.GetValueOrDefault(basis)
            ? value
            : value - Rounding.HalfAwayFromZero((Int128)value * part.Numerator, part.Denominator);
        var contribution = stated.Contribution;
        return stated with
        {
            Contribution = contribution with
            {
                Basis = Of(contribution.Basis, component.BasisName),
                BandValue = Of(contribution.BandValue, component.BandBasisName),
                Withdrawn = part.Numerator >= part.Denominator,
            },
        };
    }
}
