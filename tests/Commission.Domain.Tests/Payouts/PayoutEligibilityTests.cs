using System.Globalization;
using Commission.Domain.Amounts;
using Commission.Domain.Payouts;
using Commission.Domain.Rules;
using Commission.Domain.Tests.Deals;
using CsCheck;

namespace Commission.Domain.Tests.Payouts;

public sealed class PayoutEligibilityTests
{
    private static readonly DateOnly Today = new(2026, 11, 23);
    private static readonly ContactId Payee = People.Referrer.Id;
    private static readonly Dictionary<ContactId, PayeeFacts> Known = new() { [Payee] = new(true, Hash.Of("account"u8)) };

    /// <summary>An entry: amount in cents, + days until it is payable, d for disputed, w for one that waits for the provider, m and its minimum.</summary>
    private static OpenEntry Entry(string text, int index)
    {
        var words = text.Split('/');
        var days = words.Where(word => word[0] == '+').Select(word => int.Parse(word.AsSpan(1), CultureInfo.InvariantCulture)).SingleOrDefault();
        var minimum = words.Where(word => word[0] == 'm').Select(word => long.Parse(word.AsSpan(1), CultureInfo.InvariantCulture)).SingleOrDefault();
        return new OpenEntry(
            Hash.Of([(byte)index]), Payee, new Money(long.Parse(words[0], CultureInfo.InvariantCulture), Currency.Aud), Today.AddDays(days),
            words.Contains("d"), minimum, GstTreatment.Exclusive, words.Contains("w"));
    }

    private static PayeeEligibility Judge(string entries, Dictionary<ContactId, PayeeFacts>? payees = null) =>
        Assert.Single(PayoutEligibility.Decide(entries.Split(' ').Select(Entry), payees ?? Known, Today));

    [Theory]
    [InlineData("1000", EligibilityOutcome.Eligible, 1, 1000, 0, 0)]
    [InlineData("1000/+1", EligibilityOutcome.NothingDue, 0, 0, 1000, 0)]
    [InlineData("1000/+0 500/+14", EligibilityOutcome.Eligible, 1, 1000, 500, 0)]
    [InlineData("1000/d", EligibilityOutcome.NothingDue, 0, 0, 0, 1000)]
    [InlineData("1000 -300/d", EligibilityOutcome.Eligible, 1, 1000, 0, -300)]
    [InlineData("1000 -300", EligibilityOutcome.Eligible, 2, 700, 0, 0)]
    [InlineData("1000 -300/+14", EligibilityOutcome.Eligible, 2, 700, 0, 0)]
    [InlineData("1000 -1000", EligibilityOutcome.InDebt, 0, 0, 0, 0)]
    [InlineData("1000 -1001", EligibilityOutcome.InDebt, 0, -1, 0, 0)]
    [InlineData("-5", EligibilityOutcome.InDebt, 0, -5, 0, 0)]
    [InlineData("1000/+3 -400", EligibilityOutcome.InDebt, 0, -400, 1000, 0)]
    [InlineData("1000/w", EligibilityOutcome.NothingDue, 0, 0, 1000, 0)]
    [InlineData("1000/w 500", EligibilityOutcome.Eligible, 1, 500, 1000, 0)]
    [InlineData("1000/w -400/w", EligibilityOutcome.InDebt, 0, -400, 1000, 0)]
    [InlineData("4999/m5000", EligibilityOutcome.BelowMinimum, 0, 4999, 0, 0)]
    [InlineData("5000/m5000", EligibilityOutcome.Eligible, 1, 5000, 0, 0)]
    [InlineData("2500/m5000 2500", EligibilityOutcome.Eligible, 2, 5000, 0, 0)]
    [InlineData("6000/m5000 -1001", EligibilityOutcome.BelowMinimum, 0, 4999, 0, 0)]
    [InlineData("1 9000/+5/m5000", EligibilityOutcome.Eligible, 1, 1, 9000, 0)]
    [InlineData("99999999999999", EligibilityOutcome.Eligible, 1, Money.MaxMinor, 0, 0)]
    public void A_payee_is_paid_or_the_reason_is_named(string entries, EligibilityOutcome outcome, int lines, long due, long cooling, long disputed)
    {
        var judged = Judge(entries);
        Assert.Equal(
            (outcome, lines, due, cooling, disputed), (judged.Outcome, judged.Lines.Count, judged.DueMinor, judged.CoolingOffMinor, judged.DisputedMinor));
        Assert.NotEmpty(judged.Reason);
    }

