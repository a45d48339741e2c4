using System.Text;
using System.Text.Json;
using Commission.Domain.Payouts.Sheets;

namespace Commission.Domain.Notifications;

/// <summary>What a message's text needs and its facts do not hold.</summary>
/// <param name="Name">The recipient's name.</param>
/// <param name="PublicUrl">Where the network's API is reached from outside, without a slash at the end.</param>
/// <param name="Link">The client's link token; null for other kinds.</param>
public sealed record NotificationSetting(string Name, string PublicUrl, string? Link);

/// <summary>A message as people read it.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Text">Plain text.</param>
/// <param name="Html">The same as HTML.</param>
public sealed record NotificationMessage(string Subject, string Text, string Html);

/// <summary>Writes messages. Pure: the same facts give the same text, so that a message that is sent again is the same message.</summary>
public static class NotificationText
{
    /// <summary>Writes one.</summary>
    /// <param name="kind">What it tells.</param>
    /// <param name="facts">Its facts, canonical JSON.</param>
    /// <param name="setting">What else the text needs.</param>
    public static NotificationMessage Write(NotificationKind kind, byte[] facts, NotificationSetting setting)
    {
        using var parsed = JsonDocument.Parse(facts);
        var (subject, lines) = Content(kind, parsed.RootElement, setting);
        string[] all = [$"Dear {setting.Name},", .. lines];
        return new NotificationMessage(subject, string.Join("\n\n", all) + "\n", Page(subject, all));
    }

    /// <summary>The word that stands for a kind.</summary>
    public static string Name(NotificationKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName($"{kind}");

    private static (string Subject, string[] Lines) Content(NotificationKind kind, JsonElement facts, NotificationSetting setting) => kind switch
    {
        NotificationKind.ClientLink => ClientLink(facts, setting),
        NotificationKind.PapersIssued =>
        (
            $"Your payout: {Papers(facts)}",
            [
                $"{Amount(facts)} is on its way to you.",
                $"Papers: {Papers(facts)}. You find each at {setting.PublicUrl}/api/v1/documents/NUMBER/pdf, with its number in the place of NUMBER.",
            ]
        ),
        NotificationKind.PayoutFailed =>
        (
            "Your payout could not be made",
            [$"{Amount(facts)} could not be paid: {Text(facts, "reason")}", $"It stays owed to you. {Taken(facts)}", "Please check your account details with us."]
        ),
        NotificationKind.PayoutReturned =>
        (
            "Your payout came back",
            [$"{Amount(facts)} came back: {Text(facts, "reason")}", $"It stays owed to you. {Taken(facts)}", "Please check your account details with us."]
        ),
        NotificationKind.DisputeDecided =>
        (
            $"Your dispute was decided: {Text(facts, "outcome")}",
            [$"Your dispute {Text(facts, "dispute")} was decided: {Text(facts, "outcome")}.", $"The reasons: {DisputeLink(facts, setting)}"]
        ),
        NotificationKind.DisputeWarned =>
            ("A dispute is about to be late", [$"The clock of {Text(facts, "dispute")} is about to run out (since {Text(facts, "since")}).", DisputeLink(facts, setting)]),
        NotificationKind.DisputeBreached =>
            ("A dispute is late", [$"The clock of {Text(facts, "dispute")} ran out at {Text(facts, "since")}.", DisputeLink(facts, setting)]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static (string Subject, string[] Lines) ClientLink(JsonElement facts, NotificationSetting setting)
    {
        var (deal, step) = (Text(facts, "deal"), Text(facts, "step"));
        return (
            $"Please confirm: {step}",
            [
                $"Your referral {deal} waits for your signature of this step: {step}.",
                $"Your link is {setting.Link}. It works once, for this step, and for seven days.",
                $"Where to use it: {setting.PublicUrl}/api/v1/deals/{deal}/{step}",
                "Nobody else should have it. If you did not expect this message, you need not do anything.",
            ]);
    }

    private static string Amount(JsonElement facts) =>
        $"{Sheet.Amount(facts.GetProperty("payMinor").GetInt64(), Text(facts, "currency"))} {Text(facts, "currency")}";

    private static string Papers(JsonElement facts) => string.Join(", ", facts.GetProperty("papers").EnumerateArray().Select(paper => paper.GetString()));

    private static string Taken(JsonElement facts) => facts.GetProperty("papers").GetArrayLength() == 0
        ? "No paper had been issued for it."
        : $"Its papers are taken back by {Papers(facts)}.";

    private static string DisputeLink(JsonElement facts, NotificationSetting setting) => $"{setting.PublicUrl}/api/v1/disputes/{Text(facts, "dispute")}";

    private static string Text(JsonElement facts, string name) =>
        facts.TryGetProperty(name, out var value) && value.GetString() is { } text ? text : "no reason is known";

    private static string Page(string subject, string[] lines)
    {
        var page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en-AU\"><head><meta charset=\"utf-8\"><title>")
            .Append(SheetHtml.Escape(subject)).Append("</title></head><body>\n");
        foreach (var line in lines)
            page.Append("<p>").Append(SheetHtml.Escape(line)).Append("</p>\n");
        return page.Append("</body></html>\n").ToString();
    }
}
