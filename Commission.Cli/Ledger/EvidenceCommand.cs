using System.CommandLine;
using Commission.Cli.Http;

namespace Commission.Cli.Ledger;

/// <summary>
/// <c>commission evidence</c>: fetches the pack that proves an entry, a deal, a period of an account or an item of a payout, as the server
/// made it.
/// </summary>
internal static class EvidenceCommand
{
    private static readonly Option<string?> Entry = new("--entry") { Description = "An entry: ledger/17.", HelpName = "book/sequence" };
    private static readonly Option<string?> Deal = new("--deal") { Description = "A deal with all its entries.", HelpName = "id" };
    private static readonly Option<string?> Account = new("--account") { Description = "A period of an account: with --from and --to.", HelpName = "name" };
    private static readonly Option<string?> Payout = new("--payout") { Description = "A payout batch: with --item.", HelpName = "id" };
    private static readonly Option<int?> Item = new("--item") { Description = "The item's number in the batch.", HelpName = "number" };
    private static readonly Option<string?> From = new("--from") { Description = "First day of posting (UTC).", HelpName = "yyyy-MM-dd" };
    private static readonly Option<string?> To = new("--to") { Description = "Last day of posting (UTC).", HelpName = "yyyy-MM-dd" };
    private static readonly Option<string?> Currency = new("--currency") { Description = "Needed when the account has several.", HelpName = "code" };
    private static readonly Option<string?> OutputFile = new("--output") { Description = "Where to write; standard output when absent.", HelpName = "path" };

    public static Command Create()
    {
        var command = new Command("evidence", "Fetch the evidence pack of an entry, a deal, a period of an account or an item of a payout; commission-verify verifies it offline.")
        {
            Entry, Deal, Account, Payout, Item, From, To, Currency, OutputFile,
        };
        command.Validators.Add(result =>
        {
            string?[] subjects = [result.GetValue(Entry), result.GetValue(Deal), result.GetValue(Account), result.GetValue(Payout)];
            if (subjects.Count(given => given is not null) != 1)
                result.AddError("Say one of --entry, --deal, --account and --payout.");
            if (result.GetValue(Entry) is { } entry && entry.Split('/').Length != 2)
                result.AddError($"--entry: '{entry}' is not book/sequence, such as ledger/17");
            if (result.GetValue(Account) is not null && (result.GetValue(From) is null || result.GetValue(To) is null))
                result.AddError("--account needs --from and --to.");
            if (result.GetValue(Payout) is null != result.GetValue(Item) is null)
                result.AddError("--payout and --item go together.");
        });
        command.SetGuardedAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        using var api = GlobalOptions.Client(arguments);

        // The client waits while the server answers that no checkpoint covers it yet.
        var pack = await api.SendAsync(ApiRequest.Get(PathOf(arguments)), cancellation);
        if (arguments.GetValue(OutputFile) is { } path)
            await File.WriteAllBytesAsync(path, pack.Body, cancellation);
        else
            await arguments.InvocationConfiguration.Output.WriteAsync(System.Text.Encoding.UTF8.GetString(pack.Body));
        return ExitCode.Done;
    }

    private static string PathOf(ParseResult arguments)
    {
        if (arguments.GetValue(Deal) is { } deal)
            return $"api/v1/deals/{Uri.EscapeDataString(deal)}/evidence";
        if (arguments.GetValue(Payout) is { } payout)
            return $"api/v1/payout-batches/{Uri.EscapeDataString(payout)}/items/{arguments.GetValue(Item)}/evidence";
        if (arguments.GetValue(Entry)?.Split('/') is [var book, var sequence])
            return $"api/v1/books/{Uri.EscapeDataString(book)}/entries/{Uri.EscapeDataString(sequence)}/evidence";
        var currency = arguments.GetValue(Currency) is { } code ? $"&currency={Uri.EscapeDataString(code)}" : "";
        return $"api/v1/accounts/{Uri.EscapeDataString(arguments.GetValue(Account)!)}/evidence"
            + $"?from={Uri.EscapeDataString(arguments.GetValue(From)!)}&to={Uri.EscapeDataString(arguments.GetValue(To)!)}{currency}";
    }
}
