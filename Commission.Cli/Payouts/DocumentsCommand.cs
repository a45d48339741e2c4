using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using Commission.Cli.Http;

namespace Commission.Cli.Payouts;

/// <summary><c>commission payouts documents</c>: lists the tax papers of a batch or a contact, and downloads them checked.</summary>
internal static class DocumentsCommand
{
    private static readonly Option<string?> Batch = new("--batch") { Description = "Those of a batch.", HelpName = "payout" };

    private static readonly Option<string?> Contact = new("--contact") { Description = "Those of a contact.", HelpName = "contact" };

    private static readonly Option<DirectoryInfo?> Out = new("--out") { Description = "Downloads each as JSON, HTML and PDF into this folder.", HelpName = "folder" };

    private static readonly Option<string> As = new("--as") { Description = "The contact itself, or an INTERNAL contact.", HelpName = "contact", Required = true };

    private static readonly (string Path, string Extension, string Hash)[] Forms = [("", "json", "hash"), ("/html", "html", "htmlHash"), ("/pdf", "pdf", "pdfHash")];

    public static Command Create()
    {
        var command = new Command("documents", "Tax papers: what was issued for payouts.") { Batch, Contact, Out, As };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Batch) is null == result.GetValue(Contact) is null)
                result.AddError("Name either --batch or --contact.");
        });
        command.SetGuardedAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (output, errors) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
        using var api = GlobalOptions.Client(arguments);
        await api.ProbeAsync(cancellation);
        var list = arguments.GetValue(Batch) is { } batch
            ? $"api/v1/payout-batches/{Uri.EscapeDataString(batch)}/documents"
            : $"api/v1/contacts/{Uri.EscapeDataString(arguments.GetValue(Contact)!)}/documents";
        var (folder, actor, wrong) = (arguments.GetValue(Out), arguments.GetRequiredValue(As), 0);
        folder?.Create();
        await foreach (var document in ListAsync(api, list, actor, cancellation))
        {
            var number = document.GetProperty("number").GetString()!;
            await output.WriteLineAsync(
                $"{number}  {document.GetProperty("issuedOn").GetString()}  {document.GetProperty("payee").GetString()}  "
                + $"value {document.GetProperty("valueMinor")}  GST {document.GetProperty("gstMinor")}  {document.GetProperty("currency").GetString()}"
                + (document.GetProperty("cancelledBy").GetString() is { } by ? $"  taken back by {by}" : ""));
            if (folder is not null && !await DownloadAsync(api, document, actor, folder, errors, cancellation))
                wrong++;
        }
        return wrong == 0 ? ExitCode.Done : ExitCode.NotInOrder;
    }

    private static async IAsyncEnumerable<JsonElement> ListAsync(
        ApiClient api, string list, string actor, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        for (string? cursor = ""; cursor is not null;)
        {
            var path = cursor.Length == 0 ? $"{list}?limit=200" : $"{list}?limit=200&cursor={Uri.EscapeDataString(cursor)}";
            var page = (await api.SendAsync(ApiRequest.Get(path) with { ActingContact = actor }, cancellation)).Json();
            foreach (var document in page.GetProperty("items").EnumerateArray())
                yield return document;
            cursor = page.GetProperty("next").GetString();
        }
    }

    /// <summary>Downloads all forms; what has not the hash that the list shows is not kept.</summary>
    private static async Task<bool> DownloadAsync(
        ApiClient api, JsonElement document, string actor, DirectoryInfo folder, TextWriter errors, CancellationToken cancellation)
    {
        var (id, number, whole) = (document.GetProperty("id").GetString()!, document.GetProperty("number").GetString()!, true);
        foreach (var (path, extension, hash) in Forms)
        {
            var answer = await api.SendAsync(ApiRequest.Get($"api/v1/documents/{id}{path}") with { ActingContact = actor }, cancellation);
            if (Convert.ToHexStringLower(SHA256.HashData(answer.Body)) == document.GetProperty(hash).GetString())
            {
                await File.WriteAllBytesAsync(Path.Combine(folder.FullName, $"{number}.{extension}"), answer.Body, cancellation);
                continue;
            }
            await errors.WriteLineAsync($"{number}.{extension} is not what was issued: its hash is another.");
            whole = false;
        }
        return whole;
    }
}
