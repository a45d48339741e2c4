using System.Globalization;
using Commission.Testing;

namespace Commission.Benchmarks.Harness;

/// <summary>CPU time used so far by this process and by the PostgreSQL server with all its processes.</summary>
/// <param name="Own">Seconds of this process.</param>
/// <param name="Postgres">Seconds of the server.</param>
internal readonly record struct CpuTime(double Own, double Postgres)
{
    public static CpuTime operator -(CpuTime left, CpuTime right) => new(left.Own - right.Own, left.Postgres - right.Postgres);
}

/// <summary>Reads CPU time; the server's from /proc (Linux).</summary>
internal sealed class CpuClock
{
    // Linux reports process times in USER_HZ, which is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;
    private readonly int _server;

    private CpuClock(int server) => _server = server;

    /// <summary>A clock for the server of a database.</summary>
    public static async Task<CpuClock> StartAsync(TestDatabase database)
    {
        // Every process of a server has the postmaster as its parent.
        var checkpointer = await database.ScalarAsync<int>("select pid from pg_stat_activity where backend_type = 'checkpointer'");
        var fields = Fields(checkpointer) ?? throw new PlatformNotSupportedException("CPU times need /proc.");
        return new CpuClock(int.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    public CpuTime Read() => new(Environment.CpuUsage.TotalTime.TotalSeconds, ServerSeconds());

    private double ServerSeconds()
    {
        // Of the postmaster also what its ended children used.
        var ticks = Fields(_server) is { } server ? Ticks(server, 11, 4) : 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && Fields(pid) is { } fields
                && fields[1] == _server.ToString(CultureInfo.InvariantCulture))
                ticks += Ticks(fields, 11, 2);
        }
        return ticks / TicksPerSecond;
    }

    private static double Ticks(string[] fields, int from, int count)
    {
        var ticks = 0.0;
        for (var i = from; i < from + count; i++)
            ticks += long.Parse(fields[i], CultureInfo.InvariantCulture);
        return ticks;
    }

    /// <summary>The fields of /proc/PID/stat after the name: state, parent …; null when the process has gone.</summary>
    private static string[]? Fields(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
