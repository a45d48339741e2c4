using System.Diagnostics;

namespace Commission.Testing;

/// <summary>
/// Cleans up after this process however it ends, even by kill -9: a shell that waits for the end of its input, which is
/// the end of this process, then ends the PostgreSQL servers below a folder, ends the processes whose numbers stand in
/// files there, and deletes it.
/// </summary>
public static class Watchdog
{
    /// <summary>Extension of a file that holds the number of a process to end.</summary>
    public const string ProcessFileExtension = ".process";

    // QUIT ends a server at once and without a checkpoint: its data are thrown away.
    private const string Script = """
        trap '' INT TERM HUP
        exec >/dev/null 2>&1
        read -r nothing
        for file in $(find "$0" -name '*.process'); do kill -KILL "$(cat "$file")"; done
        IFS='
        '
        for home in "$0" $(find "$0" -name postgres.location -exec cat {} +); do
            for pidfile in $(find "$home" -name postmaster.pid); do
                kill -QUIT "$(head -n 1 "$pidfile")"
                tries=200
                while [ -e "$pidfile" ] && [ $((tries -= 1)) -gt 0 ]; do sleep 0.05; done
            done
            rm -rf "$home"
        done
        """;

    // Held, for a collected Process would close the watchdog's input.
    private static readonly List<Process> Watching = [];

    public static void Watch(string folder)
    {
        var watchdog = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", Script, folder },
            RedirectStandardInput = true,
            UseShellExecute = false,
        })!;
        lock (Watching)
            Watching.Add(watchdog);
    }
}
