using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Grains.Interfaces.Deals;

namespace Commission.Api.Deals;

/// <summary>
/// Referrals by the thousand, attested by a service with one signature. The first line is the attestation, each further
/// line a referral; each gets a line of its own in the answer, and none stops another. The Idempotency-Key guards the request
/// while it is served; after that each line's own key does, so that a request sent again is answered as replayed, line by line.
/// </summary>
internal static partial class BulkEndpoint
{
    public const string ContentType = "application/x-ndjson";

    private const int MaxBodyBytes = 8 * 1024 * 1024;
    private const int MaxLines = 5_000;
    private const int MaxLineBytes = 16 * 1024;
    private const int Parallel = 256;

    private const string Description =
        "The first line is the attestation, each further line a referral (docs/formats/handshake.md, Bulk). Each line is answered by itself: " +
        "created, advanced, replayed or rejected, and a rejected line says whether it is retryable. Idempotency-Key is required: while a request " +
        "with it is served, the same key again gets 409 REQUEST_IN_FLIGHT. It is not stored: each line is unique by its own key for ever, so a " +
        "request that is sent again is answered as replayed line by line and adds nothing.";

    // Signed is what the line's leaf covers: its canonical bytes, or the bytes as sent where it has none.
    private sealed record Line(int Number, byte[] Signed, AttestedLine? Content, Refusal? Refusal);

    public static void MapBulk(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/referrals/bulk", PostAsync).WithName("referInBulk").WithTags("Deals")
            .WithSummary("Referrals by the thousand, attested by a service with one signature.")
            .WithDescription(Description)
            .Accepts<BulkLineBody>(ContentType).Produces<BulkAnswer>(200, ContentType);

    private static async Task<IResult> PostAsync(
        HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, ILoggerFactory loggers)
    {
        var caller = actor.Required;
        if (http.Request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) != true)
            throw new ProblemException(new Refusal(EdgeCodes.WrongContentType, $"Send {ContentType}.", "Content-Type"));
        var key = CommandRequest.ReadKey(http);
        var body = await CommandRequest.ReadBodyAsync(http, MaxBodyBytes);
        using var hold = inFlight.Enter(CommandRequest.FingerprintOf(http, caller, key, body));
        var lines = Split(body);
        if (lines.Count == 0)
            throw ProblemException.Field("attestation", "The first line must be the attestation.");
        var attestation = ReadAttestation(lines[0]);
        if (attestation.Service != caller)
            throw new ProblemException(new Refusal(RefusalCodes.WrongActor, $"{caller} sent what {attestation.Service} attests.", "attestation.service"));
        var read = lines.Skip(1).Select((line, index) => Read(index + 1, line)).ToArray();
        if (attestation.Lines != read.Length)
            throw ProblemException.Field("attestation.lines", $"attestation.lines says {attestation.Lines}; {read.Length} lines follow.");
        var hashes = Array.ConvertAll(read, line => MerkleTree.LeafHash(line.Signed));
        if (MerkleTree.Root(hashes) != attestation.Root)
            throw new ProblemException(new Refusal(RefusalCodes.InvalidSignature, "attestation.root is not the root of the lines.", "attestation.root"));
        var paths = MerkleTree.AuditPaths(hashes);
        var answers = new BulkAnswer[read.Length];
        var errors = new Exception?[read.Length];
        await System.Threading.Tasks.Parallel.ForAsync(0, read.Length, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (i, _) =>
            (answers[i], errors[i]) = await AttestAsync(grains, attestation, read[i], i, paths[i]));
        if (errors.FirstOrDefault(error => error is not null) is { } first)
            LogLinesFailed(loggers.CreateLogger(typeof(BulkEndpoint)), first, errors.Count(error => error is not null), read.Length);
        return new NdjsonResult(answers);
    }

