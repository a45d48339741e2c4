using System.CommandLine;
using System.Text.Json.Nodes;
using Commission.Cli.Http;

namespace Commission.Cli.Notifications;

/// <summary><c>commission notifications</c>: lists messages to people, and sends those again that did not go.</summary>
internal static class NotificationsCommand
{
    private static readonly Option<string?> State = new("--state") { Description = "Only queued, delivered, failed or undeliverable ones.", HelpName = "state" };

    private static readonly Option<string?> Kind = new("--kind") { Description = "Only of one kind, such as papers-issued.", HelpName = "kind" };

    private static readonly Option<string?> Contact = new("--contact") { Description = "Only to one contact.", HelpName = "contact" };

    private static readonly Option<string> As = new("--as") { Description = "An INTERNAL contact.", HelpName = "contact", Required = true };

    private static readonly Argument<string> Id = new("notification") { Description = "Which one." };

    public static Command Create()
    {
        var list = new Command("list", "List messages, newest first.") { State, Kind, Contact, As };
        list.SetGuardedAction(ListAsync);
        var retry = new Command("retry", "Send a message again that was given up or had no address.") { Id, As };
        retry.SetGuardedAction(RetryAsync);
        return new Command("notifications", "Messages to people.") { list, retry };
    }

    private static async Task<int> ListAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var output = arguments.InvocationConfiguration.Output;
        using var api = GlobalOptions.Client(arguments);
        await api.ProbeAsync(cancellation);
        var filters = new[] { ("state", State), ("kind", Kind), ("contact", Contact) }
            .Select(filter => (Name: filter.Item1, Value: arguments.GetValue(filter.Item2))).Where(filter => filter.Value is not null)
            .Select(filter => $"&{filter.Name}={Uri.EscapeDataString(filter.Value!)}");
        var path = $"api/v1/notifications?limit=200{string.Concat(filters)}";
        for (string? cursor = ""; cursor is not null;)
        {
            var next = cursor.Length == 0 ? path : $"{path}&cursor={Uri.EscapeDataString(cursor)}";
            var page = (await api.SendAsync(ApiRequest.Get(next) with { ActingContact = arguments.GetRequiredValue(As) }, cancellation)).Json();
            foreach (var one in page.GetProperty("items").EnumerateArray())
            {
                await output.WriteLineAsync(
                    $"{one.GetProperty("id").GetString()}  {one.GetProperty("createdAt").GetString()}  {one.GetProperty("kind").GetString()}  "
                    + $"{one.GetProperty("contact").GetString() ?? "staff"}  {one.GetProperty("state").GetString()}  "
                    + $"{one.GetProperty("attempts")} attempts  {one.GetProperty("problem").GetString()}");
            }
            cursor = page.GetProperty("next").GetString();
        }
        return ExitCode.Done;
    }

    private static async Task<int> RetryAsync(ParseResult arguments, CancellationToken cancellation)
    {
        using var api = GlobalOptions.Client(arguments);
        await api.ProbeAsync(cancellation);
        var id = arguments.GetRequiredValue(Id);
        var one = (await api.SendAsync(
            ApiRequest.Post($"api/v1/notifications/{Uri.EscapeDataString(id)}/retry", new JsonObject(), $"retry-{Guid.NewGuid():N}", arguments.GetRequiredValue(As)),
            cancellation)).Json();
        await arguments.InvocationConfiguration.Output.WriteLineAsync($"{one.GetProperty("id").GetString()} is {one.GetProperty("state").GetString()}");
        return ExitCode.Done;
    }
}
