using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Commission.Cli.Rules;

/// <summary><c>commission simulate what-if</c>: what the history would have cost under other rules.</summary>
internal static class WhatIfCommand
{
    private const int ListedMembers = 5;

    private static readonly Option<FileInfo[]> Rules = new("--rules")
    {
        Description = "A rule set document, or a vertical's file; repeat it for further verticals.",
        HelpName = "file",
        Required = true,
    };

    private static readonly Option<string?> Vertical = new("--vertical") { Description = "Only deals of this vertical.", HelpName = "code" };
    private static readonly Option<string?> From = new("--from") { Description = "First referral date.", HelpName = "yyyy-MM-dd" };
    private static readonly Option<string?> To = new("--to") { Description = "Last referral date.", HelpName = "yyyy-MM-dd" };
    private static readonly Option<long?> DealLimit = new("--deal-limit") { Description = "Most that one deal may cost, minor units.", HelpName = "amount" };
    private static readonly Option<long?> MemberMonthLimit = new("--member-month-limit") { Description = "Most that a member may get in a month.", HelpName = "amount" };
    private static readonly Option<long?> MonthLimit = new("--month-limit") { Description = "Most that a month may cost.", HelpName = "amount" };
    private static readonly Option<string?> OfRevenuePercent = new("--of-revenue-percent") { Description = "Most of a product's revenue that may go to commission.", HelpName = "percent" };
    private static readonly Option<long?> CapCutLimit = new("--cap-cut-limit") { Description = "Most that one cap of the rules may cut off in all.", HelpName = "amount" };

    public static Command Create()
    {
        var command = new Command("what-if", "Calculate all completed deals under candidate rules, and compare with what was accrued.")
        {
            Rules, SimulationRun.Actor, Vertical, From, To, DealLimit, MemberMonthLimit, MonthLimit, OfRevenuePercent, CapCutLimit, SimulationRun.CsvFile,
            SimulationRun.JsonFile,
        };
        command.SetGuardedAction(
            (arguments, cancellation) => SimulationRun.RunAsync(arguments, "what-if", "Deals", () => BodyAsync(arguments, cancellation), Tell, cancellation),
            ExitCode.Usage);
        return command;
    }

    private static async Task<JsonObject> BodyAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var limits = new JsonObject();
        Put(limits, "dealMinor", arguments.GetValue(DealLimit));
        Put(limits, "memberMonthMinor", arguments.GetValue(MemberMonthLimit));
        Put(limits, "monthMinor", arguments.GetValue(MonthLimit));
        Put(limits, "capCutMinor", arguments.GetValue(CapCutLimit));
        if (arguments.GetValue(OfRevenuePercent) is { } percent)
            limits["ofRevenuePercent"] = percent;
        var body = new JsonObject { ["candidates"] = await SimulationRun.CandidatesAsync(arguments.GetRequiredValue(Rules), cancellation), ["limits"] = limits };
        foreach (var (name, value) in new[] { ("vertical", arguments.GetValue(Vertical)), ("from", arguments.GetValue(From)), ("to", arguments.GetValue(To)) })
        {
            if (value is not null)
                body[name] = value;
        }
        return body;
    }

    private static void Put(JsonObject into, string name, long? value)
    {
        if (value is not null)
            into[name] = value;
    }

    /// <summary>The figures that matter; the exit code says whether a limit would be broken.</summary>
    private static int Tell(string id, JsonElement result, TextWriter output)
    {
        var currency = result.GetProperty("currency").GetString()!;
        output.WriteLine($"{id}: {result.GetProperty("deals").GetInt64()} deals, {result.GetProperty("laterEvents").GetInt64()} later events");
        foreach (var skipped in result.GetProperty("skipped").EnumerateObject())
            output.WriteLine($"  {skipped.Value.GetInt64()} left out: {skipped.Name}");
        foreach (var reason in result.GetProperty("notCompared").EnumerateObject())
            output.WriteLine($"  {reason.Value.GetInt64()} later events not compared: {reason.Name}");
        Line(output, "total", result.GetProperty("total"), currency);
        Line(output, "platform", result.GetProperty("platform"), currency);
        foreach (var vertical in result.GetProperty("byVertical").EnumerateObject())
            Line(output, vertical.Name, vertical.Value, currency);
        output.WriteLine($"  {result.GetProperty("winners").GetInt32()} members would get more, {result.GetProperty("losers").GetInt32()} less");
        foreach (var member in result.GetProperty("members").EnumerateArray().Take(ListedMembers))
            Line(output, member.GetProperty("member").GetString()!, member, currency);
        TellLimits(output, result, currency);
        var breaches = result.GetProperty("breachCount").GetInt64();
        if (breaches > 0)
            output.WriteLine($"  {breaches} breaches of the limits");
        return breaches > 0 ? ExitCode.NotInOrder : ExitCode.Done;
    }

    private static void TellLimits(TextWriter output, JsonElement result, string currency)
    {
        foreach (var cap in result.GetProperty("caps").EnumerateArray())
        {
            output.WriteLine($"  cap per {cap.GetProperty("cap").GetString()} of {cap.GetProperty("product").GetString()} {cap.GetProperty("component").GetString()}: "
                + $"{cap.GetProperty("deals").GetInt64()} deals, {Amount(cap, "cutMinor")} {currency} cut off");
        }
        foreach (var gate in result.GetProperty("gates").EnumerateArray())
        {
            output.WriteLine($"  gate broken at {gate.GetProperty("path").GetString()}: {gate.GetProperty("deals").GetInt64()} deals, "
                + $"{Amount(gate, "commissionMinor")} {currency}: {gate.GetProperty("clause").GetString()}");
        }
    }

    private static void Line(TextWriter output, string name, JsonElement change, string currency) => output.WriteLine(new StringBuilder("  ")
        .Append(CultureInfo.InvariantCulture, $"{name}: {Amount(change, "beforeMinor")} → {Amount(change, "afterMinor")} {currency}")
        .Append(CultureInfo.InvariantCulture, $" ({Amount(change, "differenceMinor")})").ToString());

    private static string Amount(JsonElement change, string name) => Amounts.Text(change.GetProperty(name).GetInt64());
}
