using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Commission.Cli.Http;

/// <summary>
/// Talks to the API. A busy answer (503, 429, 409 with Retry-After) and a broken connection are tried again with the same
/// Idempotency-Key, which makes it safe; any other refusal becomes an <see cref="ApiProblemException"/>.
/// </summary>
internal sealed class ApiClient : IDisposable
{
    private const int QuotedBodyLimit = 500;
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly RetryPolicy _retry;

    public ApiClient(Uri url, string? apiKey, RetryPolicy? retry = null)
    {
        _retry = retry ?? RetryPolicy.Default;
        _http = new HttpClient { BaseAddress = new Uri(url.AbsoluteUri.TrimEnd('/') + "/") };
        if (apiKey is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    /// <exception cref="ApiUnreachableException">Nobody answers there, not even with an error.</exception>
    public Task ProbeAsync(CancellationToken cancellation) =>
        SendAsync(ApiRequest.Get("health/live"), _retry.Brief(), acceptAny: true, cancellation);

    /// <exception cref="ApiProblemException">The server refused.</exception>
    /// <exception cref="ApiUnreachableException">No usable answer within the patience of the retry policy.</exception>
    public Task<ApiResponse> SendAsync(ApiRequest request, CancellationToken cancellation) =>
        SendAsync(request, _retry, acceptAny: false, cancellation);

    /// <summary>Null when the server says 404.</summary>
    public async Task<ApiResponse?> FindAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await SendAsync(ApiRequest.Get(path), cancellation);
        }
        catch (ApiProblemException problem) when (problem.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The pause before something is asked for again that was answered with "again".</summary>
    public Task PauseAsync(int attempt, CancellationToken cancellation) => _retry.Wait(RetryPolicy.Backoff(attempt), cancellation);

    public void Dispose() => _http.Dispose();

    private async Task<ApiResponse> SendAsync(ApiRequest request, RetryPolicy retry, bool acceptAny, CancellationToken cancellation)
    {
        var waited = TimeSpan.Zero;
        for (var attempt = 0; ; attempt++)
        {
            var (response, retryAfter, failure) = await AttemptAsync(request, cancellation);
            if (response is not null && acceptAny)
                return response;
            if (response is not null && !IsBusy(response.Status, retryAfter))
                return (int)response.Status < 400 ? response : throw Problem(response);

            var pause = retryAfter ?? RetryPolicy.Backoff(attempt);
            if (waited + pause > retry.Patience)
                throw GivenUp(request, response, failure);
            waited += pause;
            await retry.Wait(pause, cancellation);
        }
    }

    private async Task<(ApiResponse? Response, TimeSpan? RetryAfter, Exception? Failure)> AttemptAsync(
        ApiRequest request, CancellationToken cancellation)
    {
        try
        {
            using var message = Message(request);
            using var answer = await _http.SendAsync(message, cancellation);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            var replayed = answer.Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Contains("true");
            return (new ApiResponse(answer.StatusCode, body, replayed), RetryAfter(answer.Headers.RetryAfter), null);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException
            || (failure is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return (null, null, failure);
        }
    }

    private static HttpRequestMessage Message(ApiRequest request)
    {
        var message = new HttpRequestMessage(request.Method, request.Path);
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        if (request.IdempotencyKey is { } key)
            message.Headers.Add("Idempotency-Key", key);
        if (request.ActingContact is { } actor)
            message.Headers.Add("X-Acting-Contact", actor);
        return message;
    }

    /// <summary>A 409 is "still in flight" only when it says when to come back; otherwise it is a refusal.</summary>
    private static bool IsBusy(HttpStatusCode status, TimeSpan? retryAfter) => status switch
    {
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => true,
        HttpStatusCode.Conflict => retryAfter is not null,
        _ => false,
    };

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        var pause = header?.Delta ?? header?.Date - TimeProvider.System.GetUtcNow();
        if (pause is not { } asked)
            return null;
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked > LongestRetryAfter ? LongestRetryAfter : asked;
    }

    private static ApiProblemException Problem(ApiResponse response)
    {
        try
        {
            var problem = response.Json();
            var detail = Member(problem, "detail") ?? Member(problem, "title") ?? "the server gave no detail";
            return new ApiProblemException(response.Status, Member(problem, "code") ?? StatusCode(response), detail, Member(problem, "field"), Member(problem, "related"));
        }
        catch (JsonException)
        {
            var text = System.Text.Encoding.UTF8.GetString(response.Body.AsSpan(0, Math.Min(response.Body.Length, QuotedBodyLimit)));
            return new ApiProblemException(response.Status, StatusCode(response), text.Length == 0 ? "the server gave no detail" : text, null);
        }
    }

    private static string StatusCode(ApiResponse response) => $"HTTP_{(int)response.Status}";

    private static string? Member(JsonElement problem, string name) =>
        problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private ApiUnreachableException GivenUp(ApiRequest request, ApiResponse? response, Exception? failure) => response is null
        ? new ApiUnreachableException($"{_http.BaseAddress} could not be reached: {failure!.Message} Is the engine running (./run.sh)?", failure)
        : new ApiUnreachableException($"{_http.BaseAddress}{request.Path} is still busy ({(int)response.Status}) after {_retry.Patience.TotalSeconds:0} s");
}
