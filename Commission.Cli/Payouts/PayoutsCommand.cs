using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Commission.Cli.Http;

namespace Commission.Cli.Payouts;

/// <summary><c>commission payouts</c>: from what is due to what the bank returned.</summary>
internal static class PayoutsCommand
{
    private const string Batches = "api/v1/payout-batches";

    private static readonly Argument<string> Batch = new("batch") { Description = "The batch, payout_…" };
    private static readonly Argument<int> Item = new("item") { Description = "Its number in the batch." };
    private static readonly Argument<string> Input = new("file") { Description = "The bank's file." };
    private static readonly Option<string> Rail = new("--rail") { Description = "aba or stripe.", DefaultValueFactory = _ => "aba" };
    private static readonly Option<string> Currency = new("--currency") { Description = "Which currency.", HelpName = "code", DefaultValueFactory = _ => "AUD" };
    private static readonly Option<string[]> Payees = new("--payee") { Description = "Only this payee; may be given again.", HelpName = "contact" };
    private static readonly Option<string?> Vertical = new("--vertical") { Description = "Only entries of one vertical.", HelpName = "code" };
    private static readonly Option<string> Hash = new("--hash") { Description = "The hash that was shown to who approves.", HelpName = "hex", Required = true };
    private static readonly Option<string> Reason = new("--reason") { Description = "Why.", HelpName = "text", Required = true };
    private static readonly Option<int> Attempt = new("--attempt") { Description = "The attempt that failed, or that was paid.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Part = new("--part") { Description = "Which file of the batch.", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Output = new("--output") { Description = "Where to write; standard output when absent.", HelpName = "path" };
    private static readonly Option<string?> Cursor = new("--cursor") { Description = "Where the page before ended.", HelpName = "text" };

    private static readonly Option<string?> ProcessOn = new("--process-on")
    {
        Description = "When the bank is to pay: a business day. Needed for direct entry.",
        HelpName = "yyyy-MM-dd",
    };

    public static Command Create() => new("payouts", "Pay what is due: draft, approve, submit, and see what came of it.")
    {
        Acting.Look("eligibility", "Who would be paid now, and why others would not.", EligibilityPath, PayoutText.Eligibility, Rail, Currency, Payees, Vertical),
        Acting.Step("draft", "Draft a batch of all that is due.", Draft, PayoutText.Batch, Rail, Currency, Payees, Vertical),
        Acting.Look("list", "Batches, newest first.", arguments => Paged(Batches, arguments), PayoutText.Batches, Cursor),
        Acting.Look("show", "One batch with its hash, its first items and its files.", arguments => Of(arguments), PayoutText.Batch, Batch),
        Acting.Look("items", "Items of a batch.", arguments => Paged(Of(arguments, "items"), arguments), PayoutText.Items, Batch, Cursor),
        Acting.Step("approve", "Approve what was shown: by somebody who neither made nor changed it.",
            arguments => (Of(arguments, "approve"), new JsonObject { ["hash"] = arguments.GetRequiredValue(Hash) }), PayoutText.Batch, Batch, Hash),
        Acting.Step("submit", "Submit an approved batch: the money moves to clearing and goes.", Submit, PayoutText.Batch, Batch, ProcessOn),
        Acting.Step("confirm", "The bank cleared its files: what is on its way is paid.", Plain("confirm"), PayoutText.Batch, Batch),
        Acting.Step("settle", "End a batch; what was not paid is open again.", Plain("settle"), PayoutText.Batch, Batch),
        Acting.Step("cancel", "Give a batch up before it is submitted.",
            arguments => (Of(arguments, "cancel"), Because(arguments)), PayoutText.Batch, Batch, Reason),
        Acting.Step("remove", "Take an item out before submission; voids an approval.",
            arguments => (OfItem(arguments, "remove"), Because(arguments)), PayoutText.Batch, Batch, Item, Reason),
        Acting.Step("retry", "Try an item that failed or came back again, to the account that was approved.",
            arguments => (OfItem(arguments, "retry"), new JsonObject { ["attempt"] = arguments.GetValue(Attempt) }), PayoutText.Batch, Batch, Item, Attempt),
        Acting.Step("release", "Open the entries of an item that failed or came back: the next batch pays them.",
            arguments => (OfItem(arguments, "release"), []), PayoutText.Batch, Batch, Item),
        Acting.Step("reverse", "Have Stripe take a payment back: by somebody who neither made nor changed the batch.",
            arguments => (OfItem(arguments, "reverse"), new JsonObject
            {
                ["attempt"] = arguments.GetValue(Attempt),
                ["reason"] = arguments.GetRequiredValue(Reason),
            }), PayoutText.Batch, Batch, Item, Attempt, Reason),
        FileCommand(),
        Acting.HandIn("returns", "Hand in the bank's returns file.", arguments => Of(arguments, "returns"), Input, "text/plain", PayoutText.Returns, Batch, Input),
        Acting.HandIn(
            "acknowledge", "Hand in the bank's acknowledgement report of a file.", arguments => Of(arguments, "acknowledgements"), Input, "application/xml",
            PayoutText.Acknowledgement, Batch, Input),
        Acting.Look("figures", "How payouts stand: open batches, the oldest, what failed.", _ => "api/v1/payout-figures", PayoutText.Figures),
        PayoutSchedules.Create(),
        DocumentsCommand.Create(),
        OnboardCommand.Create(),
        PayeeCommands.Create(),
    };

    private static Command FileCommand()
    {
        var command = new Command("file", "Fetch a direct entry file, as it was first made.") { Batch, Part, Output, Acting.As };
        command.SetGuardedAction(async (arguments, cancellation) =>
        {
            using var api = GlobalOptions.Client(arguments);
            var part = arguments.GetValue(Part).ToString(CultureInfo.InvariantCulture);
            var request = ApiRequest.Get(Of(arguments, $"files/{part}")) with { ActingContact = arguments.GetRequiredValue(Acting.As) };
            var file = await api.SendAsync(request, cancellation);
            if (arguments.GetValue(Output) is { } path)
                await File.WriteAllBytesAsync(path, file.Body, cancellation);
            else
                await arguments.InvocationConfiguration.Output.WriteAsync(System.Text.Encoding.ASCII.GetString(file.Body));
            return ExitCode.Done;
        });
        return command;
    }

    private static (string, JsonObject) Draft(ParseResult arguments)
    {
        var body = new JsonObject { ["rail"] = arguments.GetValue(Rail), ["currency"] = arguments.GetValue(Currency) };
        if (arguments.GetValue(Payees) is { Length: > 0 } payees)
            body["payees"] = new JsonArray([.. payees.Select(payee => JsonValue.Create(payee))]);
        if (arguments.GetValue(Vertical) is { } vertical)
            body["vertical"] = vertical;
        return (Batches, body);
    }

    private static (string, JsonObject) Submit(ParseResult arguments)
    {
        var body = new JsonObject();
        if (arguments.GetValue(ProcessOn) is { } day)
            body["processOn"] = day;
        return (Of(arguments, "submit"), body);
    }

    private static Func<ParseResult, (string, JsonObject)> Plain(string step) => arguments => (Of(arguments, step), []);

    private static JsonObject Because(ParseResult arguments) => new() { ["reason"] = arguments.GetRequiredValue(Reason) };

    private static string EligibilityPath(ParseResult arguments)
    {
        var path = $"api/v1/payout-eligibility?rail={Acting.Escape(arguments.GetValue(Rail)!)}&currency={Acting.Escape(arguments.GetValue(Currency)!)}&limit=200";
        if (arguments.GetValue(Payees) is [var payee, ..])
            path += $"&payee={Acting.Escape(payee)}";
        return arguments.GetValue(Vertical) is { } vertical ? $"{path}&vertical={Acting.Escape(vertical)}" : path;
    }

    private static string Of(ParseResult arguments, string? rest = null) =>
        $"{Batches}/{Acting.Escape(arguments.GetRequiredValue(Batch))}{(rest is null ? "" : $"/{rest}")}";

    private static string OfItem(ParseResult arguments, string step) =>
        Of(arguments, string.Create(CultureInfo.InvariantCulture, $"items/{arguments.GetValue(Item)}/{step}"));

    private static string Paged(string path, ParseResult arguments) =>
        arguments.GetValue(Cursor) is { } cursor ? $"{path}?limit=200&cursor={Acting.Escape(cursor)}" : $"{path}?limit=200";
}
