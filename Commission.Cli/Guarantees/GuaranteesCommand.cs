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
        command.Validators.Add(result =>
        {
            if (result.GetValue(Actor) is null && (result.GetValue(Run) || result.GetValue(Full) || result.GetValue(SelfTest)))
                result.AddError("--run, --full and --self-test need --as contact_…: the INTERNAL contact who asks (commission demo prints one)");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (output, errors) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
        try
        {
            using var api = GlobalOptions.Client(arguments);
            return arguments.GetValue(SelfTest) || arguments.GetValue(Run) || arguments.GetValue(Full)
                ? await TellAsync(await BeginAsync(api, arguments, cancellation), output, errors)
                : await TellLastAsync(api, output, errors, cancellation);
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

    /// <summary>The last check, and whether the checks themselves were tested.</summary>
    private static async Task<int> TellLastAsync(ApiClient api, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var last = (await api.SendAsync(ApiRequest.Get("api/v1/guarantees"), cancellation)).Json();
        if (last.GetProperty("latest") is not { ValueKind: JsonValueKind.Object } check)
        {
            await errors.WriteLineAsync("No run has completed yet. One comes by itself soon; or ask for one: --run --as contact_… (an INTERNAL contact).");
            return ExitCode.NotInOrder;
        }
        var code = await TellAsync(check, output, errors);
        if (last.GetProperty("selfTest") is not { ValueKind: JsonValueKind.Object } test)
        {
            output.WriteLine("The checks themselves were not tested yet: --self-test --as contact_…");
            return code;
        }
        var outcome = test.GetProperty("outcome");
        var breaks = outcome.GetProperty("breaks").EnumerateArray().ToList();
        output.WriteLine($"Self-test at {Text(outcome, "at")}: {breaks.Count(one => Text(one, "seen") == "yes")} of {breaks.Count} breaks on a copy were seen");
        return test.GetProperty("held").GetBoolean() ? code : ExitCode.NotInOrder;
    }

    /// <summary>Asks for a run, and waits until it is over.</summary>
    private static async Task<JsonElement> BeginAsync(ApiClient api, ParseResult arguments, CancellationToken cancellation)
    {
        var (kind, body) = arguments.GetValue(SelfTest)
            ? ("self-test", new JsonObject())
            : ("runs", new JsonObject { ["full"] = arguments.GetValue(Full) });
        var request = ApiRequest.Post($"api/v1/guarantees/{kind}", body, $"guarantees-{Guid.NewGuid():N}", arguments.GetValue(Actor));
        var id = Text((await api.SendAsync(request, cancellation)).Json(), "id");
        for (var attempt = 0; ; attempt++)
        {
            var run = (await api.SendAsync(ApiRequest.Get($"api/v1/guarantees/runs/{id}"), cancellation)).Json();
            if (Text(run, "status") is "completed" or "failed")
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
        var others = outcome.GetProperty("guarantees").EnumerateArray().Where(one => Text(one, "verdict") != "holds").Select(one => Text(one, "code")).ToList();
        output.WriteLine(others.Count == 0 ? "All six hold. The result is signed: docs/guarantees.md" : $"NOT in order: {string.Join(", ", others)}");
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