    private static List<ReadOnlyMemory<byte>> Split(byte[] body)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        var rest = body.AsMemory();
        while (rest.Length > 0)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (!line.Span.IsEmpty && line.Span[^1] == (byte)'\r')
                line = line[..^1];
            if (line.Length > 0)
                lines.Add(line);
            if (lines.Count > MaxLines + 1)
                throw new ProblemException(new Refusal(EdgeCodes.TooLarge, $"A bulk request may have at most {MaxLines} lines.", "body"));
        }
        return lines;
    }

    private static BulkAttestation ReadAttestation(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = CanonicalJson.Parse(line);
            var (attestation, refusal) = HandshakePayloadReader.ReadAttestation(json.RootElement);
            return attestation ?? throw new ProblemException(refusal!);
        }
        catch (FormatException error)
        {
            throw ProblemException.Field("attestation", error.Message);
        }
    }

    private static Line Read(int number, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxLineBytes)
            return new Line(number, bytes.ToArray(), null, new Refusal(EdgeCodes.TooLarge, $"A line may have at most {MaxLineBytes} bytes."));
        try
        {
            var canonical = CanonicalJson.Canonicalize(bytes);
            var (content, refusal) = HandshakePayloadReader.ReadLine(canonical);
            return new Line(number, canonical, content, refusal);
        }
        catch (FormatException error)
        {
            // What has no canonical form may still be readable enough to name the field.
            var (_, refusal) = HandshakePayloadReader.ReadLine(bytes);
            return new Line(number, bytes.ToArray(), null, refusal ?? new Refusal(RefusalCodes.InvalidField, error.Message));
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Each line answers for itself: what breaks one must not take the answers of the others.")]
    private static async Task<(BulkAnswer Answer, Exception? Error)> AttestAsync(
        IGrainFactory grains, BulkAttestation attestation, Line line, int index, Hash[] path)
    {
        if (line.Content is not { } content)
            return (BulkAnswer.Rejected(line.Number, KeyOf(line.Signed), null, line.Refusal!), null);
        var deal = DealId.Derive(attestation.Service, content.Key);
        try
        {
            var result = await grains.GetGrain<IDealGrain>(deal.ToString()).Attest(new BulkSignature(attestation, index, path, line.Signed));
            var answer = result.Refusal is null
                ? new BulkAnswer(line.Number, content.Key, Word(result.Outcome), deal.ToString(), result.Status.ToString())
                : BulkAnswer.Rejected(line.Number, content.Key, deal, result.Refusal);
            return (answer, null);
        }
        catch (Exception error)
        {
            var refusal = Problems.IsPassing(error)
                ? new Refusal(EdgeCodes.Unavailable, "The outcome of this line is open: send it again.")
                : new Refusal(EdgeCodes.Internal, "Something went wrong on our side. Sending the line again is safe, but will hardly help.");
            return (BulkAnswer.Rejected(line.Number, content.Key, deal, refusal), error);
        }
    }

    /// <summary>The key of a line that could not be read, as far as it can be told: the sender looks for it.</summary>
    private static string? KeyOf(byte[] line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("key", out var key)
                && key.ValueKind == JsonValueKind.String ? key.GetString() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Failed} of {Lines} lines of a bulk request failed; the first of them by this")]
    private static partial void LogLinesFailed(ILogger logger, Exception first, int failed, int lines);

    private static string Word(AttestOutcome outcome) => outcome switch
    {
        AttestOutcome.Created => "created",
        AttestOutcome.Advanced => "advanced",
        AttestOutcome.Replayed => "replayed",
        _ => "rejected",
    };

    private sealed class NdjsonResult(BulkAnswer[] answers) : IResult
    {
        private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        };

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = ContentType;
            var writer = httpContext.Response.BodyWriter;
            foreach (var answer in answers)
            {
                writer.Write(JsonSerializer.SerializeToUtf8Bytes(answer, Options));
                writer.Write("\n"u8);
            }
            await writer.FlushAsync(httpContext.RequestAborted);
        }
    }
}

/// <summary>One line of the answer; a rejected one has code and detail, and says whether the same line may succeed a little later.</summary>
internal sealed record BulkAnswer(int Line, string? Key, string Status, string? Deal, string? State)
{
    public string? Code { get; init; }

    public string? Field { get; init; }

    public string? Detail { get; init; }

    public bool? Retryable { get; init; }

    public static BulkAnswer Rejected(int line, string? key, DealId? deal, Refusal refusal) => new(line, key, "rejected", deal?.ToString(), null)
    {
        Code = refusal.Code,
        Field = refusal.Field,
        Detail = refusal.Text,
        Retryable = Problems.IsPassing(refusal.Code),
    };
}

/// <summary>One referral line; see docs/formats/handshake.md, "Bulk requests".</summary>
internal sealed record BulkLineBody(
    string Key, string Vertical, string Product, string Referrer, string? Upline, string[]? FurtherUplines, string Receiver, string Client, string? Currency,
    DateOnly ReferredOn, DateOnly? AcknowledgedOn, DateOnly? IntakeOn, DateOnly? SettledOn, long? SettledValueMinor, DateOnly? CompletedOn,
    DateOnly? WithdrawnOn, DateOnly? DeclinedOn, string? Reason);
