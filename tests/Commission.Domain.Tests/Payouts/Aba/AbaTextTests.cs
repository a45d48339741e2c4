using Commission.Domain.Payouts.Aba;

namespace Commission.Domain.Tests.Payouts.Aba;

public sealed class AbaTextTests
{
    [Theory]
    [InlineData("Ruth O'Neil", "Ruth O'Neil")]
    [InlineData("José Nuñez", "Jose Nunez")]
    [InlineData("Jose\u0301", "Jose")]
    [InlineData("Nguyễn Thị Đặng", "Nguyen Thi Dang")]
    [InlineData("Łukasz Żółć", "Lukasz Zolc")]
    [InlineData("Straße Ærø", "Strasse AEro")]
    [InlineData("O’Neil – Partners", "O'Neil - Partners")]
    [InlineData("a;b;;c", "a b c")]
    [InlineData("  padded   twice  ", "padded twice")]
    [InlineData("`x`", "'x'")]
    [InlineData("Ünï\u00A0code", "Uni code")]
    [InlineData("exactly thirty-two characters 32X and more", "exactly thirty-two characters 32")]
    public void A_name_is_folded(string text, string expected) =>
        Assert.Equal(expected, AbaText.Fold(text, AbaProfile.Generic, "title", 32, mayBeCut: true).Text);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("tab\there")]
    [InlineData("nul\0")]
    [InlineData("line\u2028end")]
    [InlineData("Ελληνικά")]
    [InlineData("smile 😀")]
    [InlineData(null)]
    public void What_cannot_stand_in_the_file_is_refused(string? text)
    {
        var (folded, refusal) = AbaText.Fold(text, AbaProfile.Generic, "title", 32, mayBeCut: true);
        Assert.Null(folded);
        Assert.Equal(("title", RefusalCodes.InvalidField), (refusal!.Field, refusal.Code));
    }

    [Theory]
    [InlineData("062-000", "062-000")]
    [InlineData("062000", "062-000")]
    [InlineData("62000", null)]
    [InlineData("062 000", null)]
    [InlineData("0620-00", null)]
    [InlineData("062-00a", null)]
    [InlineData("999-999", null)]
    [InlineData("000000", null)]
    [InlineData("٠٦٢٠٠٠", null)]
    [InlineData(null, null)]
    public void A_bsb_is_read(string? text, string? expected) => Assert.Equal(expected, Bsb.TryParse(text, out var bsb) ? bsb.ToString() : null);
}
