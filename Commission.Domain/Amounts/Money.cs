using System.Globalization;

namespace Commission.Domain.Amounts;

/// <summary>An amount in integer minor units of one currency. Arithmetic is checked; mixing currencies throws.</summary>
/// <param name="Minor">Minor units (cents), negative for a debt.</param>
/// <param name="Currency">The currency.</param>
[GenerateSerializer, Immutable, Alias("Money")]
public readonly record struct Money([property: Id(0)] long Minor, [property: Id(1)] Currency Currency)
{
    /// <summary>
    /// The largest amount of one fact, in minor units: 999,999,999,999.99 dollars. It keeps every sum of a book inside
    /// 64 bits and every JSON number exact.
    /// </summary>
    public const long MaxMinor = 99_999_999_999_999;

    /// <summary>Adds amounts of one currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    /// <exception cref="OverflowException">The sum leaves 64 bits.</exception>
    public static Money operator +(Money left, Money right) => new(checked(left.Minor + Same(left, right)), left.Currency);

    /// <summary>Subtracts amounts of one currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    /// <exception cref="OverflowException">The difference leaves 64 bits.</exception>
    public static Money operator -(Money left, Money right) => new(checked(left.Minor - Same(left, right)), left.Currency);

    /// <summary>Adds amounts of one currency.</summary>
    public static Money Add(Money left, Money right) => left + right;

    /// <summary>Subtracts amounts of one currency.</summary>
    public static Money Subtract(Money left, Money right) => left - right;

    private static long Same(Money left, Money right) => left.Currency == right.Currency
        ? right.Minor
        : throw new InvalidOperationException($"Cannot combine {left.Currency} and {right.Currency}.");

    /// <summary>For example <c>1054.00 AUD</c>.</summary>
    public override string ToString() => $"{Decimal(Minor, Currency.Decimals)} {Currency}";

    /// <summary>Minor units as a decimal number with a point, exact: 105400 with 2 decimals is <c>1054.00</c>.</summary>
    public static string Decimal(long minor, int decimals)
    {
        var scaled = new decimal(minor) / Pow10(decimals);
        return scaled.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static decimal Pow10(int decimals) => decimals switch
    {
        0 => 1m,
        2 => 100m,
        3 => 1000m,
        _ => throw new ArgumentOutOfRangeException(nameof(decimals)),
    };
}
