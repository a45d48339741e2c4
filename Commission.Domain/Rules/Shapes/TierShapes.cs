using System.Globalization;
using Commission.Domain.Amounts;
using Commission.Domain.Rules.Wording;

namespace Commission.Domain.Rules.Shapes;

/// <summary>Each band's rate for the part of the basis inside it, per deal or over an accumulated volume.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="BasisName">A basis in money.</param>
/// <param name="Bands">The bands.</param>
/// <param name="Scope">Over what the basis accumulates, or null.</param>
/// <param name="Quota">The quota that the bands were given as percentages of, or null.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record MarginalTierComponent(
    string Name, string BasisName, Bands Bands, VolumeScope? Scope, Quota? Quota, ComponentTerms Terms) : Component(Name, BasisName, Terms)
{
    /// <inheritdoc />
    public override string Shape => Quota is null ? "tier_marginal" : "accelerator";

    /// <inheritdoc />
    protected override VolumeScope? OwnScope => Scope;

    internal override Rate? HighestRate => Bands.Highest;

    /// <summary>Accumulated, a contribution pays what the volume pays with it less what it paid without: cutting it changes nothing.</summary>
    internal override Exact Exact(in PoolInput input)
    {
        if (Scope is null || input.Volume is not { } volume)
            return Rules.Exact.Of(Bands.Marginal(input.Basis), Bands.Denominator);
        var after = Rules.Exact.Of(Bands.Marginal(checked(volume.Before + input.Basis)), Bands.Denominator);
        var before = Rules.Exact.Of(Bands.Marginal(volume.Before), Bands.Denominator);
        return new Exact(after.Pool - before.Pool, after.Numerator - before.Numerator, Bands.Denominator);
    }

    internal override string Clause(in PoolInput input) =>
        Scope is null ? $"each band's rate for its part of {BasisName}" : $"each band's rate for its part of the accumulated {BasisName}";

    internal override void Explain(in PoolInput input, CanonicalObject step)
    {
        if (Scope is null || input.Volume is not { } volume)
        {
            step.Add("bands", Bands.ExplainMarginal(input.Basis));
            return;
        }
        step.Add("accumulatedBefore", volume.Before)
            .Add("bandsAfter", Bands.ExplainMarginal(volume.Before + input.Basis)).Add("bandsBefore", Bands.ExplainMarginal(volume.Before));
    }

    internal override string InWords(Phrases phrases)
    {
        var bands = Bands.InWords(phrases, BasisName, band => $"{band.Rate} % of the part");
        return Phrases.Accumulated(Scope, $"{Phrases.BasisOf(BasisName)} in bands{Quota.InWords(Quota, phrases)}, each paid for its own part: {bands}");
    }
}

/// <summary>The rate of the band that the whole reaches, for all of it; accumulated, a new band re-rates the period's earlier deals.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="BasisName">A basis in money.</param>
/// <param name="BandBasis">The quantity that chooses the band.</param>
/// <param name="Bands">The bands.</param>
/// <param name="Scope">Over what the band's quantity accumulates, or null.</param>
/// <param name="Quota">The quota that the bands were given as percentages of, or null.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record WholeTierComponent(
    string Name, string BasisName, string BandBasis, Bands Bands, VolumeScope? Scope, Quota? Quota, ComponentTerms Terms)
    : Component(Name, BasisName, Terms)
{
    /// <inheritdoc />
    public override string Shape => Quota is null ? "tier_whole" : "accelerator";

    /// <inheritdoc />
    public override string BandBasisName => BandBasis;

    /// <inheritdoc />
    protected override VolumeScope? OwnScope => Scope;

    internal override Rate? HighestRate => Bands.Highest;

    private int BandOf(in PoolInput input) => Bands.IndexOf(Scope is not null && input.Volume is { } volume ? volume.Total : input.BandValue);

    internal override Exact Exact(in PoolInput input) =>
        Rules.Exact.Of((Int128)input.Basis * Bands.UnitsOf(BandOf(input)), Bands.Denominator);

    internal override string Clause(in PoolInput input) =>
        $"{Bands.Items[BandOf(input)].Rate} % of {BasisName}, as {(Scope is null ? "" : "the period's ")}{BandBasis} is in its band";

    internal override void Explain(in PoolInput input, CanonicalObject step)
    {
        var index = BandOf(input);
        step.Add("band", Bands.Explain(index)).Add("bandValue", Scope is not null && input.Volume is { } volume ? volume.Total : input.BandValue)
            .Add("ratePercent", Bands.Items[index].Rate.ToString());
    }

    internal override string InWords(Phrases phrases)
    {
        var by = Scope is null ? $"by {Phrases.BasisOf(BandBasis)}" : $"by the period's whole {Phrases.BareBasisOf(BandBasis)}, which re-rates its earlier deals";
        var bands = Bands.InWords(phrases, BandBasis, band => $"{band.Rate} %");
        return Phrases.Accumulated(Scope, $"{Phrases.BasisOf(BasisName)} at one rate{Quota.InWords(Quota, phrases)}, chosen {by}: {bands}");
    }
}

