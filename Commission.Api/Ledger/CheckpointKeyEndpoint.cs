using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Ledger.Log;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Ledger;

namespace Commission.Api.Ledger;

/// <summary>Replaces the key that signs checkpoints.</summary>
internal static class CheckpointKeyEndpoint
{
    private const int MaxOverlapDays = 366;

    private const string Description =
        "Makes a new key. The one before signs beside it for overlapDays (30 when absent), so that those who trust it can learn the new one from notes that both signed.";

    public static void MapCheckpointKeys(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/checkpoint-keys", PostAsync).WithName("replaceCheckpointKey").WithTags("Log")
            .WithSummary("Replaces the key that signs checkpoints.").WithDescription(Description)
            .Accepts<CheckpointKeyBody>("application/json").Produces<CheckpointKeyView>(201);

    private static async Task<IResult> PostAsync(HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        var body = new BodyReader(request.Body);
        body.Allow("overlapDays");
        var days = body.OptionalInteger("overlapDays") ?? 30;
        if (days is < 0 or > MaxOverlapDays)
            throw ProblemException.Field("overlapDays", $"overlapDays must be from 0 to {MaxOverlapDays}.");
        var result = await grains.GetGrain<ICheckpointKeysGrain>(GrainKeys.CheckpointKeys)
            .Replace(new ReplaceCheckpointKey((int)days, actor.Required, request.Fingerprint));
        var view = result.Replacement is { } replaced ? CheckpointKeyView.Of(replaced) : null;
        return Answers.Command(http, view, result.Refusal, result.Replayed, "/log");
    }
}

/// <summary>How long the key before goes on signing.</summary>
internal sealed record CheckpointKeyBody(int? OverlapDays);

/// <summary>The new key; the verifier keys of the books are at GET /log.</summary>
internal sealed record CheckpointKeyView(string PublicKey, string KeyId, DateTimeOffset ReplacedAt, DateTimeOffset FormerSignsUntil)
{
    public static CheckpointKeyView Of(KeyReplacement of) => new(
        Base64Url.Encode(of.PublicKey), $"{new NoteKey("any", of.PublicKey).KeyId:x8}", of.At, of.At.AddDays(of.OverlapDays));
}
