using System.Text;
using Commission.Domain.Rules;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Rules;

/// <summary>Facts are stored as bytes and read again for a replay.</summary>
public sealed class CalculationFactsTests
{
    private static readonly CreditedLine Line = new("it", Party.Referrer, People.Referrer.Id, 100, 40);
    private static readonly CreditedLine Fee = new("it", Party.Platform, null, 1, 0);

    public static TheoryData<string, CalculationEvent?> Events => new()
    {
        { "settlement", null },
        { "milestone", new MilestoneReached("sign_up") },
        { "revenue", new RevenueReceived(RevenueKind.Premium, "P-1", new DateOnly(2026, 3, 2), -500, 13) },
        { "trail", new TrailMonth(7, 48_000_000) },
        { "volume", new VolumePosition("it", "deal/INV-1", 3, 100, 500, 7, 2, [new PartyCredit(Party.Platform, null, 1), new PartyCredit(Party.Upline, People.Upline.Id, -9)], true) },
        { "clawback", new ClawedBack("C-1", 3, 100, 5, 10, [Fee, Line]) },
    };

    [Theory]
    [MemberData(nameof(Events))]
    public void Facts_read_as_the_bytes_they_were_written_as(string kind, CalculationEvent? happened)
    {
        var facts = RuleTable.Facts(123, ("units", 4)) with { Event = happened };
        var bytes = facts.ToCanonical();
        var (read, refusal) = CalculationFactsReader.Read(bytes);
        Assert.Null(refusal);
        Assert.Equal(bytes, read!.ToCanonical());
        Assert.Equal(kind == "settlement", read.Event is null);
        Assert.Equal(happened?.GetType(), read.Event?.GetType());
    }

    [Theory]
    [InlineData("\"currency\":\"AUD\"", "\"currency\":\"XYZ\"", "$.currency")]
    [InlineData("\"product\":\"P1\"", "\"product\":\"p1\"", "$.product")]
    [InlineData("\"units\":4", "\"units\":4.0", "$.bases.units")]
    [InlineData("\"units\":4", "\"Units\":4", "$.bases.Units")]
    [InlineData("\"units\":4", "\"units\":4, \"a1\":1", "$")]
    [InlineData("\"referrer\":", "\"friend\":", "$.payees.friend")]
    [InlineData("\"month\":7", "\"month\":-1", "$.event.month")]
    [InlineData("\"kind\":\"trail\"", "\"kind\":\"rain\"", "$.event.kind")]
    [InlineData("\"month\":7", "\"month\":7,\"x\":1", "$.event.x")]
    [InlineData("{\"bases\"", "{ \"bases\"", "$")]
    public void What_is_not_canonical_or_not_known_is_refused_with_its_path(string valid, string wrong, string path)
    {
        var text = Encoding.UTF8.GetString((RuleTable.Facts(123, ("units", 4)) with { Event = new TrailMonth(7, 48_000_000) }).ToCanonical());
        Assert.Contains(valid, text, StringComparison.Ordinal);
        Assert.Equal(path, CalculationFactsReader.Read(Encoding.UTF8.GetBytes(text.Replace(valid, wrong, StringComparison.Ordinal))).Refusal?.Field);
    }

    [Fact]
    public void A_replay_needs_the_product_and_its_bases()
    {
        var rules = RuleTable.Of("1", RuleTable.All("\"shape\":\"percent\",\"basis\":\"annual_premium\",\"ratePercent\":\"1\""));
        Assert.Equal(RefusalCodes.MissingBasis, Calculator.Replay(rules, RuleTable.Facts(1).ToCanonical()).Refusal?.Code);
        Assert.Equal(RefusalCodes.UnknownProduct, Calculator.Replay(rules, (RuleTable.Facts(1) with { Product = "P2" }).ToCanonical()).Refusal?.Code);
        Assert.Equal(RefusalCodes.InvalidField, Calculator.Replay(rules, "{}"u8.ToArray()).Refusal?.Code);
    }
}
