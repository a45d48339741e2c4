using System.Globalization;
using Commission.Domain.Amounts;
using Commission.Domain.Rules.Shapes;

namespace Commission.Domain.Rules.Wording;

/// <summary>The words for the parts of a rule, in one currency.</summary>
internal sealed class Phrases(RuleSetDocument document)
{
    public string Money(long minor)
    {
        var text = Amounts.Money.Decimal(Math.Abs(minor), document.Currency.Decimals);
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = long.Parse(point < 0 ? text : text[..point], CultureInfo.InvariantCulture).ToString("N0", CultureInfo.InvariantCulture);
        var symbol = document.Currency == Currency.Aud ? "$" : document.Currency.Code + " ";
        return $"{(minor < 0 ? "−" : "")}{symbol}{whole}{(point < 0 ? "" : text[point..])}";
    }

    public string Price(Price price) => $"{price} {(document.Currency.Decimals == 2 ? "cents" : document.Currency.Code)}";

    public bool IsCount(string basis) => Basis.IsCount(basis) || document.DeclaredBases.GetValueOrDefault(basis);

    public string Quantity(string basis, long value) =>
        IsCount(basis) ? value.ToString("N0", CultureInfo.InvariantCulture) : Money(value);

    public static string BasisOf(string name) => $"the {BareBasisOf(name)}";

    public static string BareBasisOf(string name) => name switch
    {
        Basis.DealValue => "deal value",
        Basis.Deal => "number of deals",
        Basis.Units => "number of units",
        Basis.Invoice => "invoice amount without GST",
        Basis.Premium => "annual premium",
        Basis.TrailBalance => "balance",
        Basis.CommissionReceived => "commission received",
        Basis.Consumption => "consumption",
        _ => name.Replace('_', ' '),
    };

    public static string PartyOf(Party party) => party switch
    {
        Party.Referrer => "the referrer",
        Party.Receiver => "the receiver",
        Party.Platform => "the platform",
        Party.Upline => "the upline",
        Party.Upline2 => "the second upline",
        Party.Upline3 => "the third upline",
        Party.Upline4 => "the fourth upline",
        Party.Upline5 => "the fifth upline",
        _ => throw new ArgumentOutOfRangeException(nameof(party)),
    };

    /// <summary>What holds year by year; the last one stays.</summary>
    public static string ByYear(IReadOnlyList<string> years) => years.Count == 1
        ? years[0]
        : string.Join(", ", years.Select((text, year) => $"{text} in year {year + 1}{(year == years.Count - 1 ? " and later" : "")}"));

    /// <summary>A span of months of a deal's life.</summary>
    public static string MonthsOf(int from, int? months, string always) => (from, months) switch
    {
        (1, null) => always,
        (_, null) => $"from month {from} on",
        (1, _) => $"for {months} months",
        _ => $"for {months} months from month {from} on",
    };

    public static string Accumulated(VolumeScope? scope, string text) =>
        scope is null ? text : $"{text}; volume adds up {SpanOf(scope)}";

    public static string SpanOf(VolumeScope scope)
    {
        var owner = scope.Owner switch
        {
            VolumeOwner.Network => "per network",
            VolumeOwner.Customer => "per client",
            VolumeOwner.Deal => "per deal",
            _ => "per referrer",
        };
        return scope.Period switch
        {
            VolumePeriod.Month => owner + " and month",
            VolumePeriod.Quarter => owner + " and quarter",
            VolumePeriod.Year => owner + " and calendar year",
            VolumePeriod.FinancialYear => owner + " and financial year",
            VolumePeriod.Window => $"{owner} between {scope.From:yyyy-MM-dd} and {scope.To:yyyy-MM-dd}",
            _ => owner,
        };
    }
}
