using System.Buffers;
using System.Text.Json;
using Commission.Domain;

namespace Commission.Api.Http;

/// <summary>A POST that makes or moves something: its idempotency key, its caller and its body.</summary>
/// <param name="Key">The Idempotency-Key as sent.</param>
/// <param name="Caller">The acting contact, or null.</param>
/// <param name="Fingerprint">Key and body digests.</param>
/// <param name="Body">The body, parsed.</param>
internal sealed record CommandRequest(string Key, ContactId? Caller, RequestFingerprint Fingerprint, JsonElement Body)
{
    public const string Header = "Idempotency-Key";
    public const int MaxKeyLength = 200;
    public const int MaxBodyBytes = 256 * 1024;

    /// <summary>The caller's name in derived ids and fingerprints.</summary>
    public string CallerName => Caller?.ToString() ?? "anonymous";

    /// <summary>Reads the request.</summary>
    /// <exception cref="ProblemException">Key, content type or body are not as they must be.</exception>
    public static async Task<CommandRequest> ReadAsync(HttpContext http, ContactId? caller)
    {
        var key = ReadKey(http);
        RequireJson(http);
        var bytes = await ReadBodyAsync(http, MaxBodyBytes);
        return new CommandRequest(key, caller, FingerprintOf(http, caller, key, bytes), ReadObject(bytes));
    }

    /// <exception cref="ProblemException">The body is said to be something else.</exception>
    public static void RequireJson(HttpContext http)
    {
        if (!http.Request.HasJsonContentType())
            throw new ProblemException(new Refusal(EdgeCodes.WrongContentType, "Send application/json.", "Content-Type"));
    }

    /// <summary>A body as a JSON object.</summary>
    /// <exception cref="ProblemException">It is none.</exception>
    public static JsonElement ReadObject(byte[] body)
    {
        try
        {
            using var document = CanonicalJson.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw ProblemException.Field("body", "The body must be a JSON object.");
        }
        catch (FormatException error)
        {
            throw ProblemException.Field("body", error.Message);
        }
    }

    /// <summary>The fingerprint of a request; one key cannot serve two operations.</summary>
    public static RequestFingerprint FingerprintOf(HttpContext http, ContactId? caller, string key, byte[] body) =>
        RequestFingerprint.Of(caller?.ToString() ?? "anonymous", key, $"{http.Request.Method} {http.Request.Path}", body);

    /// <summary>The key.</summary>
    /// <exception cref="ProblemException">There is none, or it has another form.</exception>
    public static string ReadKey(HttpContext http)
    {
        var key = http.Request.Headers[Header].ToString();
        if (key.Length == 0)
        {
            throw new ProblemException(new Refusal(
                EdgeCodes.KeyMissing, $"{Header} is required: 1 to {MaxKeyLength} visible ASCII characters, new for each new request.", Header));
        }
        return key.Length <= MaxKeyLength && key.All(c => c is >= '!' and <= '~')
            ? key
            : throw ProblemException.Field(Header, $"{Header} must have 1 to {MaxKeyLength} visible ASCII characters.");
    }

    /// <summary>Reads a whole body of bounded size.</summary>
    public static async Task<byte[]> ReadBodyAsync(HttpContext http, int maxBytes)
    {
        if (http.Request.ContentLength > maxBytes)
            throw TooLarge(maxBytes);
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (read.Buffer.Length > maxBytes)
                throw TooLarge(maxBytes);
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static ProblemException TooLarge(int maxBytes) =>
        new(new Refusal(EdgeCodes.TooLarge, $"The body may have at most {maxBytes} bytes.", "body"));
}
