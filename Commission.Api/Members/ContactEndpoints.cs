using System.Security.Cryptography;
using System.Text;
using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Members;
using Commission.Grains.Interfaces.Members;
using Commission.Storage.Members;

namespace Commission.Api.Members;

/// <summary>Contacts and their keys.</summary>
internal static class ContactEndpoints
{
    private static readonly string EndKeyDescription =
        $"Without validTo the key ends {MemberMachine.KeyEndNotice.TotalSeconds:0} seconds after the request; no earlier end can be named. Until then any process may " +
        "still accept the key, from then on none does. The answer's validTo is that instant. What was recorded with the key stays valid.";

    public static void MapContacts(this IEndpointRouteBuilder routes)
    {
        var contacts = routes.MapGroup("/contacts").WithTags("Members");
        contacts.MapPost("", CreateAsync).WithName("createContact").Accepts<ContactBody>("application/json").Produces<ContactView>(201);
        contacts.MapGet("", ListAsync).WithName("listContacts").Produces<Page<ContactItem>>();
        contacts.MapGet("/{id}", GetAsync).WithName("getContact").Produces<ContactView>();
        contacts.MapGet("/{id}/keys", ListKeysAsync).WithName("listKeys").Produces<IReadOnlyList<KeyView>>();
        contacts.MapPost("/{id}/keys", RegisterKeyAsync).WithName("registerKey").Accepts<KeyBody>("application/json").Produces<KeyView>(201);
        contacts.MapPost("/{id}/keys/{key}/end", EndKeyAsync).WithName("endKey").Accepts<EndKeyBody>("application/json").Produces<KeyView>()
            .WithSummary("Ends a key, as soon as can be or at the instant named.").WithDescription(EndKeyDescription);
        contacts.MapPost("/{id}/authorised-services", AuthoriseAsync).WithName("authoriseService")
            .Accepts<AuthoriseBody>("application/json").Produces<AuthorisationView>();
    }

    private static async Task<IResult> CreateAsync(
        HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, ContactSalts salts, UplineQueries uplines)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Current);
        using var hold = inFlight.Enter(request.Fingerprint);
        var body = new BodyReader(request.Body);
        body.Allow("type", "name", "email", "phone", "upline", "authorisedServices");
        var id = ContactId.Derive(request.CallerName, request.Key);
        var command = new CreateContact(
            id, Type(body), body.Text("name"), body.OptionalText("email"), body.OptionalText("phone"), await salts.OfAsync(id),
            body.OptionalId<ContactId>("upline"), body.Ids<ContactId>("authorisedServices"), request.Caller, request.Fingerprint);
        await RequireContactsAsync(grains, command.AuthorisedServices.Select(service => ("authorisedServices", service)));
        await using var held = command.Upline is null ? null : await uplines.HoldAsync(toChange: false, http.RequestAborted);
        var grain = grains.GetGrain<IMemberGrain>(id.ToString());
        if (held is not null && command.Upline is { } upline && await grain.GetProfile() is null
            && await UplineEndpoints.CheckAsync(grains, held, id, upline, isNew: true, http.RequestAborted) is { } refusal)
            throw new ProblemException(refusal);
        var result = await grain.Execute(command);
        return Answers.Command(http, result.State is null ? null : ContactView.Created(result.State, command), result.Refusal, result.Replayed, $"/api/v1/contacts/{id}");
    }

    private static ContactType Type(BodyReader body) => body.Text("type") switch
    {
        "MEMBER" => ContactType.Member,
        "PARTNER" => ContactType.Partner,
        "CUSTOMER" => ContactType.Customer,
        "INTERNAL" => ContactType.Internal,
        var other => throw ProblemException.Field("type", $"type must be MEMBER, PARTNER, CUSTOMER or INTERNAL, not '{other}'."),
    };

    private static async Task RequireContactsAsync(IGrainFactory grains, IEnumerable<(string Field, ContactId Id)> contacts)
    {
        foreach (var (field, id) in contacts)
        {
            if (await grains.GetGrain<IMemberGrain>(id.ToString()).GetProfile() is null)
                throw new ProblemException(new Refusal(RefusalCodes.UnknownContact, $"There is no contact {id}.", field));
        }
    }

    private static async Task<IResult> ListAsync(
        ContactQueries contacts, string? type, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        ContactType? only = type is null ? null : Enum.TryParse<ContactType>(type, ignoreCase: true, out var known) && !int.TryParse(type, out _)
            ? known
            : throw ProblemException.Field("type", "type must be MEMBER, PARTNER, CUSTOMER or INTERNAL.");
        var (time, id) = Cursor.ReadTime(cursor);
        var size = Cursor.Limit(limit);
        var rows = await contacts.ListAsync(only, time, id, size, cancellationToken);
        var next = rows.Count == size ? Cursor.WriteTime(rows[^1].CreatedAt, rows[^1].Id.ToString()) : null;
        return TypedResults.Ok(new Page<ContactItem>([.. rows.Select(ContactItem.Of)], next));
    }

    private static async Task<IResult> GetAsync(string id, IGrainFactory grains) => TypedResults.Ok(ContactView.Of(await FindAsync(id, grains)));

    private static async Task<IResult> ListKeysAsync(string id, IGrainFactory grains) =>
        TypedResults.Ok((await FindAsync(id, grains)).Keys.Select(KeyView.Of).ToArray());

    private static async Task<MemberState> FindAsync(string id, IGrainFactory grains)
    {
        var contact = Answers.Id<ContactId>(id);
        return await grains.GetGrain<IMemberGrain>(contact.ToString()).Get() ?? throw Answers.NotFound($"There is no contact {contact}.");
    }

    private static async Task<IResult> RegisterKeyAsync(string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var contact = Answers.Id<ContactId>(id);
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await RequireSelfOrInternalAsync(grains, request.Caller!.Value, contact);
        var body = new BodyReader(request.Body);
        body.Allow("publicKey", "validFrom", "validTo");
        var result = await grains.GetGrain<IMemberGrain>(contact.ToString()).Execute(new RegisterKey(
            body.Bytes("publicKey", 200), body.OptionalTime("validFrom"), body.OptionalTime("validTo"), request.Caller, request.Fingerprint));
        return Answers.Command(
            http, result.Key is null ? null : KeyView.Of(result.Key) with { ValidTo = body.OptionalTime("validTo") },
            NotFoundIfContact(result.Refusal), result.Replayed,
            $"/api/v1/contacts/{contact}/keys");
    }

    private static async Task<IResult> EndKeyAsync(string id, string key, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var (contact, keyId) = (Answers.Id<ContactId>(id), Answers.Id<KeyId>(key, "key"));
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await RequireSelfOrInternalAsync(grains, request.Caller!.Value, contact);
        var body = new BodyReader(request.Body);
        body.Allow("validTo");
        var result = await grains.GetGrain<IMemberGrain>(contact.ToString()).Execute(
            new EndKey(keyId, body.OptionalTime("validTo"), request.Caller, request.Fingerprint));
        var view = result.Key is null ? null : KeyView.Of(result.Key);

        // An end that was named may have been brought forward since: a repeated request gets the end that it named.
        if (body.OptionalTime("validTo") is { } named)
            view = view is null ? null : view with { ValidTo = named };
        return Answers.Command(http, view, NotFoundIfContact(result.Refusal), result.Replayed);
    }

    private static async Task<IResult> AuthoriseAsync(string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var contact = Answers.Id<ContactId>(id);
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await RequireSelfOrInternalAsync(grains, request.Caller!.Value, contact);
        var body = new BodyReader(request.Body);
        body.Allow("service");
        var service = body.Id<ContactId>("service");
        await RequireContactsAsync(grains, [("service", service)]);
        var result = await grains.GetGrain<IMemberGrain>(contact.ToString()).Execute(new AuthoriseService(service, request.Caller, request.Fingerprint));
        return Answers.Command(
            http, result.State is null ? null : new AuthorisationView(contact.ToString(), service.ToString()),
            NotFoundIfContact(result.Refusal), result.Replayed);
    }

    /// <summary>A contact that the route names and that is not there is a missing resource, not a wrong field.</summary>
    private static Refusal? NotFoundIfContact(Refusal? refusal) =>
        refusal is { Code: RefusalCodes.UnknownContact } ? refusal with { Code = EdgeCodes.NotFound } : refusal;

    private static async Task RequireSelfOrInternalAsync(IGrainFactory grains, ContactId actor, ContactId contact)
    {
        if (actor == contact)
            return;
        if (await grains.GetGrain<IMemberGrain>(actor.ToString()).GetProfile() is not { Facts.Type: ContactType.Internal })
            throw new ProblemException(new Refusal(RefusalCodes.WrongActor, "Only the contact itself or an INTERNAL contact may do this.", HeaderActor.Header));
    }
}

