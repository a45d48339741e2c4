using System.Text;

namespace Commission.Domain.Ledger;

/// <summary>
/// Names of books and accounts that were decoded lately. A book names the same few hundred a million times; one string for each
/// is what keeps verification near the speed of hashing. Bounded: a name displaces the one that had its place.
/// </summary>
internal static class KnownTexts
{
    private const int Places = 4096;
    private static readonly string?[] Kept = new string?[Places];

    /// <summary>The string of these bytes, or null when it is not at hand.</summary>
    public static string? Find(ReadOnlySpan<byte> utf8) => Volatile.Read(ref Kept[PlaceOf(utf8)]) is { } text && Ascii.Equals(utf8, text) ? text : null;

    /// <summary>Keeps a string for the next time. Only ASCII is found again.</summary>
    public static string Keep(ReadOnlySpan<byte> utf8, string text)
    {
        Volatile.Write(ref Kept[PlaceOf(utf8)], text);
        return text;
    }

    private static int PlaceOf(ReadOnlySpan<byte> utf8)
    {
        var hash = 17u;
        foreach (var b in utf8)
            hash = hash * 31 + b;
        return (int)((hash ^ hash >> 12) % Places);
    }
}
