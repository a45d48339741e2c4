namespace Commission.Domain.Rules.Reading;

/// <summary>Reads whose volume adds up, over which period.</summary>
internal static class ScopeReader
{
    public static VolumeScope Read(StrictNode node) => new(Owner(node), node.Text("per") switch
    {
        "month" => VolumePeriod.Month,
        "quarter" => VolumePeriod.Quarter,
        "year" => VolumePeriod.Year,
        "financial_year" => VolumePeriod.FinancialYear,
        var other => throw StrictNode.Mistake($"{node.Path}.per", "month, quarter, year or financial_year", other),
    });

    public static VolumeScope? Optional(StrictNode component)
    {
        if (component.Find("accumulate") is not { } node)
            return null;
        node.Allow("per", "scope");
        return Read(node);
    }

    public static VolumeOwner Owner(StrictNode node) => node.Text("scope") switch
    {
        "referrer" => VolumeOwner.Referrer,
        "network" => VolumeOwner.Network,
        var other => throw StrictNode.Mistake($"{node.Path}.scope", "referrer or network", other),
    };
}
