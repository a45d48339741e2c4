using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Commission.Cli.Rules;

/// <summary><c>commission simulate deal-flow</c>: seeded traffic through the real engine, into books of its own.</summary>
internal static class DealFlowCommand
{
    private static readonly Option<long> Seed = new("--seed") { Description = "Chooses everything that is left to chance.", HelpName = "number", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> From = new("--from") { Description = "First day of referrals.", HelpName = "yyyy-MM-dd", DefaultValueFactory = _ => "2026-01-01" };

    private static readonly Option<string[]> Mix = new("--vertical")
    {
        Description = "A vertical of the traffic, with its weight after a colon: MORTGAGE:3. Repeat it; without, all verticals alike.",
        HelpName = "code[:weight]",
    };

    private static readonly Option<FileInfo[]> Rules = new("--rules")
    {
        Description = "Rules to play instead of those in force: a rule set document, or a vertical's file; repeat it.",
        HelpName = "file",
    };

    private static readonly (Option<int?> Option, string? Part, string Member)[] Numbers =
    [
        (Number("--days", "Days on which referrals arrive."), null, "days"),
        (Number("--arrivals-per-day", "Referrals on an average day."), null, "arrivalsPerDay"),
        (Number("--follow-days", "Days that are played after the last arrival."), null, "followDays"),
        (Number("--members", "Members who refer and receive."), null, "members"),
        (Number("--acknowledged-percent", "Of a hundred referrals, how many clients acknowledge."), "conversionPercent", "acknowledged"),
        (Number("--intake-percent", "Of a hundred acknowledged, how many reach intake."), "conversionPercent", "intake"),
        (Number("--settled-percent", "Of a hundred in intake, how many settle."), "conversionPercent", "settled"),
        (Number("--completed-percent", "Of a hundred settled, how many clients confirm."), "conversionPercent", "completed"),
        (Number("--acknowledgement-days", "Most days to the acknowledgement."), "delayDays", "acknowledgement"),
        (Number("--intake-days", "Most days from there to the intake."), "delayDays", "intake"),
        (Number("--settlement-days", "Most days from there to the settlement."), "delayDays", "settlement"),
        (Number("--outcome-days", "Most days from there to the outcome."), "delayDays", "outcome"),
        (Number("--cancellation-percent", "Of a hundred complete deals, how many are cancelled."), null, "cancellationPercent"),
        (Number("--cancellation-within-days", "Most days from the completion to a cancellation."), null, "cancellationWithinDays"),
        (Number("--dispute-percent", "Of a hundred complete deals, how many are disputed."), null, "disputePercent"),
        (Number("--upheld-percent", "Of a hundred disputes, how many are upheld."), null, "upheldPercent"),
        (Number("--concurrency", "Deals that are played at the same instant."), null, "concurrency"),
    ];

    private static readonly Option<long?> MonthLimit = new("--month-limit") { Description = "Most that a month may cost, minor units.", HelpName = "amount" };
    private static readonly Option<long?> MemberMonthLimit = new("--member-month-limit") { Description = "Most that a member may get in a month.", HelpName = "amount" };

    public static Command Create()
    {
        var command = new Command("deal-flow", "Play synthetic referrals through the engine, in books that are not the real ones.")
        {
            SimulationRun.Actor, Seed, From, Mix, Rules, MonthLimit, MemberMonthLimit, SimulationRun.CsvFile, SimulationRun.JsonFile,
        };
        foreach (var (option, _, _) in Numbers)
            command.Options.Add(option);
        command.SetGuardedAction(
            (arguments, cancellation) => SimulationRun.RunAsync(arguments, "deal-flow", "Days of deals", () => BodyAsync(arguments, cancellation), Tell, cancellation),
            ExitCode.Usage);
        return command;
    }

    private static Option<int?> Number(string name, string description) => new(name) { Description = description, HelpName = "number" };

    private static async Task<JsonObject> BodyAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var body = new JsonObject { ["seed"] = arguments.GetValue(Seed), ["from"] = arguments.GetValue(From) };
        foreach (var (option, part, member) in Numbers)
        {
            if (arguments.GetValue(option) is not { } number)
                continue;
            var into = part is null ? body : body[part] as JsonObject ?? (body[part] = new JsonObject()).AsObject();
            into[member] = number;
        }
        if (arguments.GetValue(Mix) is { Length: > 0 } mix)
            body["mix"] = new JsonArray([.. mix.Select(Part)]);
        if (arguments.GetValue(Rules) is { Length: > 0 } files)
            body["candidates"] = await SimulationRun.CandidatesAsync(files, cancellation);
        var limits = new JsonObject();
        if (arguments.GetValue(MonthLimit) is { } month)
            limits["monthMinor"] = month;
        if (arguments.GetValue(MemberMonthLimit) is { } memberMonth)
            limits["memberMonthMinor"] = memberMonth;
        body["limits"] = limits;
        return body;
    }

