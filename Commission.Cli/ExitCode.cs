namespace Commission.Cli;

/// <summary>What the process returns; scripts depend on these.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>It ran, and something in it was not in order: bad rows, a check that failed.</summary>
    public const int NotInOrder = 1;

    /// <summary>It could not start as asked: arguments, mapping, files. Nothing was sent.</summary>
    public const int Usage = 2;

    public const int Unreachable = 3;

    /// <summary>128 + SIGINT, as shells expect.</summary>
    public const int Interrupted = 130;
}
