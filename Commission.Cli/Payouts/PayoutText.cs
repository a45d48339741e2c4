using System.Text.Json;
using Commission.Cli.Rules;

namespace Commission.Cli.Payouts;

/// <summary>Payouts as people read them.</summary>
internal static class PayoutText
{
    public static void Batches(JsonElement page, TextWriter output)
    {
        foreach (var batch in page.GetProperty("items").EnumerateArray())
            output.WriteLine($"{Text(batch, "id")}  {Text(batch, "rail"),-6} {Text(batch, "status"),-10} {Number(batch, "items"),7} items {Money(batch, "payMinor"),18} {Text(batch, "currency")}");
        More(page, output);
    }

    public static void Batch(JsonElement batch, TextWriter output)
    {
        output.WriteLine($"{Text(batch, "id")} by {Text(batch, "rail")}: {Text(batch, "status")}");
        output.WriteLine($"  pays {Money(batch, "payMinor")} {Text(batch, "currency")} in {Number(batch, "itemCount")} items");
        output.WriteLine($"  hash {Text(batch, "hash")}");
        foreach (var tally in batch.GetProperty("tally").EnumerateObject().Where(tally => Number(tally.Value, "items") > 0))
            output.WriteLine($"  {tally.Name}: {Number(tally.Value, "items")} items, {Money(tally.Value, "payMinor")}");
        foreach (var file in batch.GetProperty("files").EnumerateArray())
            output.WriteLine($"  file {Number(file, "part")}: {Number(file, "records")} records, {Money(file, "payMinor")}, for {Text(file, "processOn")}");
        foreach (var item in batch.GetProperty("items").EnumerateArray())
            Item(item, output);
        if (Number(batch, "itemCount") > batch.GetProperty("items").GetArrayLength())
            output.WriteLine("  … and more: commission payouts items");
    }

    public static void Items(JsonElement page, TextWriter output)
    {
        foreach (var item in page.GetProperty("items").EnumerateArray())
            Item(item, output);
        More(page, output);
    }

    public static void Eligibility(JsonElement payees, TextWriter output)
    {
        foreach (var payee in payees.EnumerateArray())
            output.WriteLine($"{Text(payee, "payee")} {Money(payee, "payMinor"),16}  {Text(payee, "outcome")}: {Text(payee, "reason")}");
        if (payees.GetArrayLength() == 0)
            output.WriteLine("Nobody is owed anything that no payout holds.");
    }

    public static void Returns(JsonElement came, TextWriter output)
    {
        foreach (var one in came.GetProperty("returned").EnumerateArray())
            output.WriteLine($"item {Number(one, "item")}, attempt {Number(one, "attempt")}: {Money(one, "amountMinor")} came back: {Text(one, "reason")}");
        foreach (var problem in came.GetProperty("problems").EnumerateArray())
            output.WriteLine($"PROBLEM {problem.GetString()}");
    }

    public static void Acknowledgement(JsonElement report, TextWriter output)
    {
        output.WriteLine($"file {Number(report, "part")} is {Text(report, "status")}: {Text(report, "message")}");
        foreach (var one in report.GetProperty("failed").EnumerateArray())
            output.WriteLine($"item {Number(one, "item")}, attempt {Number(one, "attempt")}: {Money(one, "amountMinor")} failed: {Text(one, "reason")}");
        foreach (var issue in report.GetProperty("issues").EnumerateArray())
            output.WriteLine($"LOOK AT {issue.GetString()}");
    }

    public static void Account(JsonElement account, TextWriter output)
    {
        foreach (var (name, what) in new[] { ("proposed", "proposed, to be verified"), ("verified", "in force") })
        {
            if (account.GetProperty(name) is not { ValueKind: JsonValueKind.Object } details)
                continue;
            output.WriteLine($"{what}: {details.GetProperty("account").GetString() ?? "tax facts without a bank account"}, by {Text(details, "by")}");
            output.WriteLine($"  commitment {Text(details, "commitment")}");
            output.WriteLine($"  ABN {details.GetProperty("abn").GetString() ?? "none"}, {(details.GetProperty("gstRegistered").GetBoolean() ? "registered" : "not registered")} for GST");
        }
    }

    public static void Balance(JsonElement balances, TextWriter output)
    {
        foreach (var one in balances.EnumerateArray())
        {
            output.WriteLine($"{Text(one, "currency")}: owed {Money(one, "owedMinor")}");
            foreach (var part in new[] { "available", "coolingOff", "disputed", "drafted", "failed", "onTheWay", "paid" })
                output.WriteLine($"  {part,-11} {Money(one, $"{part}Minor"),18}");
        }
    }

    public static void Figures(JsonElement figures, TextWriter output)
    {
        foreach (var figure in figures.EnumerateObject())
            output.WriteLine($"{figure.Name,-24} {(figure.Value.ValueKind == JsonValueKind.Null ? "-" : figure.Value.ToString())}");
    }

    private static void Item(JsonElement item, TextWriter output)
    {
        var tax = $"{(Number(item, "gstMinor") == 0 ? "" : $", GST {Money(item, "gstMinor")}")}{(Number(item, "withheldMinor") == 0 ? "" : $", withheld {Money(item, "withheldMinor")}")}";
        var changed = Text(item, "status") == "pending" && item.GetProperty("accountChanged").GetBoolean() ? " ACCOUNT CHANGED" : "";
        var reason = item.GetProperty("reason").GetString() is { } text ? $": {text}" : "";
        output.WriteLine($"  {Number(item, "number"),6} {Text(item, "payee")} {Money(item, "payMinor"),16} {Text(item, "status")}{reason}{tax}{changed}");
    }

    private static void More(JsonElement page, TextWriter output)
    {
        if (page.GetProperty("next").GetString() is { } next)
            output.WriteLine($"more: --cursor {next}");
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    private static long Number(JsonElement of, string name) => of.GetProperty(name).GetInt64();

    private static string Money(JsonElement of, string name) => Amounts.Text(Number(of, name));
}
