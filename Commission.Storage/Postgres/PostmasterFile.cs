using System.Globalization;

namespace Commission.Storage.Postgres;

/// <summary>What a running server writes about itself in <c>postmaster.pid</c>.</summary>
internal sealed record PostmasterFile(int ProcessId, int Port, string SocketFolder, string ListenAddress, string Status)
{
    public bool IsReady => Status == "ready";

    public static string PathIn(string cluster) => Path.Combine(cluster, "postmaster.pid");

    public static PostmasterFile? Read(string cluster)
    {
        try
        {
            var lines = File.ReadAllLines(PathIn(cluster));
            if (lines.Length == 0 || !int.TryParse(lines[0], NumberStyles.Integer, CultureInfo.InvariantCulture, out var pid))
                return null;
            string Line(int index) => index < lines.Length ? lines[index].Trim() : "";
            _ = int.TryParse(Line(3), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
            return new PostmasterFile(pid, port, Line(4), Line(5), Line(7));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Every process of a server has the cluster as its working directory. So this tells a live server, and also the
    /// orphans of a killed one, from an unrelated process that happens to have got an old process number. Where the
    /// system cannot tell (no /proc) the answer is that the process named in the file, if alive, is the server.
    /// </summary>
    public static IReadOnlyList<int> ProcessesIn(string cluster)
    {
        if (!Directory.Exists("/proc/self"))
            return Read(cluster) is { } file && IsAlive(file.ProcessId) ? [file.ProcessId] : [];
        var real = RealPath(cluster);
        return [.. Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => name!.All(char.IsAsciiDigit))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(pid => WorkingDirectoryOf(pid) == real && pid != Environment.ProcessId)];
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string? WorkingDirectoryOf(int processId)
    {
        try
        {
            return Directory.ResolveLinkTarget($"/proc/{processId}/cwd", returnFinalTarget: false)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Gone meanwhile, or another user's: then it is none of ours.
        }
    }

    private static string RealPath(string path)
    {
        var parent = Path.GetDirectoryName(path);
        if (parent is null)
            return path;
        var target = Directory.ResolveLinkTarget(path, returnFinalTarget: true);
        return target is null ? Path.Combine(RealPath(parent), Path.GetFileName(path)) : RealPath(target.FullName);
    }
}
