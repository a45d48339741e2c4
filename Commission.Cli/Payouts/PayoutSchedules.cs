using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Commission.Cli.Payouts;

/// <summary><c>commission payouts schedule</c>: when batches are drafted by themselves.</summary>
internal static class PayoutSchedules
{
    private const string Schedules = "api/v1/payout-schedules";

    private static readonly Option<string> Rail = new("--rail") { Description = "aba or stripe.", DefaultValueFactory = _ => "aba" };
    private static readonly Option<string> Currency = new("--currency") { Description = "Which currency.", HelpName = "code", DefaultValueFactory = _ => "AUD" };
    private static readonly Option<string> Rhythm = new("--rhythm") { Description = "weekly, monthly or on_demand.", Required = true };
    private static readonly Option<int?> Day = new("--day") { Description = "weekly: 1 (Monday) to 5 (Friday). monthly: 1 to 31.", HelpName = "number" };

    public static Command Create() => new("schedule", "When batches are drafted by themselves.")
    {
        Acting.Step("set", "Draft batches weekly or monthly, in the name of who acts.", Set, Tell, Rail, Currency, Rhythm, Day),
        Acting.Look("show", "All schedules.", _ => Schedules, TellAll),
    };

    private static (string, JsonObject) Set(ParseResult arguments)
    {
        var body = new JsonObject
        {
            ["rail"] = arguments.GetValue(Rail),
            ["currency"] = arguments.GetValue(Currency),
            ["rhythm"] = arguments.GetRequiredValue(Rhythm),
        };
        if (arguments.GetValue(Day) is { } day)
            body["day"] = day;
        return (Schedules, body);
    }

    private static void TellAll(JsonElement schedules, TextWriter output)
    {
        foreach (var schedule in schedules.EnumerateArray())
            Tell(schedule, output);
        if (schedules.GetArrayLength() == 0)
            output.WriteLine("No schedule: batches are drafted on demand.");
    }

    private static void Tell(JsonElement schedule, TextWriter output)
    {
        var day = schedule.GetProperty("day") is { ValueKind: JsonValueKind.Number } number ? $" on day {number.GetInt32()}" : "";
        var next = schedule.GetProperty("nextOn").GetString() is { } on ? $", next {on}" : "";
        var last = schedule.GetProperty("lastOn").GetString() is { } ran ? $", last {ran}: {schedule.GetProperty("lastBatch").GetString() ?? "nothing to pay"}" : "";
        output.WriteLine(
            $"{schedule.GetProperty("rail").GetString()} {schedule.GetProperty("currency").GetString()}: {schedule.GetProperty("rhythm").GetString()}{day}{next}{last}");
    }
}
