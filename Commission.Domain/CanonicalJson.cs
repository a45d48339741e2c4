using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Commission.Domain;

/// <summary>
/// RFC 8785 canonical JSON, restricted to objects, arrays, strings and integers within ±(2^53−1): keys sorted by UTF-16
/// code units, no white space, UTF-8. Fractions, exponents, booleans and null have no place in signed bytes.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The largest integer that every JSON reader keeps exact (RFC 8785 section 3.2.2.3).</summary>
    public const long MaxInteger = 9_007_199_254_740_991;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>The canonical bytes of a JSON text.</summary>
    /// <exception cref="FormatException">The text is not JSON, or uses what the subset excludes; the message names the path.</exception>
    public static byte[] Canonicalize(ReadOnlyMemory<byte> json)
    {
        using var document = Parse(json);
        return Canonicalize(document.RootElement);
    }

    /// <summary>The canonical bytes of a parsed value.</summary>
    /// <exception cref="FormatException">The value uses what the subset excludes; the message names the path.</exception>
    public static byte[] Canonicalize(JsonElement element)
    {
        using var buffer = ScratchBuffer.Rent();
        Write(element, buffer.Writer, "$");
        return buffer.Written.ToArray();
    }

    /// <summary>Parses JSON, refusing repeated property names.</summary>
    /// <exception cref="FormatException">The text is not JSON or repeats a property.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span))
            throw new FormatException("Not valid JSON: the bytes are not UTF-8.");
        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new FormatException($"Not valid JSON: {error.Message}", error);
        }
    }

    /// <summary>A string's text. The parser checks escapes only here: an unpaired surrogate has no UTF-8 form.</summary>
    /// <exception cref="CanonicalJsonException">The string holds an unpaired surrogate.</exception>
    internal static string TextOf(JsonElement text, string path)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new CanonicalJsonException(path, "holds an unpaired surrogate.", error);
        }
    }

    /// <summary>The members of an object, each name once.</summary>
    /// <exception cref="CanonicalJsonException">A name holds an unpaired surrogate, or comes twice.</exception>
    internal static List<(string Name, JsonElement Value)> MembersOf(JsonElement element, string path)
    {
        var members = new List<(string Name, JsonElement Value)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var property in element.EnumerateObject())
            {
                if (!names.Add(property.Name))
                    throw new CanonicalJsonException(path, $"has \"{property.Name}\" twice.");
                members.Add((property.Name, property.Value));
            }
        }
        catch (InvalidOperationException error)
        {
            throw new CanonicalJsonException(path, "has a name with an unpaired surrogate.", error);
        }
        return members;
    }

    private static void Write(JsonElement element, ArrayBufferWriter<byte> buffer, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(element, buffer, path);
                break;
            case JsonValueKind.Array:
                WriteArray(element, buffer, path);
                break;
            case JsonValueKind.String:
                WriteString(buffer, TextOf(element, path));
                break;
            case JsonValueKind.Number when IsInteger(element, out var number):
                WriteInteger(buffer, number);
                break;
            default:
                throw new CanonicalJsonException(
                    path, $"only objects, arrays, strings and integers within ±(2^53−1) are allowed; found {Shorten(element.GetRawText())}.");
        }
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";

    private static bool IsInteger(JsonElement element, out long number) =>
        element.TryGetInt64(out number) && number is >= -MaxInteger and <= MaxInteger
        && element.GetRawText() is var raw && raw.AsSpan().IndexOfAny('.', 'e', 'E') < 0 && raw is not "-0";

    private static void WriteObject(JsonElement element, ArrayBufferWriter<byte> buffer, string path)
    {
        var properties = MembersOf(element, path);
        properties.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        buffer.Write("{"u8);
        for (var i = 0; i < properties.Count; i++)
        {
            if (i > 0)
                buffer.Write(","u8);
            WriteString(buffer, properties[i].Name);
            buffer.Write(":"u8);
            Write(properties[i].Value, buffer, $"{path}.{properties[i].Name}");
        }
        buffer.Write("}"u8);
    }

    private static void WriteArray(JsonElement element, ArrayBufferWriter<byte> buffer, string path)
    {
        buffer.Write("["u8);
        var index = 0;
        foreach (var item in element.EnumerateArray())
        {
            if (index > 0)
                buffer.Write(","u8);
            Write(item, buffer, $"{path}[{index}]");
            index++;
        }
        buffer.Write("]"u8);
    }

    internal static void WriteInteger(ArrayBufferWriter<byte> buffer, long number)
    {
        if (number is < -MaxInteger or > MaxInteger)
            throw new OverflowException($"{number} is beyond ±(2^53−1): not every JSON reader would keep it.");
        number.TryFormat(buffer.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
        buffer.Advance(written);
    }

    internal static void WriteString(ArrayBufferWriter<byte> buffer, string text)
    {
        buffer.Write("\""u8);
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var special = IndexOfEscaped(rest);
            var plain = special < 0 ? rest : rest[..special];
            WriteUtf8(buffer, plain);
            if (special < 0)
                break;
            WriteEscape(buffer, rest[special]);
            rest = rest[(special + 1)..];
        }
        buffer.Write("\""u8);
    }

    private static int IndexOfEscaped(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < ' ' or '"' or '\\')
                return i;
        }
        return -1;
    }

    private static void WriteUtf8(ArrayBufferWriter<byte> buffer, ReadOnlySpan<char> text)
    {
        var span = buffer.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            buffer.Advance(StrictUtf8.GetBytes(text, span));
        }
        catch (EncoderFallbackException error)
        {
            throw new FormatException("A string holds an unpaired surrogate.", error);
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static void WriteEscape(ArrayBufferWriter<byte> buffer, char c)
    {
        var escape = c switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\b' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\f' => "\\f",
            '\r' => "\\r",
            _ => $"\\u{(int)c:x4}",
        };
        buffer.Write(Encoding.ASCII.GetBytes(escape));
    }
}

