using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Cli.Rules;

namespace Commission.Cli.Remittances;

/// <summary><c>commission remittance</c>: what providers say that they have paid, against what is expected.</summary>
internal static class RemittanceCommand
{
    private const string Remittances = "api/v1/remittances";

    private static readonly Argument<string> Input = new("file") { Description = "CSV: provider,reference,amount,currency,paid_on." };
    private static readonly Argument<string> Id = new("remittance") { Description = "The remittance, remit_…" };
    private static readonly Argument<int> Line = new("line") { Description = "The line's number." };
    private static readonly Option<string> Deal = new("--deal") { Description = "The deal that it is for.", HelpName = "deal_…", Required = true };
    private static readonly Option<string> Reason = new("--reason") { Description = "Why.", HelpName = "text", Required = true };
    private static readonly Option<string?> Vertical = new("--vertical") { Description = "Only one vertical.", HelpName = "code" };

    public static Command Create() => new("remittance", "Take what providers say that they have paid, and compare it with what is expected.")
    {
        Acting.HandIn("import", "Hand in a provider's remittance advice.", _ => Remittances, Input, "text/csv", Tell, Input),
        Acting.Look("show", "One remittance, line by line.", arguments => $"{Remittances}/{Acting.Escape(arguments.GetRequiredValue(Id))}", Tell, Id),
        Acting.Look(
            "expected", "Deals for which what was received is not what is expected.",
            arguments => $"{Remittances}/expected{(arguments.GetValue(Vertical) is { } code ? $"?vertical={Acting.Escape(code)}" : "")}", TellExpected, Vertical),
        Acting.Step(
            "match", "Say which deal a line is for.",
            arguments => (
                $"{Remittances}/{Acting.Escape(arguments.GetRequiredValue(Id))}/lines/{arguments.GetRequiredValue(Line)}/match",
                new JsonObject { ["deal"] = arguments.GetRequiredValue(Deal), ["reason"] = arguments.GetRequiredValue(Reason) }), Tell, Id, Line, Deal, Reason),
    };

    private static void Tell(JsonElement remittance, TextWriter output)
    {
        output.WriteLine(Text(remittance, "id"));
        foreach (var total in remittance.GetProperty("totals").EnumerateArray())
            output.WriteLine($"  {Text(total, "status"),-10} {total.GetProperty("lines").GetInt32(),6} lines {Money(total, "amountMinor"),16} {Text(total, "currency")}");
        foreach (var line in remittance.GetProperty("lines").EnumerateArray().Where(line => Text(line, "status") != "matched"))
        {
            output.WriteLine($"  line {line.GetProperty("line").GetInt32()} {Text(line, "reference")}: {Text(line, "status")}, {Money(line, "amountMinor")} {Text(line, "currency")}"
                + $" (expected {Money(line, "expectedMinor")}, received {Money(line, "receivedMinor")}){(Text(line, "problem") is { Length: > 0 } problem ? $": {problem}" : "")}");
        }
    }

    private static void TellExpected(JsonElement page, TextWriter output)
    {
        foreach (var row in page.GetProperty("items").EnumerateArray())
        {
            output.WriteLine($"{Text(row, "deal")} {Text(row, "vertical"),-20} since {Text(row, "since")}  {Text(row, "status"),-8}"
                + $" expected {Money(row, "expectedMinor"),16}  received {Money(row, "receivedMinor"),16} {Text(row, "currency")}");
        }
        if (page.GetProperty("items").GetArrayLength() == 0)
            output.WriteLine("Everything that is expected was received.");
    }

    private static string Text(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Money(JsonElement node, string name) => Amounts.Text(node.GetProperty(name).GetInt64());
}
