using System.Text.Json;
using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Grains.Interfaces.Deals;

namespace Commission.Api.Deals;

/// <summary>The signed steps of a deal: five handshakes, decline and withdrawal.</summary>
internal static class HandshakeEndpoints
{
    public static void MapHandshakes(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/referrals", ReferAsync).WithName("refer").WithTags("Deals")
            .Accepts<SignedStepBody>("application/json").Produces<HandshakeView>(201);
        Map(routes, "acknowledgement", HandshakeStep.Acknowledgement);
        Map(routes, "intake", HandshakeStep.Intake);
        Map(routes, "settlement", HandshakeStep.Settlement);
        Map(routes, "outcome", HandshakeStep.Outcome);
        Map(routes, "decline", HandshakeStep.Decline);
        Map(routes, "withdraw", HandshakeStep.Withdrawal);
    }

    private static void Map(IEndpointRouteBuilder routes, string name, HandshakeStep step) =>
        routes.MapPost($"/deals/{{id}}/{name}", (string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains) =>
                StepAsync(step, Answers.Id<DealId>(id), http, actor, inFlight, grains))
            .WithName(name).WithTags("Deals").Accepts<SignedStepBody>("application/json").Produces<HandshakeView>();

    private static async Task<IResult> ReferAsync(HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var caller = actor.Required;
        var request = await CommandRequest.ReadAsync(http, caller);
        using var hold = inFlight.Enter(request.Fingerprint);
        var deal = DealId.Derive(caller, request.Key);
        var command = Command(HandshakeStep.Intent, deal, caller, request);
        var result = await grains.GetGrain<IDealGrain>(deal.ToString()).Record(command);
        return Answer(http, result, $"/api/v1/deals/{deal}");
    }

    private static async Task<IResult> StepAsync(
        HandshakeStep step, DealId deal, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        // A client that comes by the magic link has no header: the link and the payload's actor stand for it.
        var request = await CommandRequest.ReadAsync(http, actor.Current);
        using var hold = inFlight.Enter(request.Fingerprint);
        var command = Command(step, deal, actor.Current, request);
        return Answer(http, await grains.GetGrain<IDealGrain>(deal.ToString()).Record(command), createdAt: null);
    }

    private static RecordHandshake Command(HandshakeStep step, DealId deal, ContactId? caller, CommandRequest request)
    {
        var body = new BodyReader(request.Body);
        body.Allow("payload", "signature", "link");
        var payload = Take(HandshakePayloadReader.Read(step, body.Object("payload")));
        if (payload.Deal != deal)
        {
            throw ProblemException.Field("payload.deal", step == HandshakeStep.Intent
                ? $"payload.deal must be {deal}, the id derived from the acting contact and the Idempotency-Key."
                : $"payload.deal must be {deal}, the deal of the route.");
        }
        var link = body.OptionalText("link");
        if (caller is null && link is null)
            throw ProblemException.Field(HeaderActor.Header, $"{HeaderActor.Header} must name the acting contact, or link must be the client's magic link.");
        return new RecordHandshake(payload, Take(HandshakePayloadReader.ReadSignature(body.Object("signature"))), link, caller ?? payload.Actor, request.Fingerprint);
    }

    private static T Take<T>((T? Value, Refusal? Refusal) read) where T : class => read.Value ?? throw new ProblemException(read.Refusal!);

    private static IResult Answer(HttpContext http, DealResult result, string? createdAt) => Answers.Command(
        http, result.Receipt is null ? null : HandshakeView.Of(result.Receipt), result.Refusal, result.Replayed, createdAt);
}

/// <summary>A signed step: the payload as signed (docs/formats/handshake.md), its signature, and the client's link if one is used.</summary>
internal sealed record SignedStepBody(JsonElement Payload, SignatureBody Signature, string? Link);

/// <summary>ES256: key and 64 bytes r‖s, base64url. WEBAUTHN-ES256: also authenticatorData and clientDataJSON.</summary>
internal sealed record SignatureBody(string Alg, string Key, string Signature, string? AuthenticatorData, string? ClientDataJSON);

/// <summary>What was recorded. A function of the step alone, so that a repeated request gets the same bytes.</summary>
internal sealed record HandshakeView(
    string Deal, string Handshake, string Status, string Actor, string? AttestedBy, string Hash, DateTimeOffset Time, DateTimeOffset RecordedAt,
    string RuleHash, string? Next, string? ClientLink)
{
    public static HandshakeView Of(HandshakeReceipt receipt)
    {
        var (step, status) = (receipt.Step, receipt.Step.Step.StatusAfter());
        var next = status.Next();
        return new HandshakeView(
            receipt.Deal.ToString(), step.Step.Name(), status.ToString(), step.Actor.ToString(), step.AttestedBy?.ToString(), step.Hash.ToString(),
            step.Time, step.RecordedAt, receipt.RuleHash.ToString(), next == HandshakeStep.None ? null : next.Name(), receipt.Link);
    }
}
