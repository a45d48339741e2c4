using System.Globalization;
using Commission.Domain.Amounts;
using Commission.Domain.Rules.Wording;

namespace Commission.Domain.Rules.Shapes;

/// <summary>A percentage of the basis.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="BasisName">A basis in money.</param>
/// <param name="Rate">The percentage.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record PercentComponent(string Name, string BasisName, Rate Rate, ComponentTerms Terms)
    : Component(Name, BasisName, Terms)
{
    /// <inheritdoc />
    public override string Shape => "percent";

    internal override Rate? HighestRate => Rate;

    internal override Exact Exact(in PoolInput input) => Rules.Exact.Of((Int128)input.Basis * Rate.Units, Rate.Denominator);

    internal override string Clause(in PoolInput input) => $"{Rate} % of {BasisName}";

    internal override void Explain(in PoolInput input, CanonicalObject step) => step.Add("ratePercent", Rate.ToString());

    internal override string InWords(Phrases phrases) => $"{Rate} % of {Phrases.BasisOf(BasisName)}";
}

/// <summary>A fixed amount, once per deal.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="AmountMinor">Minor units.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record FlatComponent(string Name, long AmountMinor, ComponentTerms Terms) : Component(Name, Basis.Deal, Terms)
{
    /// <inheritdoc />
    public override string Shape => "flat";

    internal override Exact Exact(in PoolInput input) => Rules.Exact.Whole(checked(AmountMinor * input.Basis));

    internal override string Clause(in PoolInput input) => $"{AmountMinor} minor units per deal";

    internal override string InWords(Phrases phrases) => $"{phrases.Money(AmountMinor)} per deal";
}

/// <summary>An amount for each unit; the price may have decimals of a minor unit, such as 0.35 cents per kWh.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="BasisName">A basis that counts.</param>
/// <param name="Price">Minor units per unit.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record PerUnitComponent(string Name, string BasisName, Price Price, ComponentTerms Terms)
    : Component(Name, BasisName, Terms)
{
    /// <inheritdoc />
    public override string Shape => "per_unit";

    internal override Exact Exact(in PoolInput input) => Rules.Exact.Of((Int128)input.Basis * Price.Units, Price.Denominator);

    internal override string Clause(in PoolInput input) => $"{Price} minor units per unit of {BasisName}";

    internal override void Explain(in PoolInput input, CanonicalObject step) => step.Add("minorPerUnit", Price.ToString());

    internal override string InWords(Phrases phrases) => $"{phrases.Price(Price)} for each unit of {Phrases.BasisOf(BasisName)}";
}

/// <summary>An exact decimal number of minor units.</summary>
/// <param name="Units">The digits without the point.</param>
/// <param name="Scale">Digits after the point, 0 to 9.</param>
public readonly record struct Price(long Units, int Scale)
{
    /// <summary>10^scale.</summary>
    public long Denominator => new Rate(Units, Scale).Denominator / 100;

    /// <summary>Reads <c>0.35</c>.</summary>
    public static bool TryParse(string? text, out Price price)
    {
        var read = Rate.TryParsePercent(text, out var rate);
        price = new Price(rate.Units, rate.Scale);
        return read;
    }

    /// <inheritdoc />
    public override string ToString() => new Rate(Units, Scale).ToString();
}

/// <summary>An amount for each package that is started: 250 seats in packages of 100 are three.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="BasisName">Any basis.</param>
/// <param name="PackageSize">Units or minor units in a package.</param>
/// <param name="AmountMinor">Minor units per package.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record PackageComponent(string Name, string BasisName, long PackageSize, long AmountMinor, ComponentTerms Terms)
    : Component(Name, BasisName, Terms)
{
    /// <inheritdoc />
    public override string Shape => "package";

    private long Packages(long basis) => basis >= 0 ? RoundedUp(basis) : -RoundedUp(-basis);

    private long RoundedUp(long size) => (size / PackageSize) + (size % PackageSize == 0 ? 0 : 1);

    internal override Exact Exact(in PoolInput input) => Rules.Exact.Whole(checked(Packages(input.Basis) * AmountMinor));

    internal override string Clause(in PoolInput input) => $"{AmountMinor} minor units per started package of {PackageSize} {BasisName}";

    internal override void Explain(in PoolInput input, CanonicalObject step) => step.Add("packages", Packages(input.Basis));

    internal override string InWords(Phrases phrases) =>
        $"{phrases.Money(AmountMinor)} for each started package of {phrases.Quantity(BasisName, PackageSize)} of {Phrases.BasisOf(BasisName)}";
}

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
        var rates = YearlyRates.Count == 1
            ? $"{YearlyRates[0]} % per annum"
            : string.Join(", ", YearlyRates.Select((rate, year) => $"{rate} % per annum in year {year + 1}{(year == YearlyRates.Count - 1 ? " and later" : "")}"));
        var span = (FromMonth, Months) switch
        {
            (1, null) => "for as long as the balance lasts",
            (_, null) => $"from month {FromMonth} on",
            (1, _) => $"for {Months} months",
            _ => $"for {Months} months from month {FromMonth} on",
        };
        return string.Create(CultureInfo.InvariantCulture, $"every month one twelfth of {rates} of {Phrases.BasisOf(BasisName)}, {span}");
    }
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
    : Component(Name, BasisName, Terms)
{
    /// <inheritdoc />
    public override string Shape => "recurring";

    /// <summary>Payments are counted in order of their dates, which a late one changes: the deal's accumulator counts them.</summary>
    public override VolumeScope? Accumulates => Payments is null ? Terms.Caps.Accumulates : VolumeScope.OfDeal;

    /// <inheritdoc />
    public override Moment Moment => Accumulates is null ? Moment.Revenue : Moment.Volume;

    internal override Rate? HighestRate => Rate;

    internal bool Pays(int month) => month >= FromMonth;

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
