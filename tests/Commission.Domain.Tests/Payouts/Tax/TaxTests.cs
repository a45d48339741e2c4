using Commission.Domain.Amounts;
using Commission.Domain.Payouts.Tax;
using Commission.Domain.Rules;
using CsCheck;

namespace Commission.Domain.Tests.Payouts.Tax;

public sealed class TaxTests
{
    [Theory]
    [InlineData("51 824 753 556", "51 824 753 556")]
    [InlineData("51824753556", "51 824 753 556")]
    [InlineData("53 004 085 616", "53 004 085 616")]
    [InlineData("51 824 753 557", null)]
    [InlineData("51 824 753 55", null)]
    [InlineData("051824753556", null)]
    [InlineData("01 824 753 556", null)]
    [InlineData("5182475355a", null)]
    [InlineData("5 1 8 2 4 7 5 3 5 5 6", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void An_abn_has_the_right_check_digits(string? text, string? expected) =>
        Assert.Equal(expected, Abn.TryParse(text, out var abn) ? abn.ToString() : null);

    [Fact]
    public void Any_one_changed_digit_is_seen() => Gen.Select(Gen.Int[1, 10], Gen.Int[1, 9]).Sample((at, change) =>
    {
        var digits = "51824753556".ToCharArray();
        digits[at] = (char)('0' + (digits[at] - '0' + change) % 10);
        return !Abn.TryParse(new string(digits), out _);
    });

    /// <summary>Lines in cents; e = without GST, i = with GST, n = none. GST of each line, which adds up to the rounded total.</summary>
    [Theory]
    [InlineData("e100000", "10000")]
    [InlineData("e1", "0")]
    [InlineData("e4", "0")]
    [InlineData("e5", "1")]
    [InlineData("e14", "1")]
    [InlineData("e15", "2")]
    [InlineData("e5 e5", "1 0")]
    [InlineData("e4 e4 e4", "1 0 0")]
    [InlineData("e3 e3 e3 e3 e3", "1 1 0 0 0")]
    [InlineData("e15 e15 e15", "2 2 1")]
    [InlineData("i11", "1")]
    [InlineData("i5", "0")]
    [InlineData("i6", "1")]
    [InlineData("i110000", "10000")]
    [InlineData("i100000", "9091")]
    [InlineData("n100000", "0")]
    [InlineData("e105 n50 i110", "11 0 10")]
    [InlineData("e0", "0")]
    [InlineData("e99999999999999", "10000000000000")]
    [InlineData("i99999999999999", "9090909090909")]
    public void Gst_is_rounded_once_for_the_whole_invoice(string lines, string expected) =>
        Assert.Equal(expected, string.Join(' ', Gst.Of([.. lines.Split(' ').Select(Line)])));

    private static (long, GstTreatment) Line(string text) => (long.Parse(text.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture), text[0] switch
    {
        'e' => GstTreatment.Exclusive,
        'i' => GstTreatment.Inclusive,
        _ => GstTreatment.None,
    });

    [Fact]
    public void The_total_is_within_half_a_cent_of_a_tenth() => Gen.Long[0, 1_000_000].Array[1, 20].Sample(amounts =>
    {
        var gst = Gst.Of([.. amounts.Select(amount => (amount, GstTreatment.Exclusive))]).Sum();
        return Math.Abs(gst * 10 - amounts.Sum()) <= 5;
    });

    [Theory]
    [InlineData(7_500, false, 0)]
    [InlineData(7_501, false, 3_500)]
    [InlineData(7_501, true, 0)]
    [InlineData(10_000, false, 4_700)]
    [InlineData(10_213, false, 4_800)]
    [InlineData(10_212, false, 4_700)]
    [InlineData(1, false, 0)]
    [InlineData(0, false, 0)]
    [InlineData(-10_000, false, 0)]
    [InlineData(Money.MaxMinor, false, 46_999_999_999_900)]
    public void Without_an_abn_whole_dollars_of_47_percent_are_withheld_over_75_dollars(long payment, bool hasAbn, long expected) =>
        Assert.Equal(expected, NoAbnWithholding.Of(Withholding.Default, payment, hasAbn));
}
