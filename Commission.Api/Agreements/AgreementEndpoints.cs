using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Api.Rules;
using Commission.Domain;
using Commission.Domain.Agreements;
using Commission.Domain.Members;
using Commission.Grains.Interfaces.Agreements;
using Commission.Grains.Interfaces.Members;
using Commission.Storage.Agreements;

namespace Commission.Api.Agreements;

/// <summary>Agreements: executed, ended, never changed.</summary>
internal static class AgreementEndpoints
{
    public static void MapAgreements(this IEndpointRouteBuilder routes)
    {
        var agreements = routes.MapGroup("/agreements").WithTags("Agreements");
        agreements.MapPost("", ExecuteAsync).WithName("executeAgreement").Accepts<AgreementBody>("application/json").Produces<AgreementView>(201)
            .WithSummary("Executes an agreement. One with an introducer or affiliate makes its PARTNER and a draft rule set version that cites it.");
        agreements.MapGet("", ListAsync).WithName("listAgreements").Produces<Page<AgreementItem>>();
        agreements.MapGet("/{id}", GetAsync).WithName("getAgreement").Produces<AgreementView>();
        agreements.MapPost("/{id}/end", EndAsync).WithName("endAgreement").Accepts<EndAgreementBody>("application/json").Produces<AgreementView>()
            .WithSummary("Ends an agreement. What was referred before goes on; no version that cites it is approved any more.");
    }

    private static async Task<IResult> ExecuteAsync(
        HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, ContactSalts salts, TimeProvider time)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        var body = new BodyReader(request.Body);
        body.Allow("reference", "kind", "party", "schedule", "execution", "ruleSet");
        var (reference, kind) = (body.Text("reference"), Kind(body));
        var schedule = body.Find("schedule") is { } fields ? Canonical(fields, "schedule") : "{}";
        var grain = Grain(grains, AgreementId.Derive(reference));

