using System.CommandLine;
using System.Diagnostics;
using Commission.Cli.Http;

namespace Commission.Cli.Deals;

/// <summary><c>commission demo</c>: one referral through five real signatures to entries, told step by step.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "One referral through five real signatures to ledger entries, each step checked.");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (output, errors) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
        try
        {
            using var api = GlobalOptions.Client(arguments);
            await api.ProbeAsync(cancellation);
            var clock = Stopwatch.StartNew();
            using var story = new DemoStory(api, output, TimeProvider.System);
            var checks = await story.RunAsync(cancellation);
            var failed = checks.Count(check => !check.Held);
            await output.WriteLineAsync();
            await output.WriteLineAsync($"{checks.Count - failed} of {checks.Count} checks held, in {clock.Elapsed.TotalSeconds:0.0} s.");
            return failed == 0 ? ExitCode.Done : ExitCode.NotInOrder;
        }
        catch (ApiUnreachableException problem)
        {
            await errors.WriteLineAsync($"{problem.Message}\nStart the engine first: ./run.sh");
            return ExitCode.Unreachable;
        }
        catch (ApiProblemException problem)
        {
            await errors.WriteLineAsync($"The engine refused a step of the demo: {problem.Message}");
            return ExitCode.NotInOrder;
        }
    }
}