/// <summary>
/// Salts of commitments. Derived per contact from a secret, so that a repeated creation is the same creation; kept with the
/// person's data from then on.
/// </summary>
internal sealed class ContactSalts(Storage.Secrets.ClusterSecrets secrets)
{
    private const string Secret = "person-salt";

    public async ValueTask<byte[]> OfAsync(ContactId id) =>
        HMACSHA256.HashData(await secrets.GetAsync(Secret), Encoding.UTF8.GetBytes(id.ToString()))[..16];
}

internal sealed record ContactBody(string Type, string Name, string? Email, string? Phone, string? Upline, string[]? AuthorisedServices);

internal sealed record KeyBody(string PublicKey, string? ValidFrom, string? ValidTo);

internal sealed record EndKeyBody(string? ValidTo);

internal sealed record AuthoriseBody(string Service);

internal sealed record AuthorisationView(string Contact, string Service);

internal sealed record ContactItem(string Id, string Type, string Name, string? Upline, DateTimeOffset CreatedAt)
{
    public static ContactItem Of(ContactRow row) =>
        new(row.Id.ToString(), row.Type.ToString().ToUpperInvariant(), row.Name, row.Upline?.ToString(), row.CreatedAt);
}

internal sealed record ContactView(
    string Id, string Type, string Name, string? Email, string? Phone, string? Upline, string[] AuthorisedServices, string Commitment,
    DateTimeOffset CreatedAt)
{
    public static ContactView Of(MemberState state) => new(
        state.Id.ToString(), state.Type.ToString().ToUpperInvariant(), state.Name, state.Email, state.Phone, state.Upline?.ToString(),
        [.. state.AuthorisedServices.Select(service => service.ToString())], state.Commitment.ToString(), state.CreatedAt);

    /// <summary>As it was made, whatever has happened to it since: a repeated creation gets the same bytes.</summary>
    public static ContactView Created(MemberState state, CreateContact command) =>
        Of(state) with { AuthorisedServices = [.. command.AuthorisedServices.Select(service => service.ToString())] };
}

internal sealed record KeyView(string Id, string PublicKey, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo)
{
    public static KeyView Of(MemberKey key) => new(key.Id.ToString(), Base64Url.Encode(key.SubjectPublicKeyInfo), key.ValidFrom, key.ValidTo);
}
