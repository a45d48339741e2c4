using Commission.Domain.Amounts;

namespace Commission.Domain.Rules;

/// <summary>One party's weight in a split.</summary>
/// <param name="Party">Who, by role.</param>
/// <param name="Weight">A positive integer; only the proportion counts.</param>
public sealed record Share(Party Party, long Weight);

/// <summary>A party's percentage off the top of a pool, before the rest is shared.</summary>
/// <param name="Party">Who, by role.</param>
/// <param name="Rate">Of the pool after the platform fee; at most two decimals.</param>
public sealed record TopShare(Party Party, Rate Rate);

/// <summary>
/// How a pool is divided: the platform's fee, what goes off the top, and the rest by weight. All of it becomes one list of
/// integer weights, so that a single largest-remainder pass gives every cent to somebody.
/// </summary>
public sealed class Split
{
    /// <summary>Keeps the weights of an explanation exact in every JSON reader.</summary>
    internal const long MaxTotalWeight = CanonicalJson.MaxInteger;

    private readonly SplitPlan?[] _plans;
    private readonly Party[] _parties;

    /// <summary>Makes a split; <see cref="TotalWeight"/> says whether its weights stay exact.</summary>
    public Split(Rate platformFee, IReadOnlyList<TopShare> offTheTop, IReadOnlyList<Share> shares)
    {
        PlatformFee = platformFee;
        OffTheTop = offTheTop;
        Shares = shares;
        _parties = [.. offTheTop.Select(share => share.Party), .. shares.Select(share => share.Party)];
        _plans = new SplitPlan?[1 << _parties.Length];
    }

    /// <summary>The platform's part of the pool.</summary>
    public Rate PlatformFee { get; }

    /// <summary>Percentages taken first.</summary>
    public IReadOnlyList<TopShare> OffTheTop { get; }

    /// <summary>Weights of the rest, in declared order.</summary>
    public IReadOnlyList<Share> Shares { get; }

    /// <summary>The sum of all weights before they are reduced.</summary>
    internal Int128 TotalWeight =>
        (Int128)PlatformFee.Denominator * TopDenominator * Math.Max(Shares.Sum(share => share.Weight), 1);

    private long TopDenominator => OffTheTop.Count == 0 ? 1 : OffTheTop.Max(share => share.Rate.Denominator);

    /// <summary>The weights when these payees fill their roles.</summary>
    internal SplitPlan PlanFor(IReadOnlyDictionary<Party, ContactId> payees)
    {
        var mask = 0;
        for (var i = 0; i < _parties.Length; i++)
        {
            if (payees.ContainsKey(_parties[i]))
                mask |= 1 << i;
        }
        return _plans[mask] ??= Plan(mask);
    }

    /// <summary>
    /// With the fee n/d, the top percentages a/D of what is left and the weights w: the platform has n·D·Σw, a top share
    /// (d−n)·a·Σw, and another (d−n)·(D−Σa)·w. What nobody fills goes to the platform.
    /// </summary>
    private SplitPlan Plan(int mask)
    {
        var top = OffTheTop.Where((_, i) => (mask & (1 << i)) != 0).ToArray();
        var rest = Shares.Where((_, i) => (mask & (1 << (OffTheTop.Count + i))) != 0).ToArray();
        var whole = top.Length == 0 ? 1 : top.Max(share => share.Rate.Denominator);
        var taken = top.Select(share => checked(share.Rate.Units * (whole / share.Rate.Denominator))).ToArray();
        var left = whole - taken.Sum();
        var sum = rest.Sum(share => share.Weight);
        var (fee, of) = Reduced(top.Length + rest.Length == 0 ? 1 : PlatformFee.Units, top.Length + rest.Length == 0 ? 1 : PlatformFee.Denominator);
        var unit = Math.Max(sum, 1);
        var unclaimed = rest.Length == 0 ? checked((of - fee) * left) : 0;
        Party[] parties = [Party.Platform, .. top.Select(share => share.Party), .. rest.Select(share => share.Party)];
        long[] weights =
        [
            checked((fee * whole * unit) + unclaimed),
            .. taken.Select(part => checked((of - fee) * part * unit)),
            .. rest.Select(share => checked((of - fee) * left * share.Weight)),
        ];
        return new SplitPlan(parties, weights);
    }

    private static (long Numerator, long Denominator) Reduced(long numerator, long denominator)
    {
        var (a, b) = (numerator, denominator);
        while (b != 0)
            (a, b) = (b, a % b);
        return (numerator / a, denominator / a);
    }
}

/// <summary>Parties and weights for one set of payees; the platform comes first.</summary>
internal sealed class SplitPlan(Party[] parties, long[] weights)
{
    public Party[] Parties { get; } = parties;

    public long[] Weights { get; } = weights;

    public long Total { get; } = weights.Sum();
}
