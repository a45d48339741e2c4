using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Commission.Cli.Disputes;

/// <summary><c>commission disputes</c>: from what a member contests to what was decided.</summary>
internal static class DisputesCommand
{
    private const string Disputes = "api/v1/disputes";

    private static readonly Argument<string> Dispute = new("dispute") { Description = "The dispute, dispute_…" };
    private static readonly Option<string?> Member = new("--member") { Description = "Whose accruals; who acts when absent.", HelpName = "contact" };
    private static readonly Option<string?> Region = new("--region") { Description = "Whose holidays count: AU, or a state such as NSW.", HelpName = "code" };
    private static readonly Option<string> Text = new("--text") { Description = "What is said.", HelpName = "text", Required = true };
    private static readonly Option<string> Assignee = new("--assignee") { Description = "Who is to look into it.", HelpName = "contact", Required = true };
    private static readonly Option<string> Outcome = new("--outcome") { Description = "upheld, partly or rejected.", Required = true };
    private static readonly Option<string?> Cursor = new("--cursor") { Description = "Where the page before ended.", HelpName = "text" };

    private static readonly Option<string> Reason = new("--reason")
    {
        Description = "Why: a reason code, such as wrong_amount; another is answered with the list.",
        HelpName = "code",
        Required = true,
    };

    private static readonly Option<long[]> Entries = new("--entry")
    {
        Description = "A place in the ledger; may be given again.",
        HelpName = "sequence",
        Required = true,
    };

    private static readonly Option<string[]> Decided = new("--amount")
    {
        Description = "What an entry should have been, as sequence=minor; may be given again.",
        HelpName = "n=minor",
    };

    public static Command Create() => new("disputes", "Contest entries, look into them, decide; against a clock of business time.")
    {
        Acting.Step("open", "Contest entries of a member; unpaid ones are held until the decision.", Open, DisputeText.Dispute,
            Member, Reason, Text, Entries, Region),
        Acting.Look("list", "Disputes, newest first; a member sees its own.", ListPath, DisputeText.Page, Member, Cursor),
        Acting.Look("queue", "Undecided disputes, those first whose time runs out first.", _ => $"{Disputes}/queue", DisputeText.Queue),
        Acting.Look("figures", "How disputes keep their time.", _ => $"{Disputes}/figures", DisputeText.Figures),
        Acting.Look("show", "One dispute with its evidence and all that was said.", arguments => Of(arguments), DisputeText.Dispute, Dispute),
        Acting.Step("assign", "Say who looks into it.",
            arguments => (Of(arguments, "assign"), new JsonObject { ["assignee"] = arguments.GetRequiredValue(Assignee) }), DisputeText.Dispute,
            Dispute, Assignee),
        Plain("review", "Begin to look into it."),
        Say("ask", "Ask the member; the clock rests until it answers."),
        Say("message", "Write a message.", "messages"),
        Say("escalate", "Hand it to somebody above who has it."),
        Acting.Step("decide", "Decide it; amounts say what entries should have been, and the difference is booked.", Decide, DisputeText.Dispute,
            Dispute, Outcome, Text, Decided),
        Plain("close", "Close what was decided."),
        Plain("withdraw", "Withdraw it; the member's own choice."),
    };

    private static Command Plain(string step, string description) =>
        Acting.Step(step, description, arguments => (Of(arguments, step), []), DisputeText.Dispute, Dispute);

    private static Command Say(string name, string description, string? step = null) => Acting.Step(
        name, description, arguments => (Of(arguments, step ?? name), new JsonObject { ["text"] = arguments.GetRequiredValue(Text) }), DisputeText.Dispute,
        Dispute, Text);

    private static (string, JsonObject) Open(ParseResult arguments)
    {
        var body = new JsonObject
        {
            ["reason"] = arguments.GetRequiredValue(Reason),
            ["text"] = arguments.GetRequiredValue(Text),
            ["entries"] = new JsonArray([.. arguments.GetRequiredValue(Entries).Select(place => JsonValue.Create(place))]),
        };
        if (arguments.GetValue(Member) is { } member)
            body["member"] = member;
        if (arguments.GetValue(Region) is { } region)
            body["region"] = region;
        return (Disputes, body);
    }

    private static (string, JsonObject) Decide(ParseResult arguments)
    {
        var body = new JsonObject { ["outcome"] = arguments.GetRequiredValue(Outcome), ["text"] = arguments.GetRequiredValue(Text) };
        if (arguments.GetValue(Decided) is { Length: > 0 } amounts)
            body["amounts"] = new JsonArray([.. amounts.Select(Amount)]);
        return (Of(arguments, "decide"), body);
    }

    private static JsonObject Amount(string text) =>
        text.Split('=') is [var place, var minor]
        && long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
        && long.TryParse(minor, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount)
            ? new JsonObject { ["entry"] = sequence, ["amountMinor"] = amount }
            : throw new FormatException($"--amount: '{text}' is not sequence=minor, such as 17=25000");

    private static string ListPath(ParseResult arguments)
    {
        var path = $"{Disputes}?limit=200";
        if (arguments.GetValue(Member) is { } member)
            path += $"&member={Acting.Escape(member)}";
        return arguments.GetValue(Cursor) is { } cursor ? $"{path}&cursor={Acting.Escape(cursor)}" : path;
    }

    private static string Of(ParseResult arguments, string? step = null) =>
        $"{Disputes}/{Acting.Escape(arguments.GetRequiredValue(Dispute))}{(step is null ? "" : $"/{step}")}";
}
