using System.Globalization;
using System.Text.Json;
using Commission.Domain;

namespace Commission.Api.Http;

/// <summary>Reads members of a JSON body; what is missing, wrong or unknown becomes a problem that names it.</summary>
internal readonly struct BodyReader(JsonElement body)
{
    public void Allow(params ReadOnlySpan<string> names)
    {
        foreach (var property in body.EnumerateObject())
        {
            if (!names.Contains(property.Name))
                throw ProblemException.Field(property.Name, $"{property.Name} is not expected here; allowed: {string.Join(", ", names.ToArray())}.");
        }
    }

    public JsonElement? Find(string name) =>
        body.ValueKind != JsonValueKind.Undefined && body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public JsonElement Object(string name) => Find(name) is { ValueKind: JsonValueKind.Object } value
        ? value
        : throw ProblemException.Field(name, $"{name} must be an object.");

    public string Text(string name) => OptionalText(name) ?? throw ProblemException.Field(name, $"{name} is required.");

    public string? OptionalText(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => AsText(value, name),
        _ => throw ProblemException.Field(name, $"{name} must be a string."),
    };

    public TId Id<TId>(string name) where TId : struct, ITypedId<TId> => Answers.Id<TId>(Text(name), name);

    public TId? OptionalId<TId>(string name) where TId : struct, ITypedId<TId> =>
        OptionalText(name) is { } text ? Answers.Id<TId>(text, name) : null;

    public TId[] Ids<TId>(string name) where TId : struct, ITypedId<TId> => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } array => [.. array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String
            ? Answers.Id<TId>(AsText(item, name), name)
            : throw ProblemException.Field(name, $"{name} must be an array of ids."))],
        _ => throw ProblemException.Field(name, $"{name} must be an array of ids."),
    };

    public long? OptionalInteger(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out var integer) => integer,
        _ => throw ProblemException.Field(name, $"{name} must be an integer."),
    };

    public long Integer(string name) => OptionalInteger(name) ?? throw ProblemException.Field(name, $"{name} is required.");

    public DateOnly Date(string name) => OptionalDate(name) ?? throw ProblemException.Field(name, $"{name} is required.");

    public DateOnly? OptionalDate(string name) => OptionalText(name) is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw ProblemException.Field(name, $"{name} must be a date yyyy-MM-dd.");

    /// <summary>A calendar month, as its first day.</summary>
    public DateOnly? OptionalMonth(string name) => OptionalText(name) is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month)
            ? month
            : throw ProblemException.Field(name, $"{name} must be a month yyyy-MM.");

    public byte[] Bytes(string name, int maxBytes) => Base64Url.TryDecode(Text(name), maxBytes, out var bytes)
        ? bytes
        : throw ProblemException.Field(name, $"{name} must be base64url without padding, at most {maxBytes} bytes.");

    public DateTimeOffset? OptionalTime(string name) => OptionalText(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw ProblemException.Field(name, $"{name} must be a UTC time such as 2026-11-22T08:00:00Z.");

    private static string AsText(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ProblemException.Field(name, $"{name} holds an unpaired surrogate.");
        }
    }
}