/// <summary>JSON that the canonical subset excludes, with the path of the place.</summary>
internal sealed class CanonicalJsonException(string path, string problem, Exception? cause = null)
    : FormatException($"{path}: {problem}", cause)
{
    public string Path { get; } = path;
}

/// <summary>Builds one canonical JSON object from members added in any order.</summary>
public sealed class CanonicalObject
{
    private readonly List<(string Key, object Value)> _members = new(16);

    /// <summary>Adds a string; null is left out.</summary>
    public CanonicalObject Add(string key, string? value)
    {
        if (value is not null)
            _members.Add((key, value));
        return this;
    }

    /// <summary>Adds an integer; null is left out.</summary>
    public CanonicalObject Add(string key, long? value)
    {
        if (value is not null)
            _members.Add((key, value.Value));
        return this;
    }

    /// <summary>Adds a nested object; null is left out.</summary>
    public CanonicalObject Add(string key, CanonicalObject? value)
    {
        if (value is not null)
            _members.Add((key, value));
        return this;
    }

    /// <summary>Adds an array of objects; null is left out.</summary>
    public CanonicalObject Add(string key, IReadOnlyList<CanonicalObject>? value)
    {
        if (value is not null)
            _members.Add((key, value));
        return this;
    }

    /// <summary>Adds a value that is in canonical form already.</summary>
    public CanonicalObject AddCanonical(string key, byte[] json)
    {
        _members.Add((key, json));
        return this;
    }

    /// <summary>Adds an array of strings; null is left out.</summary>
    public CanonicalObject Add(string key, IReadOnlyList<string>? value)
    {
        if (value is not null)
            _members.Add((key, value));
        return this;
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] ToBytes()
    {
        using var buffer = ScratchBuffer.Rent();
        Write(buffer.Writer);
        return buffer.Written.ToArray();
    }

    private void Write(ArrayBufferWriter<byte> buffer)
    {
        _members.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        buffer.Write("{"u8);
        for (var i = 0; i < _members.Count; i++)
        {
            if (i > 0)
                buffer.Write(","u8);
            CanonicalJson.WriteString(buffer, _members[i].Key);
            buffer.Write(":"u8);
            WriteValue(buffer, _members[i].Value);
        }
        buffer.Write("}"u8);
    }

    private static void WriteValue(ArrayBufferWriter<byte> buffer, object value)
    {
        switch (value)
        {
            case string text:
                CanonicalJson.WriteString(buffer, text);
                break;
            case long number:
                CanonicalJson.WriteInteger(buffer, number);
                break;
            case CanonicalObject nested:
                nested.Write(buffer);
                break;
            case byte[] json:
                buffer.Write(json);
                break;
            case IReadOnlyList<CanonicalObject> items:
                WriteItems(buffer, items, static (into, item) => item.Write(into));
                break;
            case IReadOnlyList<string> texts:
                WriteItems(buffer, texts, CanonicalJson.WriteString);
                break;
        }
    }

    private static void WriteItems<T>(ArrayBufferWriter<byte> buffer, IReadOnlyList<T> items, Action<ArrayBufferWriter<byte>, T> write)
    {
        buffer.Write("["u8);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                buffer.Write(","u8);
            write(buffer, items[i]);
        }
        buffer.Write("]"u8);
    }
}
