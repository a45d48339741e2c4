using System.Globalization;
using System.Numerics;

namespace Commission.Cli.Deals.Expressions;

/// <summary>
/// An exact number: a fraction of two integers in lowest terms. A <see cref="decimal"/> would already be inexact after
/// <c>1/3</c>, so that <c>total/3*1.5</c> could round to the wrong cent; a fraction never is.
/// </summary>
internal readonly record struct Ratio : IComparable<Ratio>
{
    /// <summary>Far above any amount of money; a larger number in an expression is a mistake and is refused as overflow.</summary>
    private static readonly BigInteger Limit = BigInteger.Pow(10, 60);

    private readonly BigInteger _denominatorLessOne;

    private Ratio(BigInteger numerator, BigInteger denominator)
    {
        Numerator = numerator;
        _denominatorLessOne = denominator - 1;
    }

    public BigInteger Numerator { get; }

    /// <summary>Always positive. Stored less one, so that <c>default(Ratio)</c> is a valid zero.</summary>
    public BigInteger Denominator => _denominatorLessOne + 1;

    public bool IsInteger => _denominatorLessOne.IsZero;

    public static Ratio Of(BigInteger value) => Create(value, BigInteger.One);

    /// <summary>Reads <c>[sign]digits[.digits]</c> and nothing else: no exponent, no groups, no spaces.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Ratio value)
    {
        value = default;
        var digits = text is ['+' or '-', ..] ? text[1..] : text;
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? default : digits[(point + 1)..];
        if (whole.IsEmpty || (point >= 0 && fraction.IsEmpty) || digits.Length > 60 || !AllDigits(whole) || !AllDigits(fraction))
            return false;

        var numerator = BigInteger.Parse(string.Concat(whole, fraction), CultureInfo.InvariantCulture);
        value = Create(text[0] == '-' ? -numerator : numerator, BigInteger.Pow(10, fraction.Length));
        return true;
    }

    public static Ratio operator +(Ratio a, Ratio b) =>
        Create((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Ratio operator -(Ratio a, Ratio b) => a + -b;

    public static Ratio operator -(Ratio a) => Create(-a.Numerator, a.Denominator);

    public static Ratio operator *(Ratio a, Ratio b) => Create(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static Ratio operator /(Ratio a, Ratio b) => b.Numerator.IsZero
        ? throw new ExpressionException("DIVISION_BY_ZERO", "division by zero")
        : Create(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    public static bool operator <(Ratio a, Ratio b) => a.CompareTo(b) < 0;

    public static bool operator >(Ratio a, Ratio b) => a.CompareTo(b) > 0;

    public static bool operator <=(Ratio a, Ratio b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Ratio a, Ratio b) => a.CompareTo(b) >= 0;

    public int CompareTo(Ratio other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    public Ratio Abs() => Create(BigInteger.Abs(Numerator), Denominator);

    public Ratio Floor()
    {
        var quotient = BigInteger.DivRem(Numerator, Denominator, out var remainder);
        return Of(remainder.Sign < 0 ? quotient - 1 : quotient);
    }

    public Ratio Ceil() => -(-this).Floor();

    /// <summary>Half away from zero, as the rules of the engine round.</summary>
    public Ratio Round()
    {
        var half = (Abs() + Create(BigInteger.One, 2)).Floor();
        return Numerator.Sign < 0 ? -half : half;
    }

    /// <summary>The decimal form where it has one of at most 28 places; null for such as 1/3.</summary>
    public string? ToDecimalText()
    {
        for (var places = 0; places <= 28; places++)
        {
            var scaled = Numerator * BigInteger.Pow(10, places);
            if (!BigInteger.Remainder(scaled, Denominator).IsZero)
                continue;

            var digits = BigInteger.Abs(scaled / Denominator).ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
            var text = places == 0 ? digits : $"{digits[..^places]}.{digits[^places..]}";
            return Numerator.Sign < 0 ? "-" + text : text;
        }

        return null;
    }

    public override string ToString() => ToDecimalText() ?? $"{Numerator}/{Denominator}";

    private static Ratio Create(BigInteger numerator, BigInteger denominator)
    {
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        if (denominator.Sign < 0)
            divisor = -divisor;
        numerator /= divisor;
        denominator /= divisor;
        if (BigInteger.Abs(numerator) > Limit || denominator > Limit)
            throw new ExpressionException("OVERFLOW", "the number grows beyond 60 digits");
        return new Ratio(numerator, denominator);
    }

    private static bool AllDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
