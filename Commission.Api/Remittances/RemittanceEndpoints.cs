using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Remittances;
using Commission.Grains.Interfaces.Deals;
using Commission.Grains.Interfaces.Remittances;
using Commission.Storage.Remittances;

namespace Commission.Api.Remittances;

/// <summary>Expected against received: what providers say that they have paid, line by line. docs/reconciliation.md.</summary>
internal static class RemittanceEndpoints
{
    private const string ContentType = "text/csv";
    private const int MaxReason = 1_000;

    public static void MapRemittances(this IEndpointRouteBuilder routes)
    {
        var remittances = routes.MapGroup("/remittances").WithTags("Reconciliation");
        remittances.MapPost("", TakeAsync).WithName("takeRemittance").Accepts<string>(ContentType).Produces<RemittanceView>(201)
            .WithSummary("Takes a provider's remittance advice. The same file, and the same line in another, counts once.");
        remittances.MapGet("/expected", ListExpectedAsync).WithName("listExpected").Produces<Page<ExpectedView>>()
            .WithSummary("Deals for which what was received is not what is expected.");
        remittances.MapGet("/{id}", GetAsync).WithName("getRemittance").Produces<RemittanceView>();
        remittances.MapPost("/{id}/lines/{line}/match", MatchAsync).WithName("matchRemittanceLine").Accepts<RemittanceMatchBody>("application/json")
            .Produces<RemittanceView>().WithSummary("Says which deal a line is for whose reference no deal has.");
    }

    private static async Task<IResult> TakeAsync(HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, RemittanceQueries queries)
    {
        if (http.Request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) != true)
            throw new ProblemException(new Refusal(EdgeCodes.WrongContentType, $"Send the provider's file as {ContentType}.", "Content-Type"));
        var key = CommandRequest.ReadKey(http);
        var bytes = await CommandRequest.ReadBodyAsync(http, RemittanceFile.MaxBytes);
        using var hold = inFlight.Enter(CommandRequest.FingerprintOf(http, actor.Required, key, bytes));
        await Staff.RequireAsync(grains, actor);
        var lines = RemittanceFile.Read(bytes);
        var file = Hash.Of(bytes);
        var id = RemittanceId.Derive(file);
        var isNew = await grains.GetGrain<IRemittanceGrain>(id.ToString()).Take(file, lines, actor.Required);
        return Answers.Command(http, await ViewAsync(id, queries), null, replayed: !isNew, $"/api/v1/remittances/{id}");
    }

    private static async Task<IResult> GetAsync(string id, IActor actor, IGrainFactory grains, RemittanceQueries queries)
    {
        await Staff.RequireAsync(grains, actor);
        return TypedResults.Ok(await ViewAsync(Answers.Id<RemittanceId>(id), queries));
    }

    private static async Task<IResult> MatchAsync(
        string id, int line, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, RemittanceQueries queries)
    {
        var remittance = Answers.Id<RemittanceId>(id);
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        var body = new BodyReader(request.Body);
        body.Allow("deal", "reason");
        var (deal, reason) = (Answers.Id<DealId>(body.Text("deal"), "deal"), body.Text("reason"));
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > MaxReason || reason.Any(char.IsControl))
            throw ProblemException.Field("reason", $"reason must have 1 to {MaxReason} characters and no control characters.");
        if (await grains.GetGrain<IDealGrain>(deal.ToString()).Get() is null)
            throw ProblemException.Field("deal", $"There is no deal {deal}.");
        var refusal = await grains.GetGrain<IRemittanceGrain>(remittance.ToString()).Match(line, deal, reason, actor.Required);
        return Answers.Command(http, refusal is null ? await ViewAsync(remittance, queries) : null, refusal, replayed: false);
    }

    private static async Task<IResult> ListExpectedAsync(
        IActor actor, IGrainFactory grains, RemittanceQueries queries, string? vertical, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        await Staff.RequireAsync(grains, actor);
        var after = Cursor.Read(cursor, 1) is { } parts ? Answers.Id<DealId>(parts[0], "cursor").Value : (Guid?)null;
        var size = Cursor.Limit(limit);
        var rows = await queries.ListOpenAsync(vertical, after, size, cancellationToken);
        var next = rows.Count == size ? Cursor.Write(DealId.From(rows[^1].Deal).ToString()) : null;
        return TypedResults.Ok(new Page<ExpectedView>([.. rows.Select(ExpectedView.Of)], next));
    }

    private static async Task<RemittanceView> ViewAsync(RemittanceId id, RemittanceQueries queries) => await queries.FindAsync(id) is { } row
        ? RemittanceView.Of(row, await queries.ListLinesAsync(id))
        : throw Answers.NotFound($"There is no remittance {id}.");
}
