using System.Globalization;
using System.Text.Json;
using Commission.Cli.Rules;

namespace Commission.Cli.Disputes;

/// <summary>Disputes as people read them.</summary>
internal static class DisputeText
{
    public static void Page(JsonElement page, TextWriter output)
    {
        foreach (var item in page.GetProperty("items").EnumerateArray())
            Item(item, output);
        if (page.GetProperty("next").GetString() is { } next)
            output.WriteLine($"more: --cursor {next}");
    }

    public static void Queue(JsonElement items, TextWriter output)
    {
        foreach (var item in items.EnumerateArray())
            Item(item, output);
        if (items.GetArrayLength() == 0)
            output.WriteLine("Nothing is undecided.");
    }

    public static void Figures(JsonElement figures, TextWriter output)
    {
        foreach (var figure in figures.EnumerateObject())
            output.WriteLine($"{figure.Name,-20} {(figure.Value.ValueKind == JsonValueKind.Null ? "-" : figure.Value.ToString())}");
    }

    public static void Dispute(JsonElement dispute, TextWriter output)
    {
        output.WriteLine($"{Text(dispute, "id")} of {Text(dispute, "member")}: {Text(dispute, "status")}, {Text(dispute, "reason")}");
        output.WriteLine($"  {Clock(dispute.GetProperty("clock"))}; {(dispute.GetProperty("assignee").GetString() is { } who ? $"with {who}" : "with nobody")}");
        foreach (var entry in dispute.GetProperty("entries").EnumerateArray())
        {
            var decided = entry.GetProperty("decidedMinor") is { ValueKind: JsonValueKind.Number } minor ? $", decided {Amounts.Text(minor.GetInt64())}" : "";
            output.WriteLine(
                $"  entry {entry.GetProperty("sequence").GetInt64()} of {Text(entry, "deal")}: {Amounts.Text(entry.GetProperty("amountMinor").GetInt64())} {Text(entry, "currency")}"
                + $"{(entry.GetProperty("held").GetBoolean() ? ", held" : ", was paid")}{decided}; evidence {Text(entry, "evidence")}");
        }
        if (dispute.GetProperty("decision") is { ValueKind: JsonValueKind.Object } decision)
            output.WriteLine($"  {Text(decision, "outcome")} by {Text(decision, "by")} at {Text(decision, "at")}");
        foreach (var message in dispute.GetProperty("messages").EnumerateArray())
            output.WriteLine($"  {Text(message, "at")} {Text(message, "author")}: {Text(message, "text")}");
    }

    private static void Item(JsonElement item, TextWriter output) => output.WriteLine(
        $"{Text(item, "id")} {Text(item, "status"),-15} {Amounts.Text(item.GetProperty("amountMinor").GetInt64()),14} {Text(item, "currency")} {Text(item, "reason"),-16} "
        + $"{Clock(item.GetProperty("clock"))}{(item.GetProperty("escalated").GetBoolean() ? ", escalated" : "")}");

    private static string Clock(JsonElement clock)
    {
        if (clock.GetProperty("dueAt").GetString() is not { } due)
            return clock.GetProperty("running").GetBoolean() ? "beyond the calendar" : "the clock rests";
        var left = clock.GetProperty("businessDaysLeft").GetDouble();
        return clock.GetProperty("leftSeconds").GetInt64() > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{left:0.#} business days left, due {due}")
            : $"OVERDUE since {due}";
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
