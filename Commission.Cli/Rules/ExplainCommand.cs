using System.CommandLine;
using System.Text;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Wording;

namespace Commission.Cli.Rules;

/// <summary><c>commission explain</c>: what rules give for facts and why, offline.</summary>
internal static class ExplainCommand
{
    private static readonly Option<string> Rules = new("--rules") { Description = "A rule set document.", HelpName = "path", Required = true };

    private static readonly Option<string> Facts = new("--facts") { Description = "Facts as docs/formats/rule-set.md has them.", HelpName = "path", Required = true };

    private static readonly Option<bool> AsJson = new("--json") { Description = "The explanation's canonical bytes instead of text." };

    public static Command Create()
    {
        var command = new Command("explain", "Calculate facts by a rule set and explain each cent; no server is asked.") { Rules, Facts, AsJson };
        command.SetGuardedAction(RunAsync, ExitCode.Usage);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (output, errors) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
        var rules = await File.ReadAllBytesAsync(arguments.GetRequiredValue(Rules), cancellation);
        var (calculation, wrong) = RuleTrial.Run(rules, await File.ReadAllBytesAsync(arguments.GetRequiredValue(Facts), cancellation));
        if (calculation is null)
        {
            await errors.WriteLineAsync($"{wrong!.Code} {wrong.Text}");
            return ExitCode.Usage;
        }
        await output.WriteLineAsync(arguments.GetValue(AsJson)
            ? Encoding.UTF8.GetString(calculation.Explanation)
            : ExplanationText.Of(calculation.Explanation));
        return ExitCode.Done;
    }
}
