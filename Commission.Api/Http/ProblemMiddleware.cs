using System.Diagnostics.CodeAnalysis;
using Commission.Domain;
using Microsoft.AspNetCore.Http.Features;

namespace Commission.Api.Http;

/// <summary>Turns what handlers throw into problems; nothing of the inside shows in them.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    [SuppressMessage("Design", "CA1031", Justification = "The outermost handler: every failure must become an answer.")]
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            RefuseNul(http.Request.Query);
            await next(http);
        }
        catch (ProblemException problem) when (!http.Response.HasStarted)
        {
            await Problems.Of(problem.Refusal).ExecuteAsync(http);
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            var code = bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? EdgeCodes.TooLarge : RefusalCodes.InvalidField;
            await Problems.Of(UnreadParameter.Of(http) ?? new Refusal(code, bad.Message)).ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
        }
        catch (Exception error) when (Problems.IsPassing(error) && !http.Response.HasStarted)
        {
            LogUnavailable(error, http.Request.Path);
            await Problems.Of(new Refusal(EdgeCodes.Unavailable, "The engine cannot answer at the moment. Repeat the request with the same Idempotency-Key."))
                .ExecuteAsync(http);
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            var traceId = http.Features.Get<IHttpActivityFeature>()?.Activity.TraceId.ToString() ?? http.TraceIdentifier;
            LogFailed(error, http.Request.Path, traceId);
            await Results.Problem(statusCode: 500, title: "Something went wrong on our side", extensions: new Dictionary<string, object?>
            {
                ["code"] = EdgeCodes.Internal,
                ["traceId"] = traceId,
            }).ExecuteAsync(http);
        }
    }

    /// <summary>PostgreSQL has no text with NUL, so nothing can be found by one.</summary>
    private static void RefuseNul(IQueryCollection query)
    {
        foreach (var (name, value) in query)
        {
            if (value.ToString().Contains('\0', StringComparison.Ordinal))
                throw ProblemException.Field(name, $"{name} must not hold the character NUL.");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} could not be served")]
    private partial void LogUnavailable(Exception error, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed, trace {TraceId}")]
    private partial void LogFailed(Exception error, string path, string traceId);
}
