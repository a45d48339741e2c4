using System.Globalization;
using System.Text.RegularExpressions;

namespace Commission.Tidy.Tests.Checks;

/// <summary>Migrations are numbered from 001 without gaps, so that every database went the same way.</summary>
internal static partial class Migrations
{
    private const string Folder = "Commission.Storage/Migrations/";

    public static IEnumerable<string> Check(IEnumerable<SourceFile> files)
    {
        var expected = 0;
        foreach (var file in files.Where(file => file.Path.StartsWith(Folder, StringComparison.Ordinal)).OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            expected++;
            if (!FileName().IsMatch(file.Name))
                yield return file.At(1, $"is not named like {expected:000}_what_it_makes.sql: rename it.");
            else if (int.Parse(file.Name[..3], CultureInfo.InvariantCulture) != expected)
                yield return file.At(1, $"stands where number {expected:000} is next: renumber it (only if it was never released).");
        }
    }

    [GeneratedRegex(@"^\d{3}_[a-z0-9_]+\.sql$")]
    private static partial Regex FileName();
}
