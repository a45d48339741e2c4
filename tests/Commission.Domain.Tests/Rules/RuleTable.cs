using System.Text;
using Commission.Domain.Amounts;
using Commission.Domain.Rules;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Rules;

/// <summary>One product of one vertical, from the components that a test states.</summary>
internal static class RuleTable
{
    public const string ToReferrer = "\"split\":[{\"party\":\"referrer\",\"weight\":1}]";
    public const string Shared = "\"split\":[{\"party\":\"referrer\",\"weight\":80},{\"party\":\"upline\",\"weight\":20}]";

    public static byte[] Text(string fee, string extra, params string[] components) => Encoding.UTF8.GetBytes(
        $$$"""
        {"schema":"commission/rule-set/v1","vertical":"X1","effectiveFrom":"2015-01-01","currency":"AUD","governingAgreement":"a",
         "platformFeePercent":"{{{fee}}}",{{{extra}}}"products":{"P1":{"components":[{{{string.Join(',', components)}}}]} }}
        """);

    public static RuleSetDocument Of(string fee, params string[] components) => Read(Text(fee, "", components));

    public static RuleSetDocument With(string extra, params string[] components) => Read(Text("0", extra, components));

    public static RuleSetDocument Read(byte[] text)
    {
        var (document, refusal) = RuleSetReader.Read(text);
        return document ?? throw new FormatException(refusal!.Text);
    }

    /// <summary>A component that all goes to the referrer.</summary>
    public static string All(string members) => $$"""{"name":"it",{{members}},{{ToReferrer}}}""";

    /// <summary>A component shared 80 to 20.</summary>
    public static string Split(string members) => $$"""{"name":"it",{{members}},{{Shared}}}""";

    public static CalculationFacts Facts(long value, params (string Name, long Value)[] bases) => new(
        "P1", Currency.Aud, value, bases.ToDictionary(basis => basis.Name, basis => basis.Value),
        new Dictionary<Party, ContactId> { [Party.Referrer] = People.Referrer.Id, [Party.Receiver] = People.Receiver.Id, [Party.Upline] = People.Upline.Id });

    public static long Total(RuleSetDocument rules, CalculationFacts facts)
    {
        var calculation = Calculator.Calculate(rules, facts);
        var fast = new List<PartyAmount>();
        Calculator.Amounts(rules, facts, fast);
        Assert.Equal(
            calculation.Accruals.Select(accrual => (accrual.Party, accrual.Payee, accrual.AmountMinor)),
            fast.Select(amount => (amount.Party, amount.Payee, amount.AmountMinor)));
        var (replayed, refusal) = Calculator.Replay(rules, facts.ToCanonical());
        Assert.True(refusal is null, refusal?.Text);
        Assert.Equal(calculation.Explanation, replayed!.Explanation);
        return calculation.Accruals.Sum(accrual => accrual.AmountMinor);
    }

    public static long Amount(RuleSetDocument rules, CalculationFacts facts, Party party, string component = "it") =>
        Calculator.Calculate(rules, facts).Accruals
            .Where(accrual => accrual.Party == party && accrual.Component == component).Sum(accrual => accrual.AmountMinor);
}
