using System.Globalization;
using System.Text.Json;

namespace Commission.Domain;

/// <summary>Leaves a reader at the first mistake; never crosses its public entry.</summary>
internal sealed class StrictJsonException(Refusal refusal) : Exception(refusal.Text)
{
    public Refusal Refusal { get; } = refusal;
}

/// <summary>A JSON value with its path: every getter names the path, what was expected and what was found.</summary>
internal readonly record struct StrictNode
{
    private readonly string _parent;
    private readonly string? _name;

    public StrictNode(JsonElement element, string path) => (Element, _parent) = (element, path);

    private StrictNode(JsonElement element, string parent, string name) => (Element, _parent, _name) = (element, parent, name);

    public JsonElement Element { get; }

    /// <summary>Put together only when asked for: nearly every value is right, and nobody asks.</summary>
    public string Path => _name is null ? _parent : Join(_parent, _name);

    public static Refusal Wrong(string path, string expected, string found) =>
        new(RefusalCodes.InvalidField, $"{path}: expected {expected}, found {found}.", path) { Expected = expected, Found = found };

    public static StrictJsonException Mistake(string path, string expected, string found) => new(Wrong(path, expected, Shorten(found)));

    public void Allow(params ReadOnlySpan<string> names)
    {
        foreach (var (name, value) in Members())
        {
            if (!names.Contains(name))
                throw Mistake(PathOf(name), "one of " + string.Join(", ", names.ToArray()), $"\"{name}\"");
            if (value.Element.ValueKind == JsonValueKind.Null)
                throw Mistake(PathOf(name), "a value, or no such member", "null");
        }
    }

    public IEnumerable<(string Name, StrictNode Value)> Members()
    {
        if (Element.ValueKind != JsonValueKind.Object)
            throw Mistake(Path, "an object", Element.ValueKind.ToString());
        var path = Path;
        return CanonicalJson.MembersOf(Element, path).Select(member => (member.Name, new StrictNode(member.Value, path, member.Name)));
    }

    public IEnumerable<StrictNode> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array)
            throw Mistake(Path, "an array", Element.ValueKind.ToString());
        var path = Path;
        return Element.EnumerateArray().Select((item, index) => new StrictNode(item, $"{path}[{index}]"));
    }

    public StrictNode? Find(string name)
    {
        try
        {
            return Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
                ? new StrictNode(value, Path, name)
                : null;
        }
        catch (InvalidOperationException error)
        {
            throw new CanonicalJsonException(Path, "has a name with an unpaired surrogate.", error);
        }
    }

    public StrictNode Get(string name) => Find(name) ?? throw Mistake(PathOf(name), "a value", "nothing");

    public string Text(string name) => Get(name).AsText();

    public string? OptionalText(string name) => Find(name)?.AsText();

    public string AsText() => Element.ValueKind == JsonValueKind.String
        ? CanonicalJson.TextOf(Element, Path)
        : throw Mistake(Path, "a string", Raw);

    public long Integer(string name, long from, long to) => Get(name).AsInteger(from, to);

    public long AsInteger(long from, long to) =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetInt64(out var number) && number >= from && number <= to
        && Raw.AsSpan().IndexOfAny('.', 'e', 'E') < 0
            ? number
            : throw Mistake(Path, $"an integer from {from} to {to}", Raw);

    public TId Id<TId>(string name) where TId : struct, ITypedId<TId> => Get(name).AsId<TId>();

    public TId? OptionalId<TId>(string name) where TId : struct, ITypedId<TId> => Find(name)?.AsId<TId>();

    public TId AsId<TId>() where TId : struct, ITypedId<TId> =>
        TId.TryParse(AsText(), out var id) ? id : throw Mistake(Path, $"an id {TId.Prefix}_…", $"\"{AsText()}\"");

    public DateOnly Date(string name) => Get(name).AsDate();

    public DateOnly? OptionalDate(string name) => Find(name)?.AsDate();

    private DateOnly AsDate() =>
        DateOnly.TryParseExact(AsText(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw Mistake(Path, "a date yyyy-MM-dd", $"\"{AsText()}\"");

    public DateTimeOffset Time(string name)
    {
        var node = Get(name);
        return DateTimeOffset.TryParseExact(node.AsText(), Deals.HandshakePayload.TimeFormat, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Mistake(node.Path, "a UTC time such as 2026-11-22T08:00:00.000Z", $"\"{node.AsText()}\"");
    }

    public Hash Hash(string name) => Get(name).AsHash();

    public Hash? OptionalHash(string name) => Find(name)?.AsHash();

    private Hash AsHash() =>
        Domain.Hash.TryParse(AsText(), out var hash) ? hash : throw Mistake(Path, "64 lower-case hexadecimal digits", $"\"{AsText()}\"");

    public byte[] Bytes(string name, int maxBytes) => Get(name).AsBytes(maxBytes);

    public byte[]? OptionalBytes(string name, int maxBytes) => Find(name)?.AsBytes(maxBytes);

    private byte[] AsBytes(int maxBytes) =>
        Base64Url.TryDecode(AsText(), maxBytes, out var bytes) ? bytes : throw Mistake(Path, $"base64url of at most {maxBytes} bytes", $"\"{AsText()}\"");

    private string PathOf(string name) => Join(Path, name);

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private string Raw => Element.GetRawText();

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
