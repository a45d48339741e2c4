using Commission.Domain;

namespace Commission.Api.Http;

/// <summary>Answers to commands.</summary>
internal static class Answers
{
    public const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>The answer to a command: the same status and bytes again when it is repeated, and then marked.</summary>
    public static IResult Command<T>(HttpContext http, T? value, Refusal? refusal, bool replayed, string? createdAt = null) where T : class
    {
        if (replayed)
            http.Response.Headers[ReplayedHeader] = "true";
        if (refusal is not null)
            return Problems.Of(refusal);
        return createdAt is null ? TypedResults.Ok(value) : TypedResults.Created(createdAt, value);
    }

    /// <summary>Parses an id of a route.</summary>
    /// <exception cref="ProblemException">It is no id of this kind.</exception>
    public static TId Id<TId>(string text, string field = "id") where TId : struct, ITypedId<TId> =>
        TypedId.TryParse<TId>(text, out var id) ? id : throw ProblemException.Field(field, $"{field} must be an id {TId.Prefix}_…, not '{text}'.");

    public static ProblemException NotFound(string what) => new(new Refusal(EdgeCodes.NotFound, what));
}

/// <summary>One page of a list.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">The cursor of the next page, or null on the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Cursors: where a page ended, opaque to callers.</summary>
internal static class Cursor
{
    public const int MaxLimit = 200;

    public static int Limit(int? limit) => limit switch
    {
        null => 50,
        >= 1 and <= MaxLimit => limit.Value,
        _ => throw ProblemException.Field("limit", $"limit must be from 1 to {MaxLimit}."),
    };

    public static string Write(params ReadOnlySpan<string> parts) => Base64Url.Encode(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', parts!)));

    public static string[]? Read(string? cursor, int parts)
    {
        if (cursor is null)
            return null;
        var read = Base64Url.TryDecode(cursor, 1024, out var bytes) ? System.Text.Encoding.UTF8.GetString(bytes).Split('\n') : [];
        return read.Length == parts && !read.Any(part => part.Contains('\0', StringComparison.Ordinal)) ? read : throw WrongCursor();
    }

    public static (DateTimeOffset? Time, string? Id) ReadTime(string? cursor)
    {
        if (Read(cursor, 2) is not { } parts)
            return (null, null);
        return long.TryParse(parts[0], out var ticks) && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks
            ? (new DateTimeOffset(ticks, TimeSpan.Zero), parts[1])
            : throw WrongCursor();
    }

    public static string WriteTime(DateTimeOffset time, string id) =>
        Write(time.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture), id);

    public static ProblemException WrongCursor() => ProblemException.Field("cursor", "cursor must be the 'next' of an earlier page.");
}
