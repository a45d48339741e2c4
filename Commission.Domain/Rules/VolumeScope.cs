using System.Globalization;

namespace Commission.Domain.Rules;

/// <summary>The span over which volume adds up.</summary>
public enum VolumePeriod
{
    /// <summary>For ever.</summary>
    Always,
    /// <summary>A calendar month.</summary>
    Month,
    /// <summary>A calendar quarter.</summary>
    Quarter,
    /// <summary>A calendar year.</summary>
    Year,
    /// <summary>1 July to 30 June, named by the year it ends in.</summary>
    FinancialYear,
    /// <summary>A campaign's own dates.</summary>
    Window,
}

/// <summary>Whose volume adds up.</summary>
public enum VolumeOwner
{
    /// <summary>The referrer's.</summary>
    Referrer,
    /// <summary>That of everybody under the referrer's topmost known upline, who is counted too.</summary>
    Network,
    /// <summary>That of one client.</summary>
    Customer,
    /// <summary>That of one deal: the payments of a recurring commission.</summary>
    Deal,
}

/// <summary>One accumulator of a component: what it adds up, and the cap on the sum of its pools.</summary>
/// <param name="Scope">What it adds up.</param>
/// <param name="CapMinor">The cap, or null.</param>
internal sealed record VolumeStage(VolumeScope Scope, long? CapMinor)
{
    /// <summary>The shape's own accumulator first, with the cap of the same scope; then one for each further cap.</summary>
    public static IReadOnlyList<VolumeStage> Of(VolumeScope? own, Caps caps)
    {
        var stages = caps.Accumulated.ToList();
        if (own is null)
            return stages;
        var same = stages.FindIndex(stage => stage.Scope == own);
        var first = same < 0 ? new VolumeStage(own, null) : stages[same];
        stages.Remove(first);
        return [first, .. stages];
    }
}

/// <summary>Whose volume adds up, and over which span.</summary>
/// <param name="Owner">Whose.</param>
/// <param name="Period">The span.</param>
/// <param name="From">First day of a window.</param>
/// <param name="To">Last day of a window.</param>
public sealed record VolumeScope(VolumeOwner Owner, VolumePeriod Period, DateOnly? From = null, DateOnly? To = null)
{
    /// <summary>All deals of a client.</summary>
    public static VolumeScope OfCustomer { get; } = new(VolumeOwner.Customer, VolumePeriod.Always);

    /// <summary>All payments of a deal.</summary>
    public static VolumeScope OfDeal { get; } = new(VolumeOwner.Deal, VolumePeriod.Always);

    /// <summary>The period's name, or null for a day outside a window: <c>2026-03</c>, <c>2026-Q1</c>, <c>2026</c>, <c>FY2026</c>.</summary>
    public string? PeriodOf(DateOnly date) => Period switch
    {
        VolumePeriod.Always => "always",
        VolumePeriod.Month => date.ToString("yyyy-MM", CultureInfo.InvariantCulture),
        VolumePeriod.Quarter => string.Create(CultureInfo.InvariantCulture, $"{date.Year:0000}-Q{(date.Month + 2) / 3}"),
        VolumePeriod.Year => date.ToString("yyyy", CultureInfo.InvariantCulture),
        VolumePeriod.FinancialYear => string.Create(CultureInfo.InvariantCulture, $"FY{(date.Month >= 7 ? date.Year + 1 : date.Year):0000}"),
        VolumePeriod.Window => date >= From && date <= To ? string.Create(CultureInfo.InvariantCulture, $"{From:yyyy-MM-dd}..{To:yyyy-MM-dd}") : null,
        _ => throw new InvalidOperationException($"{Period} is no period."),
    };
}
