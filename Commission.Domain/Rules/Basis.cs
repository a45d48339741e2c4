using System.Collections.Frozen;

namespace Commission.Domain.Rules;

/// <summary>The named quantities a component may be computed on. A rule must name one; nothing is implied.</summary>
public static class Basis
{
    /// <summary>The settled value of the deal, minor units.</summary>
    public const string DealValue = "deal_value";
    /// <summary>One per completed deal; the basis of flat amounts.</summary>
    public const string Deal = "deal";

    /// <summary>A count that the settlement states; the basis of amounts per unit.</summary>
    public const string Units = "units";

    /// <summary>Whether the basis counts things. The others are money: a percentage of a count means nothing, nor does an amount per cent.</summary>
    public static bool IsCount(string name) => name is Deal or Units;

    /// <summary>Every basis that a settlement can state.</summary>
    public static FrozenSet<string> Known { get; } = new[]
    {
        DealValue, Deal, "commission_received", "invoice_amount_ex_gst", "trail_balance", Units, "annual_premium",
    }.ToFrozenSet(StringComparer.Ordinal);
}
