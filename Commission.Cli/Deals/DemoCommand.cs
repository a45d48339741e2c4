using System.CommandLine;
using System.Diagnostics;

namespace Commission.Cli.Deals;

/// <summary><c>commission demo</c>: one referral through five real signatures to entries and to the bank file that pays them, told step by step.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "One referral through five real signatures to ledger entries and the bank file that pays them, each step checked.");
        command.SetGuardedAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var output = arguments.InvocationConfiguration.Output;
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
}
