using System.Globalization;

namespace Commission.Console;

/// <summary>How figures and times are written, on every page the same.</summary>
internal static class Formats
{
    // Written out: libraries disagree about "Sept".
    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <summary>12,345</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>22 Nov 2026, 08:00:12 UTC</summary>
    public static string Time(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        return string.Create(CultureInfo.InvariantCulture, $"{utc.Day} {Months[utc.Month - 1]} {utc.Year}, {utc:HH:mm:ss} UTC");
    }

    /// <summary>For the datetime attribute of a time element.</summary>
    public static string Machine(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>1 leaf, 2 leaves</summary>
    public static string Of(long count, string one, string many) => $"{Count(count)} {(count == 1 ? one : many)}";
}
