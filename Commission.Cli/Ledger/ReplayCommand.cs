using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Commission.Cli.Http;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;

namespace Commission.Cli.Ledger;

/// <summary><c>commission replay</c>: calculates every accrual, adjustment and clawback again, from rules and facts alone, and compares.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var command = new Command("replay", "Recompute every accrual, adjustment and clawback of the ledger from its rules and facts, and compare.");
        command.SetGuardedAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (output, errors) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
        using var api = GlobalOptions.Client(arguments);
        await api.ProbeAsync(cancellation);
        var (clock, replay) = (Stopwatch.StartNew(), new CalculationReplay());
        if (await ReplayAsync(api, replay, cancellation) is { } fault)
        {
            await errors.WriteLineAsync($"ledger: DIFFERENT: {fault}");
            return ExitCode.NotInOrder;
        }
        var seconds = clock.Elapsed.TotalSeconds;
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"ledger: equal: {replay.Entries} entries of {replay.Calculations} calculations recomputed in {seconds:0.00} s, {replay.Entries / Math.Max(seconds, 0.001):0} entries/s"));
        return ExitCode.Done;
    }

    private static async Task<string?> ReplayAsync(ApiClient api, CalculationReplay replay, CancellationToken cancellation)
    {
        var (books, documents) = (new BookClient(api), new Dictionary<Hash, RuleSetDocument?>());
        var head = await books.HeadAsync(Books.Ledger, cancellation) ?? default;
        await foreach (var (bytes, facts) in books.EntriesAsync(head.Size, cancellation))
        {
            var leaf = (EntryLeaf)LeafEncoding.Decode(bytes);
            if (leaf.Entry.Kind > EntryKind.Clawback)
                continue;
            if (facts is not null && !documents.ContainsKey(leaf.Entry.RuleHash))
                documents[leaf.Entry.RuleHash] = await DocumentAsync(api, CalculationReplay.VerticalOf(leaf.Entry), leaf.Entry.RuleHash, cancellation);
            if (replay.Next(leaf, facts, documents.GetValueOrDefault(leaf.Entry.RuleHash)) is { } fault)
                return fault;
        }
        return replay.End();
    }

    /// <summary>The id of a version is derived from its hash; what the server sends is believed only when it has that hash.</summary>
    private static async Task<RuleSetDocument?> DocumentAsync(ApiClient api, string? vertical, Hash hash, CancellationToken cancellation)
    {
        if (vertical is null)
            return null;
        var id = RuleSetVersionId.Derive(hash);
        if (await api.FindAsync($"api/v1/verticals/{Uri.EscapeDataString(vertical)}/rule-sets/{id}", cancellation) is not { } answer)
            return null;
        var (document, _) = RuleSetReader.Read(Encoding.UTF8.GetBytes(answer.Json().GetProperty("document").GetRawText()));
        return document?.Hash == hash ? document : null;
    }
}