        // A repeated request must find what it made, whatever the version in force is by now.
        var (party, type, commitment, partner) = await PartyAsync(body, reference, grains, salts);
        var draft = await grain.Get() is { } known ? known.Draft : await DraftAsync(body, reference, grains, time);
        var salt = await salts.OfAsync(party);
        var execution = Execution(new BodyReader(body.Object("execution")), $"{reference}\n{request.CallerName}\n{request.Key}", http, salt);
        var result = await grain.Execute(new ExecuteAgreement(
            reference, kind, party, type, commitment, partner, schedule, execution, draft, request.Caller, request.Fingerprint));
        return Answers.Command(
            http, result.State is null ? null : AgreementView.Executed(result.State), result.Refusal, result.Replayed,
            $"/api/v1/agreements/{AgreementId.Derive(reference)}");
    }

    private static AgreementKind Kind(BodyReader body) => body.Text("kind") switch
    {
        "client_referral" => AgreementKind.ClientReferral,
        "introducer" => AgreementKind.Introducer,
        "affiliate" => AgreementKind.Affiliate,
        var other => throw ProblemException.Field("kind", $"kind must be client_referral, introducer or affiliate, not '{other}'."),
    };

    private static string Canonical(JsonElement value, string field)
    {
        try
        {
            return Encoding.UTF8.GetString(CanonicalJson.Canonicalize(value));
        }
        catch (FormatException error)
        {
            throw ProblemException.Field(field, $"{field}: {error.Message}");
        }
    }

    private static async Task<(ContactId Party, ContactType? Type, Hash Commitment, NewPartner? Partner)> PartyAsync(
        BodyReader body, string reference, IGrainFactory grains, ContactSalts salts)
    {
        var party = new BodyReader(body.Object("party"));
        if (party.OptionalId<ContactId>("contact") is { } id)
        {
            party.Allow("contact");
            var profile = await grains.GetGrain<IMemberGrain>(id.ToString()).GetProfile()
                ?? throw new ProblemException(new Refusal(RefusalCodes.UnknownContact, $"There is no contact {id}.", "party.contact"));
            return (id, profile.Facts.Type, profile.Facts.Commitment, null);
        }
        party.Allow("contact", "name", "email", "phone");
        var made = ContactId.Derive("agreement", reference);
        var partner = new NewPartner(party.Text("name"), party.OptionalText("email"), party.OptionalText("phone"), await salts.OfAsync(made));
        return (made, null, PersonCommitment.Of(partner.Salt, partner.Name, partner.Email, partner.Phone), partner);
    }

    /// <summary>The document given, or a copy of the version in force; citing this agreement, and acceptable as a draft now.</summary>
    private static async Task<AgreementDraft?> DraftAsync(BodyReader body, string reference, IGrainFactory grains, TimeProvider time)
    {
        if (body.Find("ruleSet") is null)
            return null;
        var ruleSet = new BodyReader(body.Object("ruleSet"));
        ruleSet.Allow("vertical", "effectiveFrom", "document");
        var vertical = await VerticalEndpoints.FindAsync(ruleSet.Text("vertical"), grains);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var template = ruleSet.Find("document") is not null
            ? Canonical(ruleSet.Object("document"), "ruleSet.document")
            : vertical.ActiveOn(today)?.Document
                ?? throw ProblemException.Field("ruleSet.document", $"{vertical.Code} has no version in force to copy: send a document.");
        var document = JsonNode.Parse(template)!.AsObject();
        if (ruleSet.OptionalText("effectiveFrom") is { } from)
            document["effectiveFrom"] = from;
        if (ruleSet.Find("document") is null || !document.ContainsKey("governingAgreement"))
            document["governingAgreement"] = reference;
        var bytes = Encoding.UTF8.GetBytes(document.ToJsonString());
        return Domain.Rules.RuleSetLifecycle.DraftRefusal(vertical, bytes, time.GetUtcNow()) is { } refusal
            ? throw new ProblemException(refusal)
            : new AgreementDraft(vertical.Code, bytes);
    }

    private static Execution Execution(BodyReader body, string reference, HttpContext http, byte[] salt)
    {
        var (ip, agent) = (http.Connection.RemoteIpAddress?.ToString(), http.Request.Headers.UserAgent.ToString());
        var execution = new Execution
        {
            Method = Method(body),
            Reference = TypeId.Format("exe", TypeId.Derive("commission/execution/v1", reference)),
            Ip = ip,
            UserAgent = agent.Length == 0 ? null : agent[..Math.Min(agent.Length, 500)],
            IpCommitment = ip is null ? null : AgreementAnchor.ContextCommitment(salt, ip),
            UserAgentCommitment = agent.Length == 0 ? null : AgreementAnchor.ContextCommitment(salt, agent),
        };
        switch (execution.Method)
        {
            case ExecutionMethod.Key:
                body.Allow("method", "publicKey", "signature", "time");
                return execution with
                {
                    PublicKey = body.Bytes("publicKey", 200),
                    Signature = body.Bytes("signature", 64),
                    Time = body.OptionalTime("time") ?? throw ProblemException.Field("time", "time is required: the one that was signed."),
                };
            case ExecutionMethod.Drawn:
                body.Allow("method", "image");
                return execution with { Image = body.Bytes("image", AgreementMachine.MaxImageBytes) };
            default:
                body.Allow("method", "documentHash");
                return execution with
                {
                    DocumentHash = Hash.TryParse(body.Text("documentHash"), out var hash)
                        ? hash
                        : throw ProblemException.Field("documentHash", "documentHash must be 64 lower-case hexadecimal digits."),
                };
        }
    }

    private static ExecutionMethod Method(BodyReader body) => body.Text("method") switch
    {
        "key" => ExecutionMethod.Key,
        "drawn" => ExecutionMethod.Drawn,
        "recorded" => ExecutionMethod.Recorded,
        var other => throw ProblemException.Field("method", $"method must be key, drawn or recorded, not '{other}'."),
    };

    private static async Task<IResult> ListAsync(AgreementQueries agreements, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        var (time, id) = Cursor.ReadTime(cursor);
        var size = Cursor.Limit(limit);
        var rows = await agreements.ListAsync(time, id, size, cancellationToken);
        var next = rows.Count == size ? Cursor.WriteTime(rows[^1].ExecutedAt, rows[^1].Id.ToString()) : null;
        return TypedResults.Ok(new Page<AgreementItem>([.. rows.Select(AgreementItem.Of)], next));
    }

    private static async Task<IResult> GetAsync(string id, IGrainFactory grains) => TypedResults.Ok(AgreementView.Of(await FindAsync(id, grains)));

    private static async Task<IResult> EndAsync(string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains)
    {
        var agreement = Answers.Id<AgreementId>(id);
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        await FindAsync(id, grains);
        var body = new BodyReader(request.Body);
        body.Allow("reason");
        var result = await Grain(grains, agreement).Execute(new EndAgreement(body.Text("reason"), request.Caller, request.Fingerprint));
        return Answers.Command(http, result.State is null ? null : AgreementView.Of(result.State), result.Refusal, result.Replayed);
    }

    private static async Task<AgreementState> FindAsync(string id, IGrainFactory grains) =>
        await Grain(grains, Answers.Id<AgreementId>(id)).Get() ?? throw Answers.NotFound($"There is no agreement {id}.");

    private static IAgreementGrain Grain(IGrainFactory grains, AgreementId id) => grains.GetGrain<IAgreementGrain>(id.ToString());
}
