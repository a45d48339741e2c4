using System.CommandLine;
using System.Text;
using Commission.Cli.Http;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;

namespace Commission.Cli.Ledger;

/// <summary><c>commission ledger export</c>: the ledger for other tools.</summary>
internal static class ExportCommand
{
    private static readonly Option<string> Format = new Option<string>("--format")
    {
        Description = "ndjson, csv or hledger; leaves for commission-verify: the raw leaves of a book with its checkpoint.",
        HelpName = "format",
        Required = true,
    }.AcceptOnlyFromAmong("ndjson", "csv", "hledger", "leaves");

    private static readonly Option<string> Book = new("--book")
    {
        Description = "Which book; any but the ledger only as leaves.",
        HelpName = "name",
        DefaultValueFactory = _ => Books.Ledger,
    };

    private static readonly Option<string?> OutputFile = new("--output") { Description = "Where to write; standard output when absent.", HelpName = "path" };

    public static Command Create()
    {
        var command = new Command("export", "Write every entry of the ledger, in the book's order.") { Format, Book, OutputFile };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Book) is { } book && book != Books.Ledger && result.GetValue(Format) != "leaves")
                result.AddError("--book: only leaves are written of another book than the ledger");
        });
        command.SetGuardedAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        using var api = GlobalOptions.Client(arguments);
        await api.ProbeAsync(cancellation);
        var path = arguments.GetValue(OutputFile);
        await using var file = path is null ? null : new StreamWriter(path) { NewLine = "\n" };
        var (format, output) = (arguments.GetRequiredValue(Format), file ?? arguments.InvocationConfiguration.Output);
        if (format == "leaves")
            await ExportLeavesAsync(api, arguments.GetRequiredValue(Book), output, cancellation);
        else
            await ExportAsync(new BookClient(api), format, output, cancellation);
        return ExitCode.Done;
    }

    /// <summary>The book as far as its latest checkpoint goes: docs/formats/pack.md, Books.</summary>
    private static async Task ExportLeavesAsync(ApiClient api, string book, TextWriter output, CancellationToken cancellation)
    {
        var note = SignedNote.Read((await api.SendAsync(ApiRequest.Get($"log/{Uri.EscapeDataString(book)}/checkpoint"), cancellation)).Body);
        var header = new CanonicalObject().Add("book", book).Add("checkpoint", note.ToString()).Add("schema", "commission/book/v1");
        await output.WriteAsync(Encoding.UTF8.GetString(header.ToBytes()) + "\n");
        await foreach (var bytes in new BookClient(api).LeavesAsync(book, Checkpoint.Read(note.Text).Size, cancellation))
            await output.WriteAsync($"{{\"bytes\":\"{Base64Url.Encode(bytes)}\"}}\n");
        await output.FlushAsync(cancellation);
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
