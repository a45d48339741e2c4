using System.CommandLine;
using System.Text.Json.Nodes;
using Commission.Cli.Http;

namespace Commission.Cli.Ledger;

/// <summary><c>commission checkpoint-key replace</c>: a new key that signs checkpoints.</summary>
internal static class CheckpointKeyCommand
{
    private static readonly Option<int> OverlapDays = new("--overlap-days")
    {
        Description = "How long the key before goes on signing beside the new one; 0 when it was stolen.",
        HelpName = "days",
        DefaultValueFactory = _ => 30,
    };

    private static readonly Option<string> As = new("--as") { Description = "The INTERNAL contact who replaces it.", HelpName = "contact", Required = true };

    private static readonly Option<string?> IdempotencyKey = new("--idempotency-key")
    {
        Description = "Names the replacement: the same again makes no second key.",
        HelpName = "key",
    };

    public static Command Create()
    {
        var replace = new Command("replace", "Make a new key that signs checkpoints.") { OverlapDays, As, IdempotencyKey };
        replace.SetGuardedAction(RunAsync);
        return new Command("checkpoint-key", "The key that signs checkpoints.") { replace };
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var output = arguments.InvocationConfiguration.Output;
        using var api = GlobalOptions.Client(arguments);
        await api.ProbeAsync(cancellation);
        var body = new JsonObject { ["overlapDays"] = arguments.GetRequiredValue(OverlapDays) };
        var key = arguments.GetValue(IdempotencyKey) ?? $"checkpoint-key-{Guid.NewGuid():N}";
        var replaced = (await api.SendAsync(ApiRequest.Post("api/v1/checkpoint-keys", body, key, arguments.GetRequiredValue(As)), cancellation)).Json();
        await output.WriteLineAsync($"Key {replaced.GetProperty("keyId").GetString()} signs checkpoints from now on; the one before until {replaced.GetProperty("formerSignsUntil").GetString()}.");
        await output.WriteLineAsync("The verifier keys of a book are at /log/BOOK/keys: give them to those who verify before the overlap ends.");
        return ExitCode.Done;
    }
}
