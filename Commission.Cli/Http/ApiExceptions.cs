using System.Net;

namespace Commission.Cli.Http;

/// <summary>The server understood the request and refused it: its problem document, RFC 9457.</summary>
internal sealed class ApiProblemException(HttpStatusCode status, string code, string detail, string? field, string? related = null)
    : Exception(field is null ? $"{code}: {detail}" : $"{code} ({field}): {detail}")
{
    public HttpStatusCode Status { get; } = status;

    public string Code { get; } = code;

    public string Detail { get; } = detail;

    public string? Field { get; } = field;

    /// <summary>The id of what to look at instead, or null.</summary>
    public string? Related { get; } = related;
}

/// <summary>No usable answer within the patience of the client. Whether the command took effect is unknown; sending it again is safe.</summary>
internal sealed class ApiUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
