using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Cli.Http;

namespace Commission.Cli;

/// <summary>Commands that act for somebody: who, under which key, and how the answer is shown.</summary>
internal static class Acting
{
    public static readonly Option<string> As = new("--as") { Description = "The contact who acts.", HelpName = "contact", Required = true };

    public static readonly Option<string?> Key = new("--key")
    {
        Description = "The request's Idempotency-Key: the same key does it once, however often it is sent. Made up when absent.",
        HelpName = "text",
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print the server's answer instead of a text." };

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>A command that looks at something.</summary>
    public static Command Look(string name, string description, Func<ParseResult, string> path, Action<JsonElement, TextWriter> tell, params Symbol[] symbols)
    {
        var command = Make(name, description, [.. symbols, As, Json]);
        command.SetGuardedAction(async (arguments, cancellation) =>
        {
            using var api = GlobalOptions.Client(arguments);
            var request = ApiRequest.Get(path(arguments)) with { ActingContact = arguments.GetRequiredValue(As) };
            Show(arguments, await api.SendAsync(request, cancellation), tell);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A command that changes something, once for each key.</summary>
    public static Command Step(
        string name, string description, Func<ParseResult, (string Path, JsonObject Body)> step, Action<JsonElement, TextWriter> tell,
        params Symbol[] symbols) => Send(name, description, arguments =>
        {
            var (path, body) = step(arguments);
            return ApiRequest.Post(path, body, "", null);
        }, tell, symbols);

    /// <summary>A command that hands in a file.</summary>
    public static Command HandIn(
        string name, string description, Func<ParseResult, string> path, Argument<string> file, string contentType, Action<JsonElement, TextWriter> tell,
        params Symbol[] symbols) =>
        Send(name, description, arguments =>
            ApiRequest.Post(path(arguments), File.ReadAllBytes(arguments.GetRequiredValue(file)), "", null) with { ContentType = contentType }, tell, symbols);

    /// <summary>A segment of a path.</summary>
    public static string Escape(string segment) => Uri.EscapeDataString(segment);

    private static Command Send(
        string name, string description, Func<ParseResult, ApiRequest> make, Action<JsonElement, TextWriter> tell, Symbol[] symbols)
    {
        var command = Make(name, description, [.. symbols, As, Key, Json]);
        command.SetGuardedAction(async (arguments, cancellation) =>
        {
            using var api = GlobalOptions.Client(arguments);
            var request = make(arguments) with
            {
                IdempotencyKey = arguments.GetValue(Key) ?? $"{name}-{Guid.NewGuid():N}",
                ActingContact = arguments.GetRequiredValue(As),
            };
            Show(arguments, await api.SendAsync(request, cancellation), tell);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Make(string name, string description, Symbol[] symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }
        return command;
    }

    private static void Show(ParseResult arguments, ApiResponse response, Action<JsonElement, TextWriter> tell)
    {
        var (answer, output) = (response.Json(), arguments.InvocationConfiguration.Output);
        if (arguments.GetValue(Json))
            output.WriteLine(JsonSerializer.Serialize(answer, Indented));
        else
            tell(answer, output);
    }
}
