using System.CommandLine;
using Commission.Domain.Ledger;

namespace Commission.Cli.Ledger;

/// <summary><c>commission ledger export</c>: the ledger for other tools.</summary>
internal static class ExportCommand
{
    private static readonly Option<string> Format = new Option<string>("--format")
    {
        Description = "ndjson, csv or hledger.",
        HelpName = "format",
        Required = true,
    }.AcceptOnlyFromAmong("ndjson", "csv", "hledger");

    private static readonly Option<string?> OutputFile = new("--output") { Description = "Where to write; standard output when absent.", HelpName = "path" };

    public static Command Create()
    {
        var command = new Command("export", "Write every entry of the ledger, in the book's order.") { Format, OutputFile };
        command.SetGuardedAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        using var api = GlobalOptions.Client(arguments);
        await api.ProbeAsync(cancellation);
        var path = arguments.GetValue(OutputFile);
        await using var file = path is null ? null : new StreamWriter(path) { NewLine = "\n" };
        await ExportAsync(new BookClient(api), arguments.GetRequiredValue(Format), file ?? arguments.InvocationConfiguration.Output, cancellation);
        return ExitCode.Done;
    }

    private static async Task ExportAsync(BookClient books, string format, TextWriter output, CancellationToken cancellation)
    {
        IEntryFormat writer = format switch
        {
            "csv" => new CsvFormat(),
            "hledger" => new HledgerFormat(),
            _ => new NdjsonFormat(),
        };
        var head = await books.HeadAsync(Books.Ledger, cancellation) ?? default;
        await output.WriteAsync(writer.Header((await books.AccountsAsync(cancellation)).Keys));
        await foreach (var bytes in books.LeavesAsync(Books.Ledger, head.Size, cancellation))
            await output.WriteAsync(writer.Entry((EntryLeaf)LeafEncoding.Decode(bytes), bytes));
        await output.FlushAsync(cancellation);
    }
}
