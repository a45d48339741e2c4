using System.Text.Json.Nodes;
using Commission.Domain;

namespace Commission.Api.Tests.Ledger;

/// <summary>How packs are bent.</summary>
internal static class Bending
{
    public static JsonNode Take(JsonArray items, int at)
    {
        var item = items[at]!;
        items.RemoveAt(at);
        return item;
    }

    public static void Flip(JsonNode node, string name, int at)
    {
        Assert.True(Base64Url.TryDecode(node[name]!.GetValue<string>(), 1 << 20, out var bytes));
        bytes[at] ^= 1;
        node[name] = Base64Url.Encode(bytes);
    }
}
