using Commission.Domain.Amounts;
using CsCheck;

namespace Commission.Domain.Tests.Amounts;

public sealed class RateTests
{
    [Theory]
    [InlineData("1.15", 7_000, 81)]
    [InlineData("1.15", -7_000, -81)]
    [InlineData("0.57", 5_000, 29)]
    [InlineData("0.57", -5_000, -29)]
    [InlineData("0.65", 50_000_000, 325_000)]
    [InlineData("50", 1, 1)]
    [InlineData("50", -1, -1)]
    [InlineData("50", 3, 2)]
    [InlineData("49.999999999", 1, 0)]
    [InlineData("0.5", 99, 0)]
    [InlineData("0.5", 100, 1)]
    [InlineData("2.5", 20, 1)]
    [InlineData("2.5", 60, 2)]
    [InlineData("0", 12_345, 0)]
    [InlineData("100", Money.MaxMinor, Money.MaxMinor)]
    [InlineData("33.333333333", Money.MaxMinor, 33_333_333_333_000)]
    [InlineData("0.000000001", Money.MaxMinor, 1_000)]
    [InlineData("100", long.MaxValue, long.MaxValue)]
    public void A_percentage_is_rounded_once_half_away_from_zero(string percent, long amount, long expected)
    {
        Assert.True(Rate.TryParsePercent(percent, out var rate));
        Assert.Equal(expected, rate.Of(amount));
    }

    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("1", 1, 0)]
    [InlineData("1.15", 115, 2)]
    [InlineData("0.57", 57, 2)]
    [InlineData("100.000000000", 100_000_000_000, 9)]
    [InlineData("007.50", 750, 2)]
    public void A_percentage_is_read_exactly(string text, long units, int scale)
    {
        Assert.True(Rate.TryParsePercent(text, out var rate));
        Assert.Equal(new Rate(units, scale), rate);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1.2.3")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e2")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1,5")]
    [InlineData("1%")]
    [InlineData("٣")]
    [InlineData("0.0000000001")]
    [InlineData("12345678901234")]
    public void What_is_no_plain_decimal_is_refused(string? text) => Assert.False(Rate.TryParsePercent(text, out _));

    [Fact]
    public void A_rate_prints_as_it_was_written() =>
        Gen.Select(Gen.Long[0, 99], Gen.Int[0, 9]).Sample((units, scale) =>
        {
            var text = new Rate(units, scale).ToString();
            return Rate.TryParsePercent(text, out var back) && back == new Rate(units, scale);
        });

    [Fact]
    public void Rounding_is_symmetric_and_at_most_half_a_unit_off() =>
        Gen.Select(Gen.Long, Gen.Long[1, long.MaxValue]).Sample((numerator, denominator) =>
        {
            var rounded = Rounding.HalfAwayFromZero(numerator, denominator);
            return rounded == -Rounding.HalfAwayFromZero(-(Int128)numerator, denominator)
                && Int128.Abs((Int128)rounded * denominator - numerator) * 2 <= denominator;
        });

    [Fact]
    public void What_cannot_be_rounded_is_an_error()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Rounding.HalfAwayFromZero(1, 0));
        Assert.Throws<OverflowException>(() => Rounding.HalfAwayFromZero((Int128)long.MaxValue * 3, 2));
    }
}
