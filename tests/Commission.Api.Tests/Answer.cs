using System.Text;
using System.Text.Json;

namespace Commission.Api.Tests;

/// <summary>What the API answered.</summary>
public sealed record Answer(int Status, byte[] Bytes, string? ContentType, bool Replayed, TimeSpan? RetryAfter)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonElement Json { get; } = Parse(Bytes, ContentType);

    public string? Code => Member("code");

    public string? Field => Member("field");

    public JsonElement this[string name] => Json.GetProperty(name);

    public IReadOnlyList<JsonElement> Items => [.. Is(200)["items"].EnumerateArray()];

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        var replayed = response.Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Single() == "true";
        return new Answer(
            (int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Content.Headers.ContentType?.MediaType, replayed,
            response.Headers.RetryAfter?.Delta);
    }

    public string? Member(string name) =>
        Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public Answer Is(int status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Text}");
        return this;
    }

    /// <summary>A problem with this status, code and field, as RFC 9457 has it.</summary>
    public Answer IsRefused(int status, string code, string? field = null)
    {
        Is(status);
        Assert.Equal("application/problem+json", ContentType);
        Assert.Equal((code, field, status), (Code, Field, this["status"].GetInt32()));
        Assert.NotEmpty(this["title"].GetString()!);
        return this;
    }

    /// <summary>The lines of an NDJSON answer.</summary>
    public IReadOnlyList<JsonElement> Lines() =>
        [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static JsonElement Parse(byte[] bytes, string? contentType)
    {
        if (bytes.Length == 0 || contentType is not ("application/json" or "application/problem+json"))
            return default;
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }
}
