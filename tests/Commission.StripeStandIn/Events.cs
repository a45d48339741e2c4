using System.Text.Json.Nodes;

namespace Commission.StripeStandIn;

/// <summary>What has happened, to be read again, and the endpoints that are told.</summary>
internal static class Events
{
    public static JsonObject List(Call call) => Page.Of(call.Query, "/v1/events",
        Of(call).Where(happened => call.Query.Text("type") is not { } type || (string?)happened["type"] == type));

    public static JsonObject Get(Call call) => call.World.Find(Of(call), "event", call.Route("id"));

    public static JsonObject AddEndpoint(Call call, Webhooks webhooks)
    {
        call.Form.Allow("url", "enabled_events", "connect", "description", "metadata", "api_version");
        if (!Uri.TryCreate(call.Form.Required("url"), UriKind.Absolute, out var url))
            throw StripeError.Invalid("url", "Invalid URL: An explicit scheme (such as https) must be provided.", "url_invalid");
        if (!call.Form.Has("enabled_events"))
            throw StripeError.Missing("enabled_events");
        var endpoint = webhooks.Add(url, call.Form.Text("connect") == "true", call.World.IsLive);
        return new JsonObject
        {
            ["id"] = endpoint.Id,
            ["object"] = "webhook_endpoint",
            ["created"] = call.World.Created(),
            ["enabled_events"] = World.Array("*"),
            ["livemode"] = call.World.IsLive,
            ["secret"] = endpoint.Secret,
            ["status"] = "enabled",
            ["url"] = url.ToString(),
        };
    }

    private static IEnumerable<JsonObject> Of(Call call) => call.World.Events.Where(pair => pair.Account == call.Account).Select(pair => pair.Event);
}
