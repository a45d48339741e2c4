using Commission.Domain.Amounts;
using Commission.Domain.Rules.Wording;

namespace Commission.Domain.Rules.Shapes;

/// <summary>A half-open band of a quantity.</summary>
/// <param name="From">Where it begins, minor units or units.</param>
/// <param name="To">Where the next one begins; null for the last.</param>
/// <param name="Rate">What it pays as a percentage; zero where it pays an amount.</param>
/// <param name="AmountMinor">What it pays as an amount; zero where it pays a percentage.</param>
public sealed record Band(long From, long? To, Rate Rate, long AmountMinor);

/// <summary>The side on which a value falls that is exactly a boundary.</summary>
public enum Boundary
{
    /// <summary>The band below it.</summary>
    Lower,
    /// <summary>The band above it.</summary>
    Upper,
}

/// <summary>Bands without gaps or overlaps, from zero up. A negative value is treated as the positive one, and its result negated.</summary>
public sealed class Bands
{
    private readonly long[] _units;

    /// <summary>Compiles bands that the reader has checked.</summary>
    internal Bands(IReadOnlyList<Band> items, Boundary boundary)
    {
        Items = items;
        Boundary = boundary;
        Denominator = items.Max(band => band.Rate.Denominator);
        _units = [.. items.Select(band => checked(band.Rate.Units * (Denominator / band.Rate.Denominator)))];
    }

    /// <summary>In rising order.</summary>
    public IReadOnlyList<Band> Items { get; }

    /// <summary>Where a boundary value falls.</summary>
    public Boundary Boundary { get; }

    /// <summary>The common denominator of the rates.</summary>
    internal long Denominator { get; }

    internal Rate Highest => Items[Array.IndexOf(_units, _units.Max())].Rate;

    internal int IndexOf(long value)
    {
        var size = Math.Abs(value);
        for (var i = 0; i < Items.Count - 1; i++)
        {
            if (size < Items[i].To || (Boundary == Boundary.Lower && size == Items[i].To))
                return i;
        }
        return Items.Count - 1;
    }

    internal long UnitsOf(int index) => _units[index];

    /// <summary>The numerator of what a value pays when each band pays for its own part, over <see cref="Denominator"/>.</summary>
    internal Int128 Marginal(long value)
    {
        var size = Math.Abs(value);
        Int128 sum = 0;
        for (var i = 0; i < Items.Count && size > Items[i].From; i++)
            sum += (Int128)(Math.Min(size, Items[i].To ?? long.MaxValue) - Items[i].From) * _units[i];
        return value < 0 ? -sum : sum;
    }

    internal long AmountOf(long value) => value == 0 ? 0 : value > 0 ? Items[IndexOf(value)].AmountMinor : -Items[IndexOf(value)].AmountMinor;

    internal CanonicalObject Explain(int index)
    {
        var band = Items[index];
        return new CanonicalObject().Add("boundary", Boundary == Boundary.Lower ? "lower" : "upper").Add("from", band.From).Add("to", band.To);
    }

    /// <summary>The parts of a value, band by band, for an explanation.</summary>
    internal CanonicalObject[] ExplainMarginal(long value)
    {
        var size = Math.Abs(value);
        return
        [
            .. Items.Where(band => size > band.From).Select(band => new CanonicalObject()
                .Add("from", band.From).Add("to", band.To).Add("ratePercent", band.Rate.ToString())
                .Add("part", Math.Min(size, band.To ?? long.MaxValue) - band.From)),
        ];
    }

    /// <summary>Each band in words; <paramref name="pays"/> says what it pays.</summary>
    internal string InWords(Phrases phrases, string basis, Func<Band, string> pays) =>
        string.Join("; ", Items.Select(band => $"{pays(band)} {Span(phrases, basis, band)}"));

    private string Span(Phrases phrases, string basis, Band band)
    {
        var (from, to) = (phrases.Quantity(basis, band.From), band.To is { } end ? phrases.Quantity(basis, end) : null);
        return (Boundary, band.From, to) switch
        {
            (_, 0, null) => "throughout",
            (Boundary.Lower, 0, _) => $"up to and including {to}",
            (Boundary.Lower, _, null) => $"above {from}",
            (Boundary.Lower, _, _) => $"above {from} up to and including {to}",
            (_, 0, _) => $"below {to}",
            (_, _, null) => $"from {from}",
            _ => $"from {from} to below {to}",
        };
    }
}
