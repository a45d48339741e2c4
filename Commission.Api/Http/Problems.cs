using System.Collections.Frozen;
using Commission.Domain;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Commission.Api.Http;

/// <summary>A request that cannot be served as it stands; becomes a problem answer.</summary>
internal sealed class ProblemException(Refusal refusal) : Exception(refusal.Text)
{
    public Refusal Refusal { get; } = refusal;

    public static ProblemException Field(string field, string text) => new(new Refusal(RefusalCodes.InvalidField, text, field));
}

/// <summary>Codes that only the HTTP edge gives.</summary>
internal static class EdgeCodes
{
    public const string KeyMissing = "IDEMPOTENCY_KEY_MISSING";
    public const string InFlight = "REQUEST_IN_FLIGHT";
    public const string TooLarge = "BODY_TOO_LARGE";
    public const string WrongContentType = "UNSUPPORTED_MEDIA_TYPE";
    public const string NotFound = "NOT_FOUND";
    public const string MethodNotAllowed = "METHOD_NOT_ALLOWED";
    public const string NotCovered = "NO_CHECKPOINT_YET";
    public const string Unavailable = "UNAVAILABLE";
    public const string Internal = "INTERNAL";
}

/// <summary>Refusals as RFC 9457 problems: the one table from code to status.</summary>
internal static class Problems
{
    private static readonly FrozenDictionary<string, (int Status, string Title)> Table = new Dictionary<string, (int, string)>(StringComparer.Ordinal)
    {
        [RefusalCodes.InvalidField] = (400, "A field is missing or wrong"),
        [RefusalCodes.InvalidSignature] = (400, "The signature does not verify"),
        [RefusalCodes.UnknownKey] = (400, "The signing key is not registered"),
        [RefusalCodes.KeyNotValid] = (400, "The signing key is not valid at that time"),
        [RefusalCodes.WrongPrevious] = (409, "The chain has another end"),
        [RefusalCodes.DuplicateIntent] = (409, "This referral exists"),
        [RefusalCodes.RateCardMissing] = (422, "No rate card covers the referral"),
        [RefusalCodes.WrongState] = (409, "Not in a state for this"),
        [RefusalCodes.WrongActor] = (403, "Somebody else must do this"),
        [RefusalCodes.SelfReferral] = (422, "A referral needs three parties"),
        [RefusalCodes.TokenExpired] = (410, "The link has expired"),
        [RefusalCodes.HandshakeNotFound] = (404, "No such link"),
        [RefusalCodes.DealNotFound] = (404, "No such deal"),
        [RefusalCodes.UnknownContact] = (422, "No such contact"),
        [RefusalCodes.UnknownVertical] = (422, "No such vertical"),
        [RefusalCodes.UnknownProduct] = (422, "No such product"),
        [RefusalCodes.CurrencyMismatch] = (422, "Another currency is expected"),
        [RefusalCodes.InvalidDate] = (422, "A date cannot be right"),
        [RefusalCodes.IdempotencyKeyReused] = (422, "The idempotency key was used before"),
        [RefusalCodes.NotAuthorised] = (403, "The service is not authorised"),
        [RefusalCodes.AlreadyExists] = (409, "It exists already"),
        [RefusalCodes.RetroactiveVersion] = (422, "A version cannot change the past"),
        [RefusalCodes.MissingBasis] = (422, "A basis is missing"),
        [RefusalCodes.GateBroken] = (422, "A gate of the vertical is broken"),
        [RefusalCodes.MakerIsChecker] = (403, "Somebody else must approve"),
        [RefusalCodes.UnknownVersion] = (404, "No such rule set version"),
        [RefusalCodes.UnsupportedAnchor] = (422, "Another anchor is expected"),
        [RefusalCodes.UnknownAgreement] = (422, "No such agreement"),
        [RefusalCodes.AgreementEnded] = (422, "The agreement has ended"),
        [RefusalCodes.UnknownSimulation] = (422, "No such simulation"),
        [RefusalCodes.SimulationUnfit] = (422, "The simulation does not answer for this version"),
        [RefusalCodes.SimulationRequired] = (422, "A simulation is required"),
        [RefusalCodes.VolumeFull] = (409, "The accumulator is full"),
        [RefusalCodes.DuplicateRevenue] = (409, "This revenue exists"),
        [RefusalCodes.DuplicateMilestone] = (409, "This milestone was reached"),
        [RefusalCodes.DuplicateClawback] = (409, "This clawback exists"),
        [RefusalCodes.UnknownMilestone] = (422, "No such milestone"),
        [RefusalCodes.TooManyEvents] = (409, "The deal can remember no more"),
        [RefusalCodes.CalendarEnded] = (422, "The calendar of public holidays ends before"),
        [RefusalCodes.BatchChanged] = (409, "The batch is not what was approved"),
        [RefusalCodes.UnknownPayout] = (404, "No such payout batch"),
        [RefusalCodes.UnknownDispute] = (404, "No such dispute"),
        [RefusalCodes.NothingToPay] = (422, "Nobody can be paid"),
        [RefusalCodes.RailNotConfigured] = (409, "The payer's account is not configured"),
        [RefusalCodes.RailRefused] = (422, "The rail refused"),
        [RefusalCodes.UnknownItem] = (404, "No such item"),
        [RefusalCodes.Busy] = (503, "Busy: try again"),
        [EdgeCodes.KeyMissing] = (400, "An Idempotency-Key is required"),
        [EdgeCodes.InFlight] = (409, "The same request is being served"),
        [EdgeCodes.TooLarge] = (413, "The body is too large"),
        [EdgeCodes.WrongContentType] = (415, "Another content type is expected"),
        [EdgeCodes.NotFound] = (404, "Not found"),
        [EdgeCodes.MethodNotAllowed] = (405, "Another method is expected"),
        [EdgeCodes.NotCovered] = (409, "No checkpoint covers it yet"),
        [EdgeCodes.Unavailable] = (503, "Not available at the moment"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>
    /// Failures of the surroundings: the outcome may be open, and the same key finds it out. A cancellation that the caller
    /// did not ask for is a call that the cluster gave up.
    /// </summary>
    public static bool IsPassing(Exception error) =>
        error is TimeoutException or NpgsqlException or OrleansException or IOException or OperationCanceledException;

    /// <summary>Whether the same request may succeed a little later.</summary>
    public static bool IsPassing(string code) => code is RefusalCodes.Busy or EdgeCodes.Unavailable;

    /// <summary>What the framework refused with a bare status, as a problem of ours.</summary>
    public static IResult OfStatus(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status400BadRequest when UnreadParameter.Of(http) is { } refusal => Of(refusal),
        StatusCodes.Status404NotFound => Of(new Refusal(EdgeCodes.NotFound, $"There is nothing at {http.Request.Path}.")),
        StatusCodes.Status405MethodNotAllowed =>
            Of(new Refusal(EdgeCodes.MethodNotAllowed, $"{http.Request.Path} does not take {http.Request.Method}; it takes {http.Response.Headers.Allow}.")),
        StatusCodes.Status415UnsupportedMediaType => Of(new Refusal(EdgeCodes.WrongContentType, "Send the content type that this route takes.", "Content-Type")),
        var status => Results.Problem(statusCode: status),
    };

    public static IResult Of(Refusal refusal)
    {
        var (status, title) = Table[refusal.Code];
        var problem = new ProblemDetails { Status = status, Title = title, Detail = refusal.Text };
        problem.Extensions["code"] = refusal.Code;
        if (refusal.Field is not null)
            problem.Extensions["field"] = refusal.Field;
        if (refusal.Related is not null)
            problem.Extensions["related"] = refusal.Related;
        return new ProblemResult(problem, status is 503 || refusal.Code is EdgeCodes.InFlight or EdgeCodes.NotCovered);
    }

    // Written here and not by the framework, which would add a trace id: a repeated request gets the same bytes.
    private sealed class ProblemResult(ProblemDetails problem, bool retry) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (retry)
                httpContext.Response.Headers.RetryAfter = "1";
            return Results.Json(problem, contentType: "application/problem+json", statusCode: problem.Status).ExecuteAsync(httpContext);
        }
    }
}
