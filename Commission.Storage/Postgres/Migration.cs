using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Commission.Storage.Postgres;

/// <summary>One numbered SQL file of this release. Once released it is never edited; a change is a new number.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    private const string Prefix = "Commission.Storage.Migrations.";

    public string FileName => $"{Number:000}_{Name}.sql";

    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    public static IReadOnlyList<Migration> OfThisRelease()
    {
        var assembly = typeof(Migration).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => Parse(name[Prefix.Length..], ReadText(assembly, name)))
            .OrderBy(migration => migration.Number)];
    }

    /// <summary>Line ends are normalised, so that a checkout on Windows has the same checksum.</summary>
    public static Migration Parse(string fileName, string text)
    {
        var name = Path.GetFileNameWithoutExtension(fileName);
        var underscore = name.IndexOf('_', StringComparison.Ordinal);
        var number = int.Parse(name[..underscore], NumberStyles.None, CultureInfo.InvariantCulture);
        return new Migration(number, name[(underscore + 1)..], text.ReplaceLineEndings("\n"));
    }

    private static string ReadText(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
