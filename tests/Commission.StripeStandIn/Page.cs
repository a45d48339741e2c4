using System.Globalization;
using System.Text.Json.Nodes;

namespace Commission.StripeStandIn;

/// <summary>Lists as Stripe pages them: newest first, by cursor.</summary>
internal static class Page
{
    public static readonly string[] Parameters = ["limit", "starting_after", "ending_before"];

    public static JsonObject Of(Form query, string url, IEnumerable<JsonObject> newestFirst)
    {
        var limit = Limit(query);
        var all = newestFirst.ToList();
        var start = query.Text("starting_after") is { } after ? Index(all, after, "starting_after") + 1 : 0;
        if (query.Text("ending_before") is { } before)
            start = Math.Max(0, Index(all, before, "ending_before") - limit);
        var page = all.Skip(start).Take(limit).Select(item => (JsonNode)item.DeepClone()).ToArray();
        return new JsonObject { ["object"] = "list", ["data"] = new JsonArray(page), ["has_more"] = start + page.Length < all.Count, ["url"] = url };
    }

    private static int Limit(Form query)
    {
        if (query.Text("limit") is not { } text)
            return 10;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= 100
            ? limit
            : throw StripeError.Invalid("limit", "limit must be an integer between 1 and 100", "parameter_invalid_integer");
    }

    private static int Index(List<JsonObject> all, string id, string param)
    {
        var index = all.FindIndex(item => (string?)item["id"] == id);
        return index >= 0 ? index : throw StripeError.Invalid(param, $"No such object: '{id}'", "resource_missing");
    }
}
