using Commission.Domain.Amounts;
using Commission.Domain.Rules;

namespace Commission.Domain.Payouts.Tax;

/// <summary>
/// GST of the lines of one invoice: a tenth of a value without it (GST Act 1999 s 9-70), an eleventh of a price with it (s 9-75). The
/// lines are added up unrounded and the total is rounded once, half a cent upwards: A New Tax System (Goods and Services Tax) Act 1999
/// s 9-90(2)(a), the total invoice rule.
/// </summary>
public static class Gst
{
    /// <summary>GST of each line in cents; they add up to the total by largest remainder, ties to the earlier line.</summary>
    /// <param name="lines">Amounts and how they stand to GST; amounts are not negative.</param>
    /// <exception cref="ArgumentException">An amount is negative: what is taken back goes into an adjustment note.</exception>
    /// <exception cref="OverflowException">The total leaves 64 bits.</exception>
    public static long[] Of(IReadOnlyList<(long AmountMinor, GstTreatment Treatment)> lines)
    {
        var weights = new long[lines.Count];
        Int128 sum = 0;
        foreach (var (index, (amount, treatment)) in lines.Index())
        {
            if (amount < 0)
                throw new ArgumentException("A line of an invoice must not be negative.", nameof(lines));
            weights[index] = checked(amount * HundredAndTenths(treatment));
            sum += weights[index];
        }
        return sum == 0 ? new long[lines.Count] : Allocation.LargestRemainder(Rounding.HalfAwayFromZero(sum, 110), weights);
    }

    /// <summary>GST is so many hundred-and-tenths of an amount: 11/110 is a tenth, 10/110 an eleventh.</summary>
    private static int HundredAndTenths(GstTreatment treatment) => treatment switch
    {
        GstTreatment.Exclusive => 11,
        GstTreatment.Inclusive => 10,
        _ => 0,
    };
}

/// <summary>What a payer withholds from a payee that quotes no ABN. Source: Taxation Administration Act 1953, Schedule 1, s 12-190.</summary>
public static class NoAbnWithholding
{
    /// <summary>
    /// The top rate (45 % and 2 % Medicare levy) of the whole payment when it is over $75 without GST (s 12-190(4)); the cents of the result
    /// are disregarded (Taxation Administration Regulations 2017 s 26). An amount that is not positive is no payment.
    /// </summary>
    /// <param name="terms">Rate and threshold, as the rule set states them.</param>
    /// <param name="paymentMinor">What would be paid, without GST: who has no ABN is not registered for it.</param>
    /// <param name="hasAbn">Whether the payee quoted an ABN.</param>
    public static long Of(Withholding terms, long paymentMinor, bool hasAbn) => hasAbn || paymentMinor <= Math.Max(0, terms.OverMinor)
        ? 0
        : checked((long)((Int128)paymentMinor * terms.NoAbnRate.Units / terms.NoAbnRate.Denominator / 100 * 100));
}
