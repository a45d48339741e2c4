using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Members;
using Commission.Grains.Interfaces.Members;
using Commission.Storage.Members;

namespace Commission.Api.Members;

/// <summary>Who stands above whom.</summary>
internal static class UplineEndpoints
{
    public static void MapUplines(this IEndpointRouteBuilder routes)
    {
        var contacts = routes.MapGroup("/contacts").WithTags("Members");
        contacts.MapGet("/{id}/uplines", GetAsync).WithName("getUplines").Produces<UplinesView>()
            .WithSummary("The registered uplines, nearest first: what an intent that the member signs must state.");
        contacts.MapPost("/{id}/upline", ChangeAsync).WithName("changeUpline").Accepts<UplineBody>("application/json").Produces<UplineView>()
            .WithSummary("Gives a contact another upline, or none.")
            .WithDescription("For INTERNAL contacts. Nobody may stand above themselves, nor below more than "
                + $"{Uplines.MaxDepth} uplines. Deals keep the uplines that they pinned at the referral.");
    }

    /// <summary>Why a contact cannot have this upline, or null.</summary>
    public static async Task<Refusal?> CheckAsync(
        IGrainFactory grains, UplineHold held, ContactId contact, ContactId upline, bool isNew, CancellationToken cancellationToken)
    {
        if (await ProfileAsync(grains, upline) is null)
            return new Refusal(RefusalCodes.UnknownContact, $"There is no contact {upline}.", "upline");
        var above = await AboveAsync(grains, upline);
        var below = isNew ? 0 : await held.LevelsBelowAsync(contact, Uplines.MaxDepth, cancellationToken);
        return Uplines.Check(contact, upline, above, below);
    }

    private static async Task<IResult> GetAsync(string id, IGrainFactory grains)
    {
        var contact = Answers.Id<ContactId>(id);
        _ = await ProfileAsync(grains, contact) ?? throw Answers.NotFound($"There is no contact {contact}.");
        return TypedResults.Ok(new UplinesView(contact.ToString(), [.. (await AboveAsync(grains, contact)).Select(upline => upline.ToString())]));
    }

    private static async Task<IResult> ChangeAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, UplineQueries queries)
    {
        var contact = Answers.Id<ContactId>(id);
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        var body = new BodyReader(request.Body);
        body.Allow("upline");
        var command = new ChangeUpline(body.OptionalId<ContactId>("upline"), request.Caller, request.Fingerprint);
        var grain = grains.GetGrain<IMemberGrain>(contact.ToString());
        var state = await grain.Get() ?? throw Answers.NotFound($"There is no contact {contact}.");
        await using var held = await queries.HoldAsync(toChange: true, http.RequestAborted);
        if (command.Upline is { } upline && state.Requests.All(known => known.Fingerprint.Key != request.Fingerprint.Key)
            && await CheckAsync(grains, held, contact, upline, isNew: false, http.RequestAborted) is { } refusal)
            throw new ProblemException(refusal);
        var result = await grain.Execute(command);
        return Answers.Command(
            http, result.State is null ? null : new UplineView(contact.ToString(), command.Upline?.ToString()), result.Refusal, result.Replayed);
    }

    private static async Task<IReadOnlyList<ContactId>> AboveAsync(IGrainFactory grains, ContactId contact)
    {
        var uplines = new Dictionary<ContactId, ContactId?>();
        ContactId? next = contact;
        for (var level = 0; next is { } one && level <= Uplines.MaxDepth && !uplines.ContainsKey(one); level++)
            next = uplines[one] = (await ProfileAsync(grains, one))?.Facts.Upline;
        return Uplines.Above(contact, id => uplines.GetValueOrDefault(id));
    }

    private static Task<MemberProfile?> ProfileAsync(IGrainFactory grains, ContactId contact) =>
        grains.GetGrain<IMemberGrain>(contact.ToString()).GetProfile();
}

/// <summary>The new upline; null or absent for none.</summary>
internal sealed record UplineBody(string? Upline);

/// <summary>A contact and its upline.</summary>
internal sealed record UplineView(string Contact, string? Upline);

/// <summary>A contact and all its uplines, nearest first.</summary>
internal sealed record UplinesView(string Contact, IReadOnlyList<string> Uplines);
