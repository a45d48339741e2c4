using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Commission.Cli.Deals.Mappings;
using Commission.Cli.Http;
using Commission.Cli.Members;
using Spectre.Console;

namespace Commission.Cli.Deals;

/// <summary><c>commission import</c>: any CSV file of referrals, by a mapping.</summary>
internal sealed class ImportCommand
{
    private const int LargestBatch = 5_000;

    private static readonly Option<string> File = new("--file") { Description = "The CSV file.", HelpName = "csv", Required = true };
    private static readonly Option<string> Mapping = new("--mapping") { Description = "The mapping file (JSON).", HelpName = "json", Required = true };
    private static readonly Option<int> Batch = new("--batch")
    {
        Description = "Rows per request.",
        HelpName = "rows",
        DefaultValueFactory = _ => 500,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var rows) && rows is >= 1 and <= LargestBatch)
                return rows;
            result.AddError($"--batch: expected a number from 1 to {LargestBatch}");
            return 0;
        },
    };

    private static readonly Option<string?> KeyFile = new("--key-file") { Description = "The importing service's private key (PEM); made when absent.", HelpName = "pem" };
    private static readonly Option<string?> Report = new("--report") { Description = "Where to list bad and rejected rows (NDJSON).", HelpName = "path" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Read and check everything, send nothing." };

    private readonly ParseResult _arguments;
    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly ImportTally _tally = new();

    private ImportCommand(ParseResult arguments)
    {
        _arguments = arguments;
        _output = arguments.InvocationConfiguration.Output;
        _errors = arguments.InvocationConfiguration.Error;
    }

    private bool IsDryRun => _arguments.GetValue(DryRun);

    private bool IsInteractive => ReferenceEquals(_output, Console.Out) && !Console.IsOutputRedirected;

    public static Command Create()
    {
        var command = new Command("import", "Import referrals from a CSV file. Safe to stop and to run again.")
        {
            File, Mapping, Batch, KeyFile, Report, DryRun,
        };
        command.SetAction((arguments, cancellation) => new ImportCommand(arguments).RunAsync(cancellation));
        return command;
    }

    private async Task<int> RunAsync(CancellationToken cancellation)
    {
        try
        {
            var mapping = MappingReader.Read(_arguments.GetRequiredValue(Mapping));
            using var file = ImportFile.Open(_arguments.GetRequiredValue(File), mapping);
            using var report = BadRowReport.Open(_errors, _arguments.GetValue(Report));
            var (code, message) = await ImportAsync(file, report, cancellation);
            report.Show();
            ShowSummary(mapping.Currency);
            if (message is not null)
                _errors.WriteLine(message);
            return code;
        }
        catch (MappingException problem)
        {
            foreach (var line in problem.Problems)
                _errors.WriteLine(line);
            return ExitCode.Usage;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            _errors.WriteLine(problem.Message);
            return ExitCode.Usage;
        }
    }

    private async Task<(int Code, string? Message)> ImportAsync(ImportFile file, BadRowReport report, CancellationToken cancellation)
    {
        var contacts = file.Check(_tally, report, IsDryRun ? _tally.CountPlanned : null);
        if (IsDryRun)
            return (_tally.Bad > 0 ? ExitCode.NotInOrder : ExitCode.Done, null);

        using var api = GlobalOptions.Client(_arguments);
        using var key = ServiceKey.LoadOrCreate(_arguments.GetValue(KeyFile) ?? ServiceKey.DefaultPath(file.Mapping.Source));
        try
        {
            var run = new ImportRun(api, key, _tally, report, TimeProvider.System);
            await ImportProgress.RunAsync(_output, IsInteractive, progress =>
                run.SendAsync(file, contacts, _arguments.GetValue(Batch), progress, cancellation));
            return (_tally.Bad + _tally.Rejected > 0 ? ExitCode.NotInOrder : ExitCode.Done, null);
        }
        catch (ApiUnreachableException problem)
        {
            return (ExitCode.Unreachable, $"{problem.Message}{Environment.NewLine}Run the same command again to complete the import.");
        }
        catch (ApiProblemException problem)
        {
            return (ExitCode.NotInOrder, $"the server refused before the first row was sent: {problem.Message}");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return (ExitCode.Interrupted, "Interrupted. Run the same command again to complete the import.");
        }
    }

    private void ShowSummary(string currency)
    {
        var rows = _tally.Rows(currency, IsDryRun);
        if (!IsInteractive)
        {
            foreach (var (name, value) in rows)
                _output.WriteLine($"{name}: {value}");
            return;
        }

        var table = new Table().HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned());
        foreach (var (name, value) in rows)
            table.AddRow(Markup.Escape(name), Markup.Escape(value));
        AnsiConsole.Write(table);
    }
}
