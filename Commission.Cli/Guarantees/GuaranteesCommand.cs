using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Cli.Http;

namespace Commission.Cli.Guarantees;

/// <summary><c>commission guarantees</c>: the six guarantees with verdict and evidence; checks now, or breaks copies to test the checks.</summary>
internal static class GuaranteesCommand
{
    private const int Shown = 5;

    private static readonly Option<bool> Run = new("--run") { Description = "Check now, and wait for it. Without, the last run is shown." };
    private static readonly Option<bool> Full = new("--full") { Description = "Check everything from the first leaf, not only what is new." };
    private static readonly Option<bool> SelfTest = new("--self-test") { Description = "Break each guarantee on a copy; every break must be seen." };
    private static readonly Option<string?> Actor = new("--as") { Description = "The INTERNAL contact who asks; needed to run.", HelpName = "contact_…" };

    public static Command Create()
    {
        var command = new Command("guarantees", "Show what the checks of the six guarantees found; exit code 0 only when all hold.") { Run, Full, SelfTest, Actor };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (output, errors) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
        try
        {
            using var api = GlobalOptions.Client(arguments);
            if (await FindAsync(api, arguments, cancellation) is { } run)
                return await TellAsync(run, output, errors);
            await errors.WriteLineAsync("No run has completed yet: ask for one with --run --as contact_….");
            return ExitCode.NotInOrder;
        }
        catch (ApiUnreachableException problem)
        {
            await errors.WriteLineAsync(problem.Message);
            return ExitCode.Unreachable;
        }
        catch (ApiProblemException problem)
        {
            await errors.WriteLineAsync(problem.Message);
            return ExitCode.Usage;
        }
    }

    private static async Task<JsonElement?> FindAsync(ApiClient api, ParseResult arguments, CancellationToken cancellation)
    {
        var test = arguments.GetValue(SelfTest);
        if (!test && !arguments.GetValue(Run) && !arguments.GetValue(Full))
        {
            var latest = (await api.SendAsync(ApiRequest.Get("api/v1/guarantees"), cancellation)).Json().GetProperty("latest");
            return latest.ValueKind == JsonValueKind.Object ? latest : null;
        }
        var body = test ? new JsonObject() : new JsonObject { ["full"] = arguments.GetValue(Full) };
        var started = (await api.SendAsync(
            ApiRequest.Post($"api/v1/guarantees/{(test ? "self-test" : "runs")}", body, $"guarantees-{Guid.NewGuid():N}", arguments.GetValue(Actor)), cancellation)).Json();
        for (var attempt = 0; ; attempt++)
        {
            var run = (await api.SendAsync(ApiRequest.Get($"api/v1/guarantees/runs/{started.GetProperty("id").GetString()}"), cancellation)).Json();
            if (run.GetProperty("status").GetString() is "completed" or "failed")
                return run;
            await api.PauseAsync(Math.Min(attempt, 3), cancellation);
        }
    }

    private static async Task<int> TellAsync(JsonElement run, TextWriter output, TextWriter errors)
    {
        if (run.GetProperty("status").GetString() == "failed")
        {
            await errors.WriteLineAsync($"{run.GetProperty("id").GetString()} failed; the server's log says why.");
            return ExitCode.NotInOrder;
        }
        var outcome = run.GetProperty("outcome");
        if (outcome.TryGetProperty("breaks", out var breaks))
            TellBreaks(outcome, breaks, output);
        else
            TellVerdicts(outcome, output);
        return run.GetProperty("held").GetBoolean() ? ExitCode.Done : ExitCode.NotInOrder;
    }

    private static void TellVerdicts(JsonElement outcome, TextWriter output)
    {
        var extent = outcome.GetProperty("extent").GetString() == "full"
            ? "everything"
            : $"what is new, and samples; everything was read at {(outcome.TryGetProperty("fullAt", out var at) ? at.GetString() : "no time yet")}";
        output.WriteLine($"{outcome.GetProperty("run").GetString()} at {outcome.GetProperty("at").GetString()}: {extent}");
        foreach (var one in outcome.GetProperty("guarantees").EnumerateArray())
        {
            var evidence = string.Join(", ", one.GetProperty("evidence").EnumerateObject().Select(count => $"{count.Value.GetInt64()} {count.Name}"));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Text(one, "code")}  {Text(one, "name"),-18} {Text(one, "verdict"),-20} {one.GetProperty("durationMilliseconds").GetInt64(),6} ms  {evidence}"));
            foreach (var found in one.GetProperty("violations").EnumerateArray().Take(Shown))
                output.WriteLine($"      {Text(found, "where")}: {Text(found, "what")}");
            var more = one.GetProperty("violationCount").GetInt32() - Shown;
            if (more > 0)
                output.WriteLine($"      and {more} more");
            foreach (var note in one.GetProperty("notes").EnumerateArray())
                output.WriteLine($"      note: {note.GetString()}");
        }
    }

    private static void TellBreaks(JsonElement outcome, JsonElement breaks, TextWriter output)
    {
        output.WriteLine($"{outcome.GetProperty("run").GetString()}: {breaks.GetArrayLength()} breaks on a copy of {outcome.GetProperty("deals").GetInt32()} deals");
        foreach (var found in outcome.GetProperty("baseline").EnumerateArray())
            output.WriteLine($"  NOT WHOLE before anything was broken: {Text(found, "where")}: {Text(found, "what")}");
        foreach (var one in breaks.EnumerateArray())
        {
            var seen = Text(one, "seen") == "yes";
            output.WriteLine($"{Text(one, "code")}  {(seen ? "seen  " : "UNSEEN")} {Text(one, "name")} (by {Text(one, "seenBy")})");
            if (seen)
                output.WriteLine($"            {Text(one.GetProperty("first"), "where")}: {Text(one.GetProperty("first"), "what")}");
        }
        output.WriteLine($"{breaks.EnumerateArray().Count(one => Text(one, "seen") == "yes")} of {breaks.GetArrayLength()} breaks were seen");
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
