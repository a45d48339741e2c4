using System.CommandLine;
using System.Text;
using System.Text.Json;
using Commission.Cli.Http;
using Commission.Cli.Rules;

namespace Commission.Cli.Payouts;

/// <summary><c>commission reconcile</c>: batch total, ledger movement and rail total of a period; exit code 1 when something differs unexplained.</summary>
internal static class ReconcileCommand
{
    private static readonly Option<string?> From = new("--from") { Description = "First day (UTC); 30 days before the last when absent.", HelpName = "yyyy-MM-dd" };
    private static readonly Option<string?> To = new("--to") { Description = "Last day (UTC); today when absent.", HelpName = "yyyy-MM-dd" };
    private static readonly Option<string?> Csv = new("--csv") { Description = "Write the batches as CSV to this file, too.", HelpName = "path" };

    public static Command Create()
    {
        var command = new Command("reconcile", "Compare what was approved, what the ledger moved and what the rails have; 1 when they differ.") { From, To, Csv, Acting.As };
        command.SetGuardedAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellation)
    {
        using var api = GlobalOptions.Client(arguments);
        var query = string.Join('&', new[] { ("from", arguments.GetValue(From)), ("to", arguments.GetValue(To)) }
            .Where(day => day.Item2 is not null).Select(day => $"{day.Item1}={Acting.Escape(day.Item2!)}"));
        var request = ApiRequest.Get($"api/v1/reconciliation?{query}") with { ActingContact = arguments.GetRequiredValue(Acting.As) };
        var found = (await api.SendAsync(request, cancellation)).Json();
        Tell(found, arguments.InvocationConfiguration.Output);
        if (arguments.GetValue(Csv) is { } path)
            await File.WriteAllTextAsync(path, CsvOf(found), cancellation);
        return found.GetProperty("inOrder").GetBoolean() ? ExitCode.Done : ExitCode.NotInOrder;
    }

    private static void Tell(JsonElement found, TextWriter output)
    {
        output.WriteLine($"{Text(found, "from")} to {Text(found, "to")}");
        foreach (var batch in found.GetProperty("batches").EnumerateArray())
        {
            output.WriteLine($"{Text(batch, "batch")} {Text(batch, "rail"),-6} {Text(batch, "status"),-10} {Text(batch, "currency")}"
                + $"  approved {Money(batch, "totalMinor"),16}  not out {Money(batch, "notOutMinor"),16}  ledger {Money(batch, "ledgerMinor"),16}  rail {Money(batch, "railMinor"),16}");
            foreach (var one in batch.GetProperty("differences").EnumerateArray())
            {
                output.WriteLine($"  {(one.GetProperty("explained").GetBoolean() ? "explained" : "DIFFERS")} {Text(one, "where")}: {Text(one, "what")},"
                    + $" {Money(one, "leftMinor")} and {Money(one, "rightMinor")}: {Text(one, "why")}");
            }
        }
        foreach (var day in found.GetProperty("days").EnumerateArray())
        {
            output.WriteLine($"{Text(day, "day")} {Text(day, "rail"),-6} {Text(day, "currency")}  sent {Money(day, "sentMinor"),16}  rail {Money(day, "railMinor"),16}"
                + $"  confirmed {Money(day, "confirmedMinor"),16}  back {Money(day, "backMinor"),16}");
        }
        output.WriteLine(found.GetProperty("inOrder").GetBoolean() ? "Everything agrees, or passes by itself." : "Something differs: a person must look.");
    }

    private static string CsvOf(JsonElement found)
    {
        var csv = new StringBuilder("batch,rail,currency,status,total_minor,not_out_minor,ledger_minor,rail_minor,in_order\n");
        foreach (var batch in found.GetProperty("batches").EnumerateArray())
        {
            csv.AppendJoin(',', Text(batch, "batch"), Text(batch, "rail"), Text(batch, "currency"), Text(batch, "status"), Raw(batch, "totalMinor"),
                Raw(batch, "notOutMinor"), Raw(batch, "ledgerMinor"), Raw(batch, "railMinor"), batch.GetProperty("inOrder").GetBoolean() ? "yes" : "no").Append('\n');
        }
        return csv.ToString();
    }

    private static string Text(JsonElement node, string name) => node.GetProperty(name).GetString()!;

    private static string Raw(JsonElement node, string name) => node.GetProperty(name).GetRawText();

    private static string Money(JsonElement node, string name) => Amounts.Text(node.GetProperty(name).GetInt64());
}
