using System.Globalization;

namespace Commission.Storage.Postgres;

/// <summary>A folder that holds the server programs of one PostgreSQL version.</summary>
internal sealed record PostgresBinaries(string Folder, int MajorVersion)
{
    // Our schema needs UNIQUE … NULLS NOT DISTINCT, which came with 15.
    private const int OldestMajorVersion = 15;

    public string InitDb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>
    /// The newest version found, or, for a cluster that exists, exactly the version that made it: another major version
    /// cannot read its files.
    /// </summary>
    public static async Task<PostgresBinaries> FindAsync(int? requiredMajorVersion, CancellationToken cancellationToken)
    {
        var found = new List<PostgresBinaries>();
        foreach (var folder in CandidateFolders())
        {
            var version = await ReadMajorVersionAsync(folder, cancellationToken);
            if (version is null)
                continue;
            found.Add(new PostgresBinaries(folder, version.Value));
            if (version == requiredMajorVersion)
                break;
        }

        if (requiredMajorVersion is { } required)
        {
            return found.Find(b => b.MajorVersion == required) ?? throw new PostgresNotFoundException(
                $"The data directory was made by PostgreSQL {required}, whose programs are not on this machine "
                + $"(found: {Versions(found)}). Install them, on Debian or Ubuntu: apt-get install postgresql-{required}");
        }

        return found.Where(b => b.MajorVersion >= OldestMajorVersion).MaxBy(b => b.MajorVersion)
            ?? throw new PostgresNotFoundException(
                $"PostgreSQL {OldestMajorVersion} or newer was not found on PATH or in /usr/lib/postgresql/*/bin "
                + $"(found: {Versions(found)}). Install it, on Debian or Ubuntu: apt-get install postgresql; or set "
                + "ConnectionStrings:Commission to use a server that runs elsewhere.");
    }

    private static string Versions(List<PostgresBinaries> found) =>
        found.Count == 0 ? "none" : string.Join(", ", found.Select(b => b.MajorVersion));

    private static IEnumerable<string> CandidateFolders()
    {
        var onPath = ExternalCommand.FindOnPath("initdb");
        var folders = onPath is null ? [] : new List<string> { RealFolderOf(onPath) };
        folders.AddRange(Subfolders("/usr/lib/postgresql", "*", "bin"));
        folders.AddRange(Subfolders("/usr", "pgsql-*", "bin"));
        folders.AddRange(Subfolders("/opt/homebrew/opt", "postgresql@*", "bin"));
        return folders.Distinct(StringComparer.Ordinal)
            .Where(f => File.Exists(Path.Combine(f, "initdb")) && File.Exists(Path.Combine(f, "pg_ctl")));
    }

    // initdb finds its sibling programs beside itself, so a symbolic link on PATH is followed to the real folder.
    private static string RealFolderOf(string program) =>
        Path.GetDirectoryName(File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program)!;

    private static IEnumerable<string> Subfolders(string root, string pattern, string child) =>
        Directory.Exists(root) ? Directory.EnumerateDirectories(root, pattern).Select(d => Path.Combine(d, child)) : [];

    private static async Task<int?> ReadMajorVersionAsync(string folder, CancellationToken cancellationToken)
    {
        var answer = await ExternalCommand.RunAsync(
            [Path.Combine(folder, "postgres"), "--version"], "/", cancellationToken);
        var number = answer.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(2) ?? "";
        var digits = string.Concat(number.TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
    }
}
