using System.CommandLine;
using System.Text.Json.Nodes;
using Commission.Cli.Http;

namespace Commission.Cli.Deals;

/// <summary><c>commission trail</c>: pays the trail of one month.</summary>
internal static class TrailCommand
{
    private static readonly Option<string> Month = new("--month") { Description = "Which month, such as 2026-10.", HelpName = "yyyy-MM", Required = true };

    private static readonly Option<string?> Vertical = new("--vertical") { Description = "Of one vertical only.", HelpName = "code" };

    private static readonly Option<string> As = new("--as") { Description = "The INTERNAL contact who starts the run.", HelpName = "contact", Required = true };

    public static Command Create()
    {
        var command = new Command("trail", "Pay the trail of a month on the balances that were recorded; what was paid before is not paid again.") { Month, Vertical, As };
        command.SetGuardedAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (output, errors) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
        using var api = GlobalOptions.Client(arguments);
        await api.ProbeAsync(cancellation);
        var body = new JsonObject { ["month"] = arguments.GetRequiredValue(Month) };
        if (arguments.GetValue(Vertical) is { } vertical)
            body["vertical"] = vertical;
        var run = (await api.SendAsync(
            ApiRequest.Post("api/v1/trail-runs", body, $"trail-{Guid.NewGuid():N}", arguments.GetRequiredValue(As)), cancellation)).Json();
        await output.WriteLineAsync(
            $"{run.GetProperty("month").GetString()}: {run.GetProperty("paid")} paid, {run.GetProperty("alreadyPaid")} already paid, "
            + $"{run.GetProperty("nothingDue")} with nothing due, {run.GetProperty("refused")} refused");
        foreach (var refusal in run.GetProperty("refusals").EnumerateArray())
            await errors.WriteLineAsync($"{refusal.GetProperty("deal").GetString()}: {refusal.GetProperty("code").GetString()} {refusal.GetProperty("detail").GetString()}");
        return run.GetProperty("refused").GetInt32() == 0 ? ExitCode.Done : ExitCode.NotInOrder;
    }
}