    [Fact]
    public void Who_is_not_verified_or_has_no_account_is_not_paid()
    {
        Assert.Equal(EligibilityOutcome.NotVerified, Judge("1000", []).Outcome);
        Assert.Equal(EligibilityOutcome.NotVerified, Judge("1000", new() { [Payee] = new(false, Hash.Of("account"u8)) }).Outcome);
        Assert.Equal(EligibilityOutcome.NoDestination, Judge("1000", new() { [Payee] = new(true, null) }).Outcome);
    }

    [Fact]
    public void Each_currency_is_judged_by_itself()
    {
        var entry = Entry("1000", 1);
        OpenEntry[] entries = [entry, entry with { Entry = Hash.Of("n"u8), Money = new Money(-5, new Currency("NZD")) }];
        var judged = PayoutEligibility.Decide(entries, Known, Today);
        Assert.Equal([("AUD", EligibilityOutcome.Eligible), ("NZD", EligibilityOutcome.InDebt)], judged.Select(one => (one.Currency.Code, one.Outcome)));
    }

    [Fact]
    public void The_breakdown_is_all_that_is_open_and_its_order_does_not_matter() =>
        Gen.Select(Gen.Long[-10_000, 10_000], Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 3]).Array[1, 30].Sample(rows =>
        {
            var entries = rows.Select((row, i) => new OpenEntry(
                Hash.Of([(byte)i]), People.All[row.Item4].Id, new Money(row.Item1, Currency.Aud), Today.AddDays(row.Item2 - 1), row.Item3, 500,
                GstTreatment.None)).ToList();
            var judged = PayoutEligibility.Decide(entries, Known, Today);
            Assert.Equal(entries.Sum(entry => entry.Money.Minor), judged.Sum(one => one.DueMinor + one.CoolingOffMinor + one.DisputedMinor));
            Assert.All(judged.Where(one => one.Lines.Count > 0), one => Assert.Equal(one.DueMinor, one.Lines.Sum(line => line.Money.Minor)));
            entries.Reverse();
            var again = PayoutEligibility.Decide(entries, Known, Today);
            Assert.Equal(judged.Select(one => (one.Payee, one.Outcome)), again.Select(one => (one.Payee, one.Outcome)));
        });

    [Theory]
    [InlineData(PayoutRhythm.Weekly, 5, "2026-11-23", "2026-11-27")]
    [InlineData(PayoutRhythm.Weekly, 1, "2026-11-23", "2026-11-30")]
    [InlineData(PayoutRhythm.Weekly, 5, "2026-12-18", "2026-12-29")]
    [InlineData(PayoutRhythm.Monthly, 15, "2026-11-23", "2026-12-15")]
    [InlineData(PayoutRhythm.Monthly, 31, "2026-10-30", "2026-11-02")]
    [InlineData(PayoutRhythm.Monthly, 31, "2026-11-02", "2026-11-30")]
    [InlineData(PayoutRhythm.Monthly, 25, "2026-12-25", "2026-12-29")]
    [InlineData(PayoutRhythm.Monthly, 31, "2028-12-01", null)]
    [InlineData(PayoutRhythm.OnDemand, 0, "2026-11-23", null)]
    public void A_schedule_runs_on_business_days(PayoutRhythm rhythm, int day, string after, string? expected) =>
        Assert.Equal(expected is null ? null : DateOnly.Parse(expected), new PayoutSchedule(rhythm, day).Next(DateOnly.Parse(after)));

    [Theory]
    [InlineData(PayoutRhythm.Weekly, 6, false)]
    [InlineData(PayoutRhythm.Weekly, 0, false)]
    [InlineData(PayoutRhythm.Monthly, 32, false)]
    [InlineData(PayoutRhythm.Monthly, 31, true)]
    [InlineData(PayoutRhythm.OnDemand, 0, true)]
    public void A_schedule_has_a_day_that_exists(PayoutRhythm rhythm, int day, bool isRight) =>
        Assert.Equal(isRight, new PayoutSchedule(rhythm, day).Check() is null);
}
