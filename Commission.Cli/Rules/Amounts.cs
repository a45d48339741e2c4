using System.Globalization;

namespace Commission.Cli.Rules;

/// <summary>Amounts as people read them.</summary>
internal static class Amounts
{
    /// <summary>Minor units with two decimals and thousands.</summary>
    public static string Text(long minor) =>
        string.Create(CultureInfo.InvariantCulture, $"{(minor < 0 ? "-" : "")}{Math.Abs(minor) / 100:N0}.{Math.Abs(minor) % 100:00}");
}
