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
    /// <summary>What a trail is paid on.</summary>
    public const string TrailBalance = "trail_balance";
    /// <summary>What was received for the deal, from a lender or a merchant.</summary>
    public const string CommissionReceived = "commission_received";
    /// <summary>An invoice without GST.</summary>
    public const string Invoice = "invoice_amount_ex_gst";
    /// <summary>A year's premium.</summary>
    public const string Premium = "annual_premium";
    /// <summary>Units consumed in the period that a report covers, such as kWh.</summary>
    public const string Consumption = "consumption";

    /// <summary>Whether a basis of the language counts things. The others are money: a percentage of a count means nothing.</summary>
    public static bool IsCount(string name) => name is Deal or Units or Consumption;

    /// <summary>Every basis of the language; a document may declare further ones.</summary>
    public static FrozenSet<string> Known { get; } = new[]
    {
        DealValue, Deal, CommissionReceived, Invoice, TrailBalance, Units, Premium, Consumption,
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What a message says when a name is wrong.</summary>
    public const string ExpectedName = "a name of 2 to 40 characters a–z, 0–9 and _, starting with a letter";

    /// <summary>Whether the text can name a basis, a milestone or a licence.</summary>
    public static bool IsName(string? text) =>
        text is { Length: >= 2 and <= 40 } && text[0] is >= 'a' and <= 'z'
        && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_');
}
