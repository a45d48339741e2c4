using Commission.Domain.Payouts.Aba;

namespace Commission.Domain.Tests.Payouts.Aba;

public sealed class AbaReturnTests
{
    private const string Header = "0                 01NAB       COMMISSION NETWORK PTY LTD301500COMMISSION  251126                                        \r\n";

    internal static string Line(
        char code = '5', string bsb = "061-021", string account = "   123456", long amount = 120_000, string reference = "7Q2K9ZP-1",
        string traceBsb = "062-000", string traceAccount = " 12345678", string origin = "24301500") =>
        $"2{bsb}{account}{code}50{amount:0000000000}{"Ruth O'Neil",-32}{reference,-18}{traceBsb}{traceAccount}{"COMMISSION NET",-16}{origin}\r\n";

    internal static string Total(long amount = 120_000, int records = 1) =>
        $"7999-999            {amount:0000000000}{amount:0000000000}0000000000{"",24}{records:000000}{"",40}\r\n";

    internal static string Returns(string? lines = null, string? total = null) => Header + (lines ?? Line()) + (total ?? Total());

    private static AbaReturnFile Read(string text)
    {
        var (file, refusal) = AbaReturns.Read(AbaScenario.Bytes(text));
        Assert.Null(refusal);
        return file!;
    }

    private static readonly IReadOnlyList<AbaDetail> Sent = AbaScenario.Order(
        AbaScenario.Payment(), AbaScenario.Payment(99, "7Q2K9ZP-2", "Other")).Written()[0].Document.Details;

    [Fact]
    public void A_return_is_read_with_its_reason_in_words()
    {
        var returned = Assert.Single(Read(Returns()).Returns);
        Assert.Equal(
            (5, "No account or incorrect account number", 24, 301_500), (returned.ReasonCode, returned.Reason, returned.OriginalDay, returned.OriginalUser));
        Assert.Equal(("7Q2K9ZP-1", 120_000L), (returned.Record.Reference, returned.Record.AmountMinor));
    }

    [Theory]
    [InlineData('1', "Invalid BSB number")]
    [InlineData('2', "Payment stopped")]
    [InlineData('3', "Account closed")]
    [InlineData('4', "Customer deceased")]
    [InlineData('5', "No account or incorrect account number")]
    [InlineData('6', "Refer to customer")]
    [InlineData('7', "Unknown return code 7")]
    [InlineData('8', "Invalid user id number")]
    [InlineData('9', "Technically invalid")]
    public void Each_code_has_its_words(char code, string words) => Assert.Equal(words, Read(Returns(Line(code))).Returns[0].Reason);

    [Fact]
    public void Line_feeds_alone_and_missing_blanks_at_line_ends_change_nothing()
    {
        var text = Returns();
        var bare = string.Join('\n', text.Split("\r\n").Select(line => line.TrimEnd()));
        Assert.Equivalent(Read(text), Read(bare), strict: true);
        Assert.Equal(0, Read(Returns(Line(origin: "        "))).Returns[0].OriginalUser);
    }

    [Theory]
    [InlineData("2 columns too many")]
    [InlineData("a wrong total")]
    [InlineData("a wrong count")]
    [InlineData("a code of zero")]
    [InlineData("no record")]
    public void A_bent_returns_file_is_refused(string bend) => Assert.NotNull(AbaReturns.Read(AbaScenario.Bytes(bend switch
    {
        "2 columns too many" => Returns(Line().Replace("\r\n", "xx\r\n", StringComparison.Ordinal)),
        "a wrong total" => Returns(total: Total(119_999)),
        "a wrong count" => Returns(total: Total(records: 2)),
        "a code of zero" => Returns(Line('0')),
        _ => Header + Total(0, 0),
    })).Refusal);

    public static TheoryData<string, int?, string?> Matches => new()
    {
        { Line(), 0, null },
        { Line(bsb: "062-000", account: " 12345678", traceBsb: "061-021", traceAccount: "   123456"), 0, null },
        { Line(amount: 99, reference: "7Q2K9ZP-2"), 1, null },
        { Line(reference: "7Q2K9ZP-3"), null, "No payment has the reference 7Q2K9ZP-3." },
        { Line(amount: 119_999), null, "The payment was of 120000 cents, the return is of 119999." },
        { Line(account: "   654321"), null, "The payment went to another account." },
    };

    [Theory]
    [MemberData(nameof(Matches))]
    public void A_return_finds_its_payment_or_says_why_not(string line, int? payment, string? problem)
    {
        var amount = long.Parse(line.AsSpan(20, 10), System.Globalization.CultureInfo.InvariantCulture);
        var match = Assert.Single(AbaReturns.Match(Sent, Read(Returns(line, Total(amount)))));
        Assert.Equal((payment, problem), (match.Payment, match.Problem));
    }

    [Fact]
    public void A_payment_comes_back_once()
    {
        var matches = AbaReturns.Match(Sent, Read(Returns(Line() + Line('6'), Total(240_000, 2))));
        Assert.Equal([(0, null), (null, "The payment was returned before.")], matches.Select(match => (match.Payment, match.Problem)));
    }
}
