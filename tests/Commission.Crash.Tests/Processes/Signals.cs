using System.Diagnostics;
using System.Globalization;

namespace Commission.Crash.Tests.Processes;

/// <summary>Sends signals by the system's own command.</summary>
internal static class Signals
{
    public static void Send(int processId, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", processId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        if (kill.ExitCode != 0)
            throw new InvalidOperationException($"kill -{signal} {processId} failed");
    }
}
