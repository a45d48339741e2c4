using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain;

namespace Commission.Crash.Tests.Load;

/// <summary>A command as it goes over the wire: sent again, it is the same bytes.</summary>
/// <param name="Key">Its idempotency key.</param>
/// <param name="Path">Where it goes.</param>
/// <param name="Actor">Who acts.</param>
/// <param name="Body">The signed body.</param>
/// <param name="Hash">The hash that the handshake must get.</param>
internal sealed record Command(string Key, string Path, ContactId? Actor, byte[] Body, Hash Hash);

/// <summary>An answer to one attempt.</summary>
internal sealed record Answer(int Status, byte[] Body, bool Replayed)
{
    public string Text => $"{Status} {Encoding.UTF8.GetString(Body)}";

    public bool IsAcknowledgement => Status is 200 or 201;

    /// <summary>The engine says that the same request may be sent again.</summary>
    public bool SaysAgain => Status == 503 || (Status == 409 && Text.Contains("REQUEST_IN_FLIGHT", StringComparison.Ordinal));
}

/// <summary>Speaks to the API as any caller would.</summary>
internal sealed class EngineClient(string url) : IDisposable
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), MaxConnectionsPerServer = 64 })
    {
        BaseAddress = new Uri(url),
        Timeout = AttemptTimeout,
    };

    /// <summary>One attempt; null when there was no answer.</summary>
    public async Task<Answer?> TryAsync(Command command)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, command.Path) { Content = new ByteArrayContent(command.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Idempotency-Key", command.Key);
        if (command.Actor is { } actor)
            request.Headers.Add("X-Acting-Contact", actor.ToString());
        try
        {
            using var response = await _http.SendAsync(request);
            var body = await response.Content.ReadAsByteArrayAsync();
            return new Answer((int)response.StatusCode, body, response.Headers.Contains("Idempotent-Replayed"));
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Reads something; null when there is no answer, or not 200.</summary>
    public async Task<byte[]?> FindAsync(string path, ContactId actor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Acting-Contact", actor.ToString());
        try
        {
            using var response = await _http.SendAsync(request);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsByteArrayAsync() : null;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Posts something that must go well.</summary>
    public async Task<byte[]> MustAsync(string path, ContactId? actor, JsonNode body)
    {
        var answer = await TryAsync(new Command(Guid.NewGuid().ToString("N"), path, actor, Encoding.UTF8.GetBytes(body.ToJsonString()), default));
        return answer is { IsAcknowledgement: true } ? answer.Body : throw new InvalidOperationException($"POST {path}: {answer?.Text ?? "no answer"}");
    }

    public void Dispose() => _http.Dispose();
}
