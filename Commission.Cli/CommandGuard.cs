using System.CommandLine;
using System.Text.Json;
using Commission.Cli.Http;

namespace Commission.Cli;

/// <summary>Runs a command. What goes wrong around it becomes a line for people and an exit code for scripts.</summary>
internal static class CommandGuard
{
    /// <param name="command">The command.</param>
    /// <param name="run">What it does.</param>
    /// <param name="whenRefused">The exit code when the server refuses, or when what it sends cannot be read.</param>
    public static void SetGuardedAction(
        this Command command, Func<ParseResult, CancellationToken, Task<int>> run, int whenRefused = ExitCode.NotInOrder) =>
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                return await run(arguments, cancellation);
            }
            catch (Exception problem) when (CodeOf(problem, whenRefused) is { } code)
            {
                await arguments.InvocationConfiguration.Error.WriteLineAsync(problem.Message);
                return code;
            }
        });

    /// <summary>The exit code of a problem that is none of the tool's own; null for a bug.</summary>
    private static int? CodeOf(Exception problem, int whenRefused) => problem switch
    {
        ApiUnreachableException => ExitCode.Unreachable,
        ApiProblemException or InvalidDataException or FormatException or JsonException => whenRefused,
        IOException or UnauthorizedAccessException => ExitCode.Usage,
        _ => null,
    };
}
