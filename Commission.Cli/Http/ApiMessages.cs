using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Commission.Cli.Http;

/// <summary>One request, as bytes, so that every attempt sends exactly the same.</summary>
internal sealed record ApiRequest(HttpMethod Method, string Path)
{
    public byte[]? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>Required by the server on every POST; what makes a retry safe.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Who acts. Absent only for the very first contacts.</summary>
    public string? ActingContact { get; init; }

    public static ApiRequest Get(string path) => new(HttpMethod.Get, path);

    public static ApiRequest Post(string path, JsonObject body, string idempotencyKey, string? actingContact) =>
        Post(path, Encoding.UTF8.GetBytes(body.ToJsonString()), idempotencyKey, actingContact);

    public static ApiRequest Post(string path, byte[] body, string idempotencyKey, string? actingContact) =>
        new(HttpMethod.Post, path) { Body = body, IdempotencyKey = idempotencyKey, ActingContact = actingContact };
}

internal sealed record ApiResponse(HttpStatusCode Status, byte[] Body, bool IsReplayed)
{
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Body);
        return document.RootElement.Clone();
    }

    /// <summary>The <c>id</c> of what was created.</summary>
    public string Id() => Json().GetProperty("id").GetString()!;
}
