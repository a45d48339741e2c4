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