    private static JsonObject Part(string text)
    {
        var parts = text.Split(':');
        if (parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            throw new JsonException($"--vertical {text}: expected a code, or code:weight with a whole weight.");
        return new JsonObject { ["vertical"] = parts[0], ["weight"] = parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 1 };
    }

    private static int Tell(string id, JsonElement result, TextWriter output)
    {
        var (outcome, books, measured) = (result.GetProperty("outcome"), result.GetProperty("books"), result.GetProperty("measured"));
        output.WriteLine($"{id}: {outcome.GetProperty("deals").GetInt32()} deals, up to {outcome.GetProperty("peakOpenDeals").GetInt32()} open at once");
        output.WriteLine($"  handshakes: {Counts(outcome.GetProperty("steps"))}");
        output.WriteLine($"  afterwards: {Counts(outcome.GetProperty("events"))}");
        if (outcome.GetProperty("refusals").EnumerateObject().Any())
            output.WriteLine($"  refused: {Counts(outcome.GetProperty("refusals"))}");
        foreach (var total in outcome.GetProperty("totals").EnumerateObject())
        {
            output.WriteLine($"  commission {Amount(total.Value, "commissionMinor")} {total.Name}, of which the platform {Amount(total.Value, "platformMinor")}; "
                + $"{Amount(total.Value, "clawedBackMinor")} was taken back");
        }
        foreach (var figure in outcome.GetProperty("byVertical").EnumerateArray())
            output.WriteLine($"  {figure.GetProperty("name").GetString()}: {Amount(figure, "commissionMinor")} {figure.GetProperty("currency").GetString()}");
        var fault = books.TryGetProperty("fault", out var found) ? found.GetString() : null;
        output.WriteLine($"  books {books.GetProperty("ledger").GetString()} ({books.GetProperty("entries").GetInt64()} entries) and "
            + $"{books.GetProperty("handshakes").GetString()} ({books.GetProperty("leaves").GetInt64()} leaves): {fault ?? "verified"}");
        output.WriteLine($"  {measured.GetProperty("commands").GetInt32()} commands in {measured.GetProperty("milliseconds").GetInt64()} ms "
            + $"({measured.GetProperty("commandsPerSecond").GetInt64()}/s; half within {measured.GetProperty("medianMilliseconds").GetInt64()} ms, "
            + $"99 of 100 within {measured.GetProperty("p99Milliseconds").GetInt64()} ms)");
        output.WriteLine($"  digest {result.GetProperty("digest").GetString()}");
        var breaches = outcome.GetProperty("breaches").GetArrayLength();
        if (breaches > 0)
            output.WriteLine($"  {breaches} breaches of the limits");
        return breaches > 0 || fault is not null ? ExitCode.NotInOrder : ExitCode.Done;
    }

    private static string Counts(JsonElement counts) =>
        string.Join(", ", counts.EnumerateObject().Select(count => $"{count.Name} {count.Value.GetInt64()}"));

    private static string Amount(JsonElement of, string name) => Amounts.Text(of.GetProperty(name).GetInt64());
}