/// <summary>An amount for each band, by the deal's own value or by what an accumulated volume reaches.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="BasisName">The quantity that chooses the band.</param>
/// <param name="Bands">The bands.</param>
/// <param name="Scope">Over what it accumulates, or null.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record BandAmountComponent(string Name, string BasisName, Bands Bands, VolumeScope? Scope, ComponentTerms Terms)
    : Component(Name, BasisName, Terms)
{
    /// <inheritdoc />
    public override string Shape => "band_amount";

    /// <inheritdoc />
    protected override VolumeScope? OwnScope => Scope;

    /// <summary>Accumulated, the volume has its band's amount once; a contribution pays what it adds to that.</summary>
    internal override Exact Exact(in PoolInput input) => Scope is not null && input.Volume is { } volume
        ? Rules.Exact.Whole(Bands.AmountOf(checked(volume.Before + input.Basis)) - Bands.AmountOf(volume.Before))
        : Rules.Exact.Whole(Bands.AmountOf(input.Basis));

    internal override string Clause(in PoolInput input) =>
        Scope is null ? $"the amount of the band that {BasisName} is in" : $"what this deal adds to the amount of the accumulated {BasisName}'s band";

    internal override void Explain(in PoolInput input, CanonicalObject step)
    {
        var value = Scope is not null && input.Volume is { } volume ? volume.Before + input.Basis : input.Basis;
        step.Add("band", Bands.Explain(Bands.IndexOf(value))).Add("bandValue", value).Add("accumulatedBefore", Scope is null ? null : input.Volume?.Before);
    }

    internal override string InWords(Phrases phrases) => Phrases.Accumulated(
        Scope, $"an amount by {Phrases.BasisOf(BasisName)}: {Bands.InWords(phrases, BasisName, band => phrases.Money(band.AmountMinor))}");
}

/// <summary>One point of an interpolated rate.</summary>
/// <param name="At">The basis' value, minor units.</param>
/// <param name="Rate">The rate there, at most six decimals.</param>
public sealed record RatePoint(long At, Rate Rate);

/// <summary>A rate that changes evenly between points, for the whole basis; outside the points the nearest one's rate.</summary>
/// <param name="Name">Unique within the product.</param>
/// <param name="BasisName">A basis in money.</param>
/// <param name="Points">In rising order, at least two.</param>
/// <param name="Terms">What every shape can have.</param>
public sealed record InterpolatedComponent(string Name, string BasisName, IReadOnlyList<RatePoint> Points, ComponentTerms Terms)
    : Component(Name, BasisName, Terms)
{
    /// <summary>Keeps the exact fraction inside 128 bits.</summary>
    internal const int MaxDecimals = 6;

    private readonly long _denominator = Points.Max(point => point.Rate.Denominator);

    /// <inheritdoc />
    public override string Shape => "tier_interpolated";

    internal override Rate? HighestRate => Points.MaxBy(Units)?.Rate;

    private long Units(RatePoint point) => point.Rate.Units * (_denominator / point.Rate.Denominator);

    private (Int128 Numerator, Int128 Denominator) RateAt(long basis)
    {
        var size = Math.Abs(basis);
        if (size <= Points[0].At)
            return (Units(Points[0]), _denominator);
        for (var i = 1; i < Points.Count; i++)
        {
            var (low, high) = (Points[i - 1], Points[i]);
            if (size >= high.At)
                continue;
            var width = high.At - low.At;
            var rise = (Int128)(Units(high) - Units(low)) * (size - low.At);
            return (((Int128)Units(low) * width) + rise, (Int128)_denominator * width);
        }
        return (Units(Points[^1]), _denominator);
    }

    internal override Exact Exact(in PoolInput input)
    {
        var (numerator, denominator) = RateAt(input.Basis);
        return Rules.Exact.Of(checked(input.Basis * numerator), denominator);
    }

    internal override string Clause(in PoolInput input) => $"a rate between its points, of the whole {BasisName}";

    internal override void Explain(in PoolInput input, CanonicalObject step)
    {
        var (numerator, denominator) = RateAt(input.Basis);
        step.Add("rateFraction", string.Create(CultureInfo.InvariantCulture, $"{numerator}/{denominator}"));
    }

    internal override string InWords(Phrases phrases)
    {
        var points = string.Join(", ", Points.Select(point => $"{point.Rate} % at {phrases.Quantity(BasisName, point.At)}"));
        return $"one rate of the whole of {Phrases.BasisOf(BasisName)} that changes evenly between {points}";
    }
}

/// <summary>What bands given as attainment are percentages of.</summary>
/// <param name="Minor">The quota of the period, minor units.</param>
/// <param name="BaseRate">The rate that the multipliers apply to.</param>
public sealed record Quota(long Minor, Rate BaseRate)
{
    internal static string InWords(Quota? quota, Phrases phrases) =>
        quota is null ? "" : $" against a quota of {phrases.Money(quota.Minor)} at a base rate of {quota.BaseRate} %";
}
