namespace Commission.Domain.Payouts.Aba;

/// <summary>What a bank wants of a file beyond the layout that all share.</summary>
/// <param name="Code">Its name in settings: <c>nab</c>, <c>cba</c>, <c>wbc</c>, <c>anz</c>, <c>generic</c>.</param>
/// <param name="Institution">The three letters of columns 21 to 23 of the header.</param>
/// <param name="IsSelfBalancing">Whether a debit of the paying account (code 13) balances the credits.</param>
/// <param name="HasAccountInHeader">Whether the header names the paying account in columns 2 to 17, which the layout leaves blank.</param>
/// <param name="Characters">The characters it takes in texts, beside letters, digits and the space.</param>
/// <param name="MaxRecords">Most detail records of one file, the balancing one included.</param>
[GenerateSerializer, Immutable, Alias("AbaProfile")]
public sealed record AbaProfile(
    [property: Id(0)] string Code, [property: Id(1)] string Institution, [property: Id(2)] bool IsSelfBalancing,
    [property: Id(3)] bool HasAccountInHeader, [property: Id(4)] string Characters, [property: Id(5)] int MaxRecords)
{
    /// <summary>What the clearing's procedures allow in a text.</summary>
    public const string ClearingCharacters = "+-@$!%&()*./#=:?,'[]_^";

    /// <summary>What every bank is known to take.</summary>
    public const string PlainCharacters = "-./&(),'";

    /// <summary>The six columns of the record count hold no more.</summary>
    public const int LayoutMaxRecords = 999_999;

    /// <summary>National Australia Bank.</summary>
    public static AbaProfile Nab { get; } = new("nab", "NAB", true, false, ClearingCharacters, 99_999);

    /// <summary>Commonwealth Bank: a contra entry is required.</summary>
    public static AbaProfile Cba { get; } = new("cba", "CBA", true, false, PlainCharacters, 50_000);

    /// <summary>Westpac.</summary>
    public static AbaProfile Wbc { get; } = new("wbc", "WBC", true, false, PlainCharacters, 50_000);

    /// <summary>ANZ: it debits the paying account by itself.</summary>
    public static AbaProfile Anz { get; } = new("anz", "ANZ", false, false, ClearingCharacters, 50_000);

    /// <summary>The layout as such; <c>with</c> fits it to a bank that is not named here.</summary>
    public static AbaProfile Generic { get; } = new("generic", "XXX", false, false, PlainCharacters, LayoutMaxRecords);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AbaProfile> All { get; } = [Nab, Cba, Wbc, Anz, Generic];

    /// <summary>The profile of a code, or null.</summary>
    public static AbaProfile? Find(string? code) => All.FirstOrDefault(profile => profile.Code == code);

    /// <summary>What is wrong with a profile that was put together, or null.</summary>
    internal Refusal? Check() =>
        Institution is not { Length: 3 } || Institution.AsSpan().IndexOfAnyExceptInRange('A', 'Z') >= 0
            ? StrictNode.Wrong("profile.institution", "three capital letters", $"\"{Institution}\"")
        : MaxRecords is < 2 or > LayoutMaxRecords
            ? StrictNode.Wrong("profile.maxRecords", $"2 to {LayoutMaxRecords}", $"{MaxRecords}")
        : Characters.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0 || !Characters.Contains('/', StringComparison.Ordinal)
            ? StrictNode.Wrong("profile.characters", "printable ASCII characters with a slash among them", $"\"{Characters}\"")
        : null;
}
