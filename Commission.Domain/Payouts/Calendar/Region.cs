namespace Commission.Domain.Payouts.Calendar;

/// <summary>Whose holidays count.</summary>
[GenerateSerializer]
public enum Region
{
    /// <summary>
    /// Payments between banks: they rest on the weekends and on the days that are holidays in Sydney and Melbourne alike, as the
    /// Reserve Bank's settlement system does.
    /// </summary>
    National = 0,
    /// <summary>Australian Capital Territory.</summary>
    Act = 1,
    /// <summary>New South Wales.</summary>
    Nsw = 2,
    /// <summary>Northern Territory.</summary>
    Nt = 3,
    /// <summary>Queensland.</summary>
    Qld = 4,
    /// <summary>South Australia.</summary>
    Sa = 5,
    /// <summary>Tasmania.</summary>
    Tas = 6,
    /// <summary>Victoria.</summary>
    Vic = 7,
    /// <summary>Western Australia.</summary>
    Wa = 8,
}

/// <summary>Names and clocks of regions.</summary>
public static class Regions
{
    /// <summary>The states and territories, without <see cref="Region.National"/>.</summary>
    public static IReadOnlyList<Region> States { get; } =
        [Region.Act, Region.Nsw, Region.Nt, Region.Qld, Region.Sa, Region.Tas, Region.Vic, Region.Wa];

    /// <summary>The name as people write it: <c>NSW</c>, or <c>AU</c> for the nation.</summary>
    public static string Name(this Region region) => region == Region.National ? "AU" : region.ToString().ToUpperInvariant();

    /// <summary>Reads a name; false for another.</summary>
    public static bool TryParse(string? text, out Region region)
    {
        foreach (var known in Enum.GetValues<Region>())
        {
            if (text == known.Name())
            {
                region = known;
                return true;
            }
        }
        region = default;
        return false;
    }

    /// <summary>The IANA time zone that the region keeps; the caller brings the zone itself, for its rules change by the year.</summary>
    public static string ZoneId(this Region region) => region switch
    {
        Region.National or Region.Nsw => "Australia/Sydney",
        Region.Act => "Australia/Canberra",
        Region.Nt => "Australia/Darwin",
        Region.Qld => "Australia/Brisbane",
        Region.Sa => "Australia/Adelaide",
        Region.Tas => "Australia/Hobart",
        Region.Vic => "Australia/Melbourne",
        Region.Wa => "Australia/Perth",
        _ => throw new ArgumentOutOfRangeException(nameof(region)),
    };
}
