namespace Commission.Domain.Rules;

/// <summary>The roles that can share a pool. A role that nobody fills is skipped; the others keep their proportions.</summary>
[GenerateSerializer]
public enum Party
{
    /// <summary>The member who referred.</summary>
    Referrer,
    /// <summary>The referrer's upline at the referral.</summary>
    Upline,
    /// <summary>The member who received the client.</summary>
    Receiver,
    /// <summary>The platform's fee.</summary>
    Platform,
    /// <summary>The upline's upline.</summary>
    Upline2,
    /// <summary>The third upline.</summary>
    Upline3,
    /// <summary>The fourth upline.</summary>
    Upline4,
    /// <summary>The fifth upline; no override goes further.</summary>
    Upline5,
}

/// <summary>The words for roles in documents, facts and explanations.</summary>
public static class PartyNames
{
    /// <summary>The uplines of a referrer, nearest first. Its length is the greatest depth of an override.</summary>
    public static IReadOnlyList<Party> Uplines { get; } = [Party.Upline, Party.Upline2, Party.Upline3, Party.Upline4, Party.Upline5];

    private static readonly Dictionary<string, Party> ByName =
        Enum.GetValues<Party>().ToDictionary(Of, party => party, StringComparer.Ordinal);

    /// <summary>The role's word.</summary>
    public static string Of(Party party) => party switch
    {
        Party.Referrer => "referrer",
        Party.Upline => "upline",
        Party.Receiver => "receiver",
        Party.Platform => "platform",
        Party.Upline2 => "upline_2",
        Party.Upline3 => "upline_3",
        Party.Upline4 => "upline_4",
        Party.Upline5 => "upline_5",
        _ => throw new ArgumentOutOfRangeException(nameof(party)),
    };

    /// <summary>Reads a role's word.</summary>
    public static bool TryParse(string? name, out Party party)
    {
        party = default;
        return name is not null && ByName.TryGetValue(name, out party);
    }
}
