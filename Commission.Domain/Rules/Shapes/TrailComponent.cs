using Commission.Domain.Amounts;
using Commission.Domain.Rules.Wording;

namespace Commission.Domain.Rules.Shapes;

/// <summary>A yearly percentage of a balance, by month, with a rate for each year of the deal's life; the last one stays.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="BasisName">The balance.</param>
/// <param name="YearlyRates">Per annum, for year 1, 2, 3 …</param>
/// <param name="FromMonth">The first month that pays, 1 for the first of the deal's life.</param>
/// <param name="Months">How many months pay, or null for the deal's life.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record TrailComponent(
    string Name, string BasisName, IReadOnlyList<Rate> YearlyRates, int FromMonth, int? Months, ComponentTerms Terms)
    : Component(Name, BasisName, Terms)
{
    /// <inheritdoc />
    public override string Shape => "trail";

    /// <inheritdoc />
    public override Moment Moment => Moment.Trail;

    internal override Rate? HighestRate => YearlyRates.MaxBy(rate => (Int128)rate.Units * 1_000_000_000 / rate.Denominator);

    internal bool Pays(int month) => month >= FromMonth && (Months is null || month < FromMonth + Months);

    private Rate RateOf(int month) => YearlyRates[Math.Min((Math.Max(month, 1) - 1) / 12, YearlyRates.Count - 1)];

    internal override Exact Exact(in PoolInput input)
    {
        var rate = RateOf(input.Month);
        return Pays(input.Month) ? Rules.Exact.Of((Int128)input.Basis * rate.Units, (Int128)rate.Denominator * 12) : Rules.Exact.Nothing;
    }

    internal override string Clause(in PoolInput input) => $"{RateOf(input.Month)} % per annum of {BasisName}, one twelfth a month";

    internal override void Explain(in PoolInput input, CanonicalObject step) =>
        step.Add("month", input.Month).Add("ratePercentPerYear", RateOf(input.Month).ToString());

    internal override string InWords(Phrases phrases)
    {
        var rates = Phrases.ByYear([.. YearlyRates.Select(rate => $"{rate} % per annum")]);
        return $"every month one twelfth of {rates} of {Phrases.BasisOf(BasisName)}, {Phrases.MonthsOf(FromMonth, Months, "for as long as the balance lasts")}";
    }
}
