using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Cli.Deals;
using Commission.Cli.Http;

namespace Commission.Cli.Rules;

/// <summary>Starts a simulation, shows how far it is, and fetches what came out.</summary>
internal static class SimulationRun
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public static readonly Option<string> Actor = new("--as") { Description = "The contact who asks.", HelpName = "contact_…", Required = true };
    public static readonly Option<string?> CsvFile = new("--csv") { Description = "Also write the result as CSV.", HelpName = "path" };
    public static readonly Option<string?> JsonFile = new("--json") { Description = "Also write the result as JSON.", HelpName = "path" };

    /// <summary>The exit code is what <paramref name="tell"/> says of the result.</summary>
    public static async Task<int> RunAsync(
        ParseResult arguments, string kind, string unit, Func<Task<JsonObject>> bodyOf, Func<string, JsonElement, TextWriter, int> tell,
        CancellationToken cancellation)
    {
        var (output, errors) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
        var body = await bodyOf();
        using var api = GlobalOptions.Client(arguments);
        await api.ProbeAsync(cancellation);
        var started = await api.SendAsync(
            ApiRequest.Post($"api/v1/simulations/{kind}", body, $"{kind}-{Guid.NewGuid():N}", arguments.GetRequiredValue(Actor)), cancellation);
        var id = started.Id();
        var status = await FollowAsync(api, id, unit, output, cancellation);
        if (status != "completed")
        {
            await errors.WriteLineAsync($"{id} {status}");
            return ExitCode.NotInOrder;
        }
        var result = (await api.SendAsync(ApiRequest.Get($"api/v1/simulations/{id}/result"), cancellation)).Body;
        await WriteFilesAsync(api, id, result, arguments, cancellation);
        return tell(id, JsonDocument.Parse(result).RootElement, output);
    }

    /// <summary>Reads candidates: each file is a rule set document or a vertical's file.</summary>
    public static async Task<JsonArray> CandidatesAsync(IEnumerable<FileInfo> files, CancellationToken cancellation)
    {
        var candidates = new JsonArray();
        foreach (var file in files)
        {
            var json = JsonNode.Parse(await File.ReadAllTextAsync(file.FullName, cancellation)) as JsonObject
                ?? throw new JsonException($"{file.Name} is not a JSON object.");
            candidates.Add((json["ruleSet"] ?? json).DeepClone());
        }
        return candidates;
    }

    private static async Task<string> FollowAsync(ApiClient api, string id, string unit, TextWriter output, CancellationToken cancellation)
    {
        var status = "";
        await ImportProgress.RunAsync(output, interactive: !Console.IsOutputRedirected, async progress =>
        {
            Action<int>? step = null;
            for (var counted = 0L; ; await Task.Delay(Pause, cancellation))
            {
                var view = (await api.SendAsync(ApiRequest.Get($"api/v1/simulations/{id}"), cancellation)).Json();
                status = view.GetProperty("status").GetString()!;
                var (done, total) = (view.GetProperty("done").GetInt64(), view.GetProperty("total").GetInt64());
                if (total > 0)
                    step ??= progress.Phase(unit, (int)Math.Min(total, int.MaxValue));
                step?.Invoke((int)(done - counted));
                counted = done;
                if (status is "completed" or "failed" or "aborted" or "interrupted")
                    return;
            }
        });
        return status;
    }

    private static async Task WriteFilesAsync(ApiClient api, string id, byte[] result, ParseResult arguments, CancellationToken cancellation)
    {
        if (arguments.GetValue(JsonFile) is { } json)
            await File.WriteAllBytesAsync(json, result, cancellation);
        if (arguments.GetValue(CsvFile) is { } csv)
            await File.WriteAllBytesAsync(csv, (await api.SendAsync(ApiRequest.Get($"api/v1/simulations/{id}/result?format=csv"), cancellation)).Body, cancellation);
    }
}
