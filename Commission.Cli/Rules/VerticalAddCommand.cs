using System.CommandLine;
using System.Text;
using System.Text.Json;
using Commission.Cli.Http;
using Commission.Domain;

namespace Commission.Cli.Rules;

/// <summary><c>commission vertical add</c>: a line of business from a file, while the engine runs.</summary>
internal static class VerticalAddCommand
{
    private static readonly Argument<FileInfo> File = new("file") { Description = "A vertical's file, such as those in verticals/.", HelpName = "file" };

    private static readonly Option<string> As = new("--as") { Description = "The INTERNAL contact who makes it and proposes its rules.", HelpName = "contact", Required = true };

    private static readonly Option<string?> ApproveAs = new("--approve-as") { Description = "Another INTERNAL contact, who approves the rules at once.", HelpName = "contact" };

    public static Command Create()
    {
        var command = new Command("add", "Make a vertical from a file and propose its rule set; what is there already is left as it is.") { File, As, ApproveAs };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (output, errors) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
        try
        {
            var file = VerticalFile.Read(await System.IO.File.ReadAllBytesAsync(arguments.GetRequiredValue(File).FullName, cancellation));
            using var api = GlobalOptions.Client(arguments);
            await api.ProbeAsync(cancellation);
            return await AddAsync(new Adding(api, file, arguments.GetRequiredValue(As), output), arguments.GetValue(ApproveAs), cancellation);
        }
        catch (ApiUnreachableException problem)
        {
            await errors.WriteLineAsync(problem.Message);
            return ExitCode.Unreachable;
        }
        catch (Exception problem) when (problem is ApiProblemException or InvalidDataException)
        {
            await errors.WriteLineAsync(problem.Message);
            return ExitCode.NotInOrder;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or FormatException)
        {
            await errors.WriteLineAsync(problem.Message);
            return ExitCode.Usage;
        }
    }

    private static async Task<int> AddAsync(Adding adding, string? approver, CancellationToken cancellation)
    {
        await adding.VerticalAsync(cancellation);
        await adding.RulesAsync(approver, cancellation);
        return ExitCode.Done;
    }

    /// <summary>The steps. Each run has keys of its own: what an earlier run did is found by what it is, not by its request.</summary>
    private sealed class Adding(ApiClient api, VerticalFile file, string author, TextWriter output)
    {
        private readonly string _keys = $"vertical-add-{Guid.NewGuid():N}";

        public async Task VerticalAsync(CancellationToken cancellation)
        {
            if (await api.FindAsync($"api/v1/verticals/{file.Code}", cancellation) is { } known)
            {
                await CompleteAsync(known.Json(), cancellation);
                return;
            }
            await api.SendAsync(ApiRequest.Post("api/v1/verticals", file.Body, $"{_keys}:vertical", author), cancellation);
            await output.WriteLineAsync($"{file.Code}: made with {file.Products.Count} products");
        }

        /// <summary>Products can be added to a vertical; its gates are what its deals were made under and stay.</summary>
        private async Task CompleteAsync(JsonElement known, CancellationToken cancellation)
        {
            var gates = known.GetProperty("gates").EnumerateArray().Select(gate => gate.GetProperty("gate").GetRawText());
            if (!CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes($"[{string.Join(',', gates)}]")).AsSpan().SequenceEqual(file.Gates))
                throw new InvalidDataException($"{file.Code} is there already, with other gates than the file's: gates of a vertical cannot be changed.");
            var there = known.GetProperty("products").EnumerateArray().Select(product => product.GetProperty("code").GetString()!).ToHashSet(StringComparer.Ordinal);
            var missing = file.Products.Where(product => !there.Contains(product.Key)).ToArray();
            foreach (var (code, product) in missing)
                await api.SendAsync(ApiRequest.Post($"api/v1/verticals/{file.Code}/products", product, $"{_keys}:product:{code}", author), cancellation);
            await output.WriteLineAsync($"{file.Code}: there already, {missing.Length} products added");
        }

        public async Task RulesAsync(string? approver, CancellationToken cancellation)
        {
            var steps = new RuleSetSteps(api, _keys, author);
            var (id, state) = await steps.EnsureProposedAsync(file.Code, file.Document, cancellation);
            if (state == "proposed" && approver is not null)
            {
                await steps.ApproveAsync(file.Code, id, file.Document, approver, cancellation);
                state = "approved";
            }
            var hint = state == "proposed" ? $"; somebody else than {author} must approve it" : "";
            await output.WriteLineAsync($"{file.Code}: rule set {id} is {state}{hint}");
        }
    }
}
