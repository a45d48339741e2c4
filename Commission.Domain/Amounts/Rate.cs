using System.Globalization;

namespace Commission.Domain.Amounts;

/// <summary>An exact decimal percentage: <c>1.15</c> percent is 115 units at scale 2. No binary fraction is involved.</summary>
/// <param name="Units">The digits without the point.</param>
/// <param name="Scale">Digits after the point, 0 to 9.</param>
[GenerateSerializer, Immutable, Alias("Rate")]
public readonly record struct Rate([property: Id(0)] long Units, [property: Id(1)] int Scale)
{
    private const int MaxScale = 9;
    private const int MaxDigits = 12;

    /// <summary>The denominator of this percentage as a fraction of one: 100 × 10^scale.</summary>
    public long Denominator => checked(100 * Pow10(Scale));

    /// <summary>Reads <c>1.15</c>: digits, optionally a point and up to nine digits; no sign, exponent or white space.</summary>
    public static bool TryParsePercent(string? text, out Rate rate)
    {
        rate = default;
        if (text is not { Length: > 0 and <= MaxDigits + 1 } || text.AsSpan().IndexOfAnyExcept("0123456789.") >= 0)
            return false;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var scale = point < 0 ? 0 : text.Length - point - 1;
        if (point == 0 || (point > 0 && (scale is 0 or > MaxScale || text.LastIndexOf('.') != point)))
            return false;
        rate = new Rate(long.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture), scale);
        return true;
    }

    /// <summary>This percentage of an amount, rounded once, half away from zero.</summary>
    /// <exception cref="OverflowException">The result leaves 64 bits.</exception>
    public long Of(long minor) => Rounding.HalfAwayFromZero((Int128)minor * Units, Denominator);

    /// <summary>For example <c>1.15</c>.</summary>
    public override string ToString() =>
        Scale == 0 ? Units.ToString(CultureInfo.InvariantCulture)
        : (new decimal(Units) / Pow10(Scale)).ToString("F" + Scale.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static long Pow10(int exponent)
    {
        var result = 1L;
        for (var i = 0; i < exponent; i++)
            result *= 10;
        return result;
    }
}

/// <summary>The one rounding policy: half away from zero, once per component.</summary>
public static class Rounding
{
    /// <summary>Rounds a fraction to an integer; ties go away from zero, so that −x rounds to minus what x rounds to.</summary>
    /// <exception cref="OverflowException">The result leaves 64 bits.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The denominator is not positive.</exception>
    public static long HalfAwayFromZero(Int128 numerator, Int128 denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(denominator, Int128.Zero);
        if (denominator <= long.MaxValue / 2 && numerator >= -long.MaxValue && numerator <= long.MaxValue)
            return HalfAwayFromZero((long)numerator, (long)denominator);
        var magnitude = Int128.Abs(numerator);
        var (quotient, remainder) = Int128.DivRem(magnitude, denominator);
        if (remainder >= denominator - remainder)
            quotient++;
        return checked((long)(Int128.IsNegative(numerator) ? -quotient : quotient));
    }

    /// <summary>The same in 64 bits, where nearly every amount fits.</summary>
    private static long HalfAwayFromZero(long numerator, long denominator)
    {
        var (quotient, remainder) = Math.DivRem(Math.Abs(numerator), denominator);
        if (remainder >= denominator - remainder)
            quotient++;
        return numerator < 0 ? -quotient : quotient;
    }
}

/// <summary>Splits an amount by weights without losing or making a cent.</summary>
public static class Allocation
{
    /// <summary>
    /// Largest remainder (Hamilton): each part gets the floor of its exact share, then one unit each goes to the largest
    /// remainders, ties in declared order. Parts add up to the total; the split of −x is minus the split of x.
    /// </summary>
    /// <param name="totalMinor">The amount to split, in minor units; may be negative.</param>
    /// <param name="weights">Non-negative weights, at least one positive.</param>
    /// <exception cref="ArgumentException">A weight is negative, or all are zero.</exception>
    public static long[] LargestRemainder(long totalMinor, ReadOnlySpan<long> weights)
    {
        var parts = new long[weights.Length];
        LargestRemainder(totalMinor, weights, parts);
        return parts;
    }

    /// <summary>The same into a span of the caller's.</summary>
    public static void LargestRemainder(long totalMinor, ReadOnlySpan<long> weights, Span<long> parts)
    {
        if (parts.Length != weights.Length)
            throw new ArgumentException("There must be one part for each weight.", nameof(parts));
        Int128 sum = 0;
        foreach (var weight in weights)
            sum += weight >= 0 ? weight : throw new ArgumentException("Weights must not be negative.", nameof(weights));
        if (sum == 0)
            throw new ArgumentException("At least one weight must be positive.", nameof(weights));
        if (totalMinor != long.MinValue && Math.Abs(totalMinor) <= long.MaxValue / sum && weights.Length <= MaxOnStack)
            DivideIn64Bits(Math.Abs(totalMinor), weights, (long)sum, parts);
        else
            DivideIn128Bits(Int128.Abs(totalMinor), weights, sum, parts);
        if (totalMinor < 0)
            Negate(parts);
    }

    private const int MaxOnStack = 64;

    private static void DivideIn64Bits(long magnitude, ReadOnlySpan<long> weights, long sum, Span<long> parts)
    {
        Span<long> remainders = stackalloc long[weights.Length];
        var left = magnitude;
        for (var i = 0; i < weights.Length; i++)
        {
            (parts[i], remainders[i]) = Math.DivRem(magnitude * weights[i], sum);
            left -= parts[i];
        }
        for (; left > 0; left--)
        {
            var largest = IndexOfLargest<long>(remainders);
            parts[largest]++;
            remainders[largest] = -1;
        }
    }

    private static void DivideIn128Bits(Int128 magnitude, ReadOnlySpan<long> weights, Int128 sum, Span<long> parts)
    {
        var remainders = new Int128[weights.Length];
        Int128 given = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var (share, remainder) = Int128.DivRem(magnitude * weights[i], sum);
            parts[i] = checked((long)share);
            remainders[i] = remainder;
            given += share;
        }
        for (var left = (int)(magnitude - given); left > 0; left--)
        {
            var largest = IndexOfLargest<Int128>(remainders);
            parts[largest]++;
            remainders[largest] = -1;
        }
    }

    private static int IndexOfLargest<T>(ReadOnlySpan<T> remainders) where T : IComparable<T>
    {
        var best = 0;
        for (var i = 1; i < remainders.Length; i++)
        {
            if (remainders[i].CompareTo(remainders[best]) > 0)
                best = i;
        }
        return best;
    }

    private static void Negate(Span<long> parts)
    {
        for (var i = 0; i < parts.Length; i++)
            parts[i] = -parts[i];
    }
}
