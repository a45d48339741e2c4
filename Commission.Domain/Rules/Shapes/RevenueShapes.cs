using Commission.Domain.Amounts;
using Commission.Domain.Rules.Wording;

namespace Commission.Domain.Rules.Shapes;

/// <summary>What is paid on revenue, report by report, from a month of the deal's life on.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="On">The revenue that it is paid on.</param>
/// <param name="BasisName">The basis that the revenue states.</param>
/// <param name="FromMonth">The first month that pays, 1 for the first of the deal's life.</param>
/// <param name="Terms">What every shape can have.</param>
public abstract record RevenueComponent(string Name, RevenueKind On, string BasisName, int FromMonth, ComponentTerms Terms)
    : Component(Name, BasisName, Terms)
{
    /// <inheritdoc />
    public override Moment Moment => Accumulates is null ? Moment.Revenue : Moment.Volume;

    internal virtual bool Pays(int month) => month >= FromMonth;

    /// <summary>Whether this revenue is paid on.</summary>
    internal bool PaysOn(RevenueReceived revenue) => On == revenue.Revenue && Pays(revenue.Month);
}

/// <summary>A percentage of each payment, for a number of payments or months, then a later rate or nothing.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="On">The revenue that it is paid on.</param>
/// <param name="BasisName">The basis that the revenue states.</param>
/// <param name="Rate">At first.</param>
/// <param name="Payments">So many payments, or null.</param>
/// <param name="Months">Within so many months from <paramref name="FromMonth"/>, or null.</param>
/// <param name="FromMonth">The first month that pays, 1 for the first of the deal's life.</param>
/// <param name="LaterRate">Afterwards, or null for nothing.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record RecurringComponent(
    string Name, RevenueKind On, string BasisName, Rate Rate, int? Payments, int? Months, int FromMonth, Rate? LaterRate, ComponentTerms Terms)
    : RevenueComponent(Name, On, BasisName, FromMonth, Terms)
{
    /// <inheritdoc />
    public override string Shape => "recurring";

    /// <summary>Payments are counted in order of their dates, which a late one changes: the deal's accumulator counts them.</summary>
    protected override VolumeScope? OwnScope => Payments is null ? null : VolumeScope.OfDeal;

    internal override Rate? HighestRate => Rate;

    private Rate? RateOf(in PoolInput input)
    {
        if (!Pays(input.Month))
            return null;
        var isEarly = (Payments is null || (input.Volume?.Index ?? 0) < Payments) && (Months is null || input.Month < FromMonth + Months);
        return isEarly ? Rate : LaterRate;
    }

    internal override Exact Exact(in PoolInput input) =>
        RateOf(input) is { } rate ? Rules.Exact.Of((Int128)input.Basis * rate.Units, rate.Denominator) : Rules.Exact.Nothing;

    internal override string Clause(in PoolInput input) =>
        RateOf(input) is { } rate ? $"{rate} % of {BasisName} of this payment" : $"nothing of {BasisName} of this payment";

    internal override void Explain(in PoolInput input, CanonicalObject step)
    {
        step.Add("month", input.Month).Add("ratePercent", RateOf(input)?.ToString());
        if (Payments is not null)
            step.Add("payment", (input.Volume?.Index ?? 0) + 1L);
    }

    internal override string InWords(Phrases phrases)
    {
        var limits = new List<string>();
        if (FromMonth > 1)
            limits.Add($"from month {FromMonth} on");
        if (Payments is not null)
            limits.Add($"for {Payments} payment{(Payments == 1 ? "" : "s")}");
        if (Months is not null)
            limits.Add($"for {Months} months");
        if (Payments is null && Months is null)
            limits.Add("for as long as there are payments");
        var later = LaterRate is { } rate ? $", later {rate} %" : "";
        return $"{Rate} % of {Phrases.BasisOf(BasisName)} of each {RevenueKinds.Of(On)}, {string.Join(", ", limits)}{later}";
    }
}

/// <summary>An amount for each unit of consumption that is reported, with a price for each year of the deal's life; the last one stays.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="YearlyPrices">Minor units per unit, for year 1, 2, 3 …</param>
/// <param name="FromMonth">The first month that pays, 1 for the first of the deal's life.</param>
/// <param name="Months">How many months pay, or null for the deal's life.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record UnitTrailComponent(
    string Name, IReadOnlyList<Price> YearlyPrices, int FromMonth, int? Months, ComponentTerms Terms)
    : RevenueComponent(Name, RevenueKind.Consumption, Basis.Consumption, FromMonth, Terms)
{
    /// <inheritdoc />
    public override string Shape => "unit_trail";

    internal override bool Pays(int month) => base.Pays(month) && (Months is null || month < FromMonth + Months);

    private Price PriceOf(int month) => YearlyPrices[Math.Min((Math.Max(month, 1) - 1) / 12, YearlyPrices.Count - 1)];

    internal override Exact Exact(in PoolInput input)
    {
        var price = PriceOf(input.Month);
        return Pays(input.Month) ? Rules.Exact.Of((Int128)input.Basis * price.Units, price.Denominator) : Rules.Exact.Nothing;
    }

    internal override string Clause(in PoolInput input) => $"{PriceOf(input.Month)} minor units per unit of {BasisName}";

    internal override void Explain(in PoolInput input, CanonicalObject step) =>
        step.Add("minorPerUnit", PriceOf(input.Month).ToString()).Add("month", input.Month);

    internal override string InWords(Phrases phrases)
    {
        var prices = Phrases.ByYear([.. YearlyPrices.Select(phrases.Price)]);
        return $"{prices} for each unit of {Phrases.BasisOf(BasisName)} that is reported, {Phrases.MonthsOf(FromMonth, Months, "for as long as it is reported")}";
    }
}
