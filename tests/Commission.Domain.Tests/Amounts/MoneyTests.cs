using Commission.Domain.Amounts;

namespace Commission.Domain.Tests.Amounts;

public sealed class MoneyTests
{
    private static readonly Money OneDollar = new(100, Currency.Aud);

    [Fact]
    public void Amounts_of_one_currency_add_and_subtract()
    {
        Assert.Equal(new Money(250, Currency.Aud), OneDollar + new Money(150, Currency.Aud));
        Assert.Equal(new Money(-50, Currency.Aud), OneDollar - new Money(150, Currency.Aud));
    }

    [Fact]
    public void Amounts_of_different_currencies_do_not_mix() =>
        Assert.Throws<InvalidOperationException>(() => OneDollar + new Money(1, new Currency("NZD")));

    [Fact]
    public void A_sum_beyond_64_bits_is_an_error() =>
        Assert.Throws<OverflowException>(() => OneDollar + new Money(long.MaxValue, Currency.Aud));

    [Theory]
    [InlineData(105_400, "AUD", "1054.00 AUD")]
    [InlineData(-5, "AUD", "-0.05 AUD")]
    [InlineData(1054, "JPY", "1054 JPY")]
    [InlineData(Money.MaxMinor, "AUD", "999999999999.99 AUD")]
    public void An_amount_prints_with_its_decimals(long minor, string code, string text)
    {
        Assert.True(Currency.TryParse(code, out var currency));
        Assert.Equal(text, new Money(minor, currency).ToString());
    }

    [Fact]
    public void No_money_prints_without_an_error() => Assert.Equal("0 ", default(Money).ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("aud")]
    [InlineData("XXX")]
    public void An_unknown_currency_is_refused(string? code) => Assert.False(Currency.TryParse(code, out _));
}
