using System.Globalization;
using System.Net.Mime;
using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Amounts;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;

namespace Commission.Api.Payouts;

/// <summary>Payout batches: drafted by one, approved by another, submitted, confirmed, settled.</summary>
internal static class PayoutEndpoints
{
    private const int MaxReturnsBytes = 4 * 1024 * 1024;
    private const int MaxPayees = 1_000;

    public static void MapPayouts(this IEndpointRouteBuilder routes)
    {
        var batches = routes.MapGroup("/payout-batches").WithTags("Payouts");
        batches.MapPost("", DraftAsync).WithName("draftPayoutBatch").Accepts<DraftBody>("application/json").Produces<PayoutBatchView>(201)
            .WithSummary("Drafts a batch of all that is due. What another batch holds is not in it.")
            .WithDescription("A repeated request is answered with the batch as it is by then.");
        batches.MapGet("", ListAsync).WithName("listPayoutBatches").Produces<Page<PayoutBatchItem>>();
        batches.MapGet("/{id}", GetAsync).WithName("getPayoutBatch").Produces<PayoutBatchView>();
        batches.MapGet("/{id}/items", ListItemsAsync).WithName("listPayoutItems").Produces<Page<PayoutItemView>>();
        batches.MapPost("/{id}/approve", ApproveAsync).WithName("approvePayoutBatch").Accepts<ApproveBody>("application/json").Produces<PayoutBatchView>()
            .WithSummary("Approves the batch with the hash that was shown; by somebody who neither made nor changed it.");
        batches.MapPost("/{id}/submit", SubmitAsync).WithName("submitPayoutBatch").Accepts<SubmitBody>("application/json").Produces<PayoutBatchView>()
            .WithSummary("Moves the money to clearing; makes the files, or places the orders to Stripe.");
        batches.MapPost("/{id}/settle", SettleAsync).WithName("settlePayoutBatch").Accepts<NoBody>("application/json").Produces<PayoutBatchView>();
        batches.MapPost("/{id}/cancel", CancelAsync).WithName("cancelPayoutBatch").Accepts<ReasonBody>("application/json").Produces<PayoutBatchView>();
        batches.MapPost("/{id}/confirm", ConfirmAsync).WithName("confirmPayoutBatch").Accepts<NoBody>("application/json").Produces<PayoutBatchView>()
            .WithSummary("The bank cleared the files: every item on its way is paid.");
        batches.MapPost("/{id}/items/{number}/remove", RemoveAsync).WithName("removePayoutItem").Accepts<ReasonBody>("application/json")
            .Produces<PayoutBatchView>();
        batches.MapPost("/{id}/items/{number}/retry", RetryAsync).WithName("retryPayoutItem").Accepts<RetryBody>("application/json")
            .Produces<PayoutBatchView>();
        batches.MapPost("/{id}/items/{number}/release", ReleaseAsync).WithName("releasePayoutItem").Accepts<NoBody>("application/json")
            .Produces<PayoutBatchView>();
        batches.MapPost("/{id}/items/{number}/reverse", ReverseAsync).WithName("reversePayoutItem").Accepts<ReverseBody>("application/json")
            .Produces<PayoutBatchView>()
            .WithSummary("Has Stripe take a payment back; not by who made the batch. The item is returned when Stripe has done it.");
        batches.MapGet("/{id}/files/{part}", GetFileAsync).WithName("getPayoutFile").Produces<byte[]>(200, MediaTypeNames.Text.Plain)
            .WithSummary("The direct entry file as it was first made, read back before it is handed out.");
        batches.MapPost("/{id}/returns", ReturnAsync).WithName("returnPayouts").Accepts<string>(MediaTypeNames.Text.Plain).Produces<ReturnsView>()
            .WithSummary("Takes the bank's returns file; every payment in it that is ours came back.");
        batches.MapPost("/{id}/acknowledgements", AcknowledgeAsync).WithName("acknowledgePayoutFile").Accepts<string>(MediaTypeNames.Application.Xml)
            .Produces<AcknowledgementView>().WithSummary("Takes the bank's report of a file; the payments of a file that it rejected failed.");
        routes.MapGet("/payout-eligibility", PreviewAsync).WithTags("Payouts").WithName("previewPayouts").Produces<IReadOnlyList<PreviewView>>()
            .WithSummary("Who would be paid now, and why others would not.");
    }

    private static async Task<IResult> DraftAsync(HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, PayoutQueries queries)
    {
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        var body = new BodyReader(request.Body);
        body.Allow("rail", "currency", "payees", "vertical");
        var payees = body.Ids<ContactId>("payees");
        if (payees.Length > MaxPayees)
            throw ProblemException.Field("payees", $"payees must name at most {MaxPayees}.");
        var id = PayoutBatchId.Derive(request.Caller!.Value, request.Key);
        var command = new DraftPayoutBatch(id, RailOf(body.Text("rail")), CurrencyOf(body.Text("currency")), request.Caller, request.Fingerprint);
        var result = await Grain(grains, id).Draft(command, new PayoutFilter(payees, body.OptionalText("vertical")));
        return Answers.Command(http, await ViewAsync(result.State, queries), result.Refusal, result.Replayed, $"/api/v1/payout-batches/{id}");
    }

    internal static Rail RailOf(string text) => text switch
    {
        "aba" => Rail.Aba,
        "stripe" => Rail.Stripe,
        _ => throw ProblemException.Field("rail", $"rail must be aba or stripe, not '{text}'."),
    };

    internal static Currency CurrencyOf(string text) => Currency.TryParse(text, out var currency)
        ? currency
        : throw ProblemException.Field("currency", $"currency must be one that the engine knows, such as AUD, not '{text}'.");

    private static async Task<IResult> ListAsync(PayoutQueries queries, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        var (time, id) = Cursor.ReadTime(cursor);
        var size = Cursor.Limit(limit);
        var rows = await queries.ListAsync(time, id, size, cancellationToken);
        var next = rows.Count == size ? Cursor.WriteTime(rows[^1].DraftedAt, rows[^1].Id.ToString()) : null;
        return TypedResults.Ok(new Page<PayoutBatchItem>([.. rows.Select(PayoutBatchItem.Of)], next));
    }

    private static async Task<IResult> GetAsync(string id, IGrainFactory grains, PayoutQueries queries) =>
        TypedResults.Ok(await ViewAsync(await FindAsync(id, grains), queries));

    private static async Task<IResult> ListItemsAsync(
        string id, IGrainFactory grains, PayoutQueries queries, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        var batch = await FindAsync(id, grains);
        var after = Cursor.Read(cursor, 1) is not { } parts ? 0 : int.TryParse(parts[0], out var number) ? number : throw Cursor.WrongCursor();
        var size = Cursor.Limit(limit);
        var rows = await queries.ListItemsAsync(batch.Id, after, size, cancellationToken);
        var next = rows.Count == size ? Cursor.Write(rows[^1].Item.Number.ToString(CultureInfo.InvariantCulture)) : null;
        return TypedResults.Ok(new Page<PayoutItemView>([.. rows.Select(row => PayoutItemView.Of(batch.Id, row))], next));
    }

    private static Task<IResult> ApproveAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, PayoutQueries queries) =>
        MoveAsync(id, http, actor, inFlight, grains, queries, ["hash"], (grain, request, body) => grain.Execute(new ApprovePayoutBatch(
            Hash.TryParse(body.Text("hash"), out var hash) ? hash : throw ProblemException.Field("hash", "hash must be 64 lower-case hexadecimal digits."),
            request.Caller, request.Fingerprint)));

    private static Task<IResult> SubmitAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, PayoutQueries queries) =>
        MoveAsync(id, http, actor, inFlight, grains, queries, ["processOn"], (grain, request, body) =>
            grain.Execute(new SubmitPayoutBatch(body.OptionalDate("processOn"), request.Caller, request.Fingerprint)));

    private static Task<IResult> SettleAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, PayoutQueries queries) =>
        MoveAsync(id, http, actor, inFlight, grains, queries, [], (grain, request, _) =>
            grain.Execute(new SettlePayoutBatch(request.Caller, request.Fingerprint)));

    private static Task<IResult> CancelAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, PayoutQueries queries) =>
        MoveAsync(id, http, actor, inFlight, grains, queries, ["reason"], (grain, request, body) =>
            grain.Execute(new CancelPayoutBatch(body.Text("reason"), request.Caller, request.Fingerprint)));

    private static Task<IResult> ConfirmAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, PayoutQueries queries) =>
        MoveAsync(id, http, actor, inFlight, grains, queries, [], (grain, _, _) => grain.Confirm());

    private static Task<IResult> RemoveAsync(
        string id, int number, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, PayoutQueries queries) =>
        MoveAsync(id, http, actor, inFlight, grains, queries, ["reason"], (grain, request, body) =>
            grain.Remove(number, body.Text("reason"), request.Caller, request.Fingerprint));

    private static Task<IResult> RetryAsync(
        string id, int number, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, PayoutQueries queries) =>
        MoveAsync(id, http, actor, inFlight, grains, queries, ["attempt"], (grain, _, body) =>
            grain.Retry(number, (int)Math.Clamp(body.Integer("attempt"), 0, int.MaxValue)));

    private static Task<IResult> ReleaseAsync(
        string id, int number, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, PayoutQueries queries) =>
        MoveAsync(id, http, actor, inFlight, grains, queries, [], (grain, _, _) => grain.Release(number));

    private static Task<IResult> ReverseAsync(
        string id, int number, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, PayoutQueries queries) =>
        MoveAsync(id, http, actor, inFlight, grains, queries, ["attempt", "reason"], (grain, request, body) => grain.Reverse(
            number, (int)Math.Clamp(body.Integer("attempt"), 0, int.MaxValue), body.Text("reason"), request.Caller!.Value, request.Fingerprint));

    private static async Task<IResult> MoveAsync(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, PayoutQueries queries, string[] allowed,
        Func<IPayoutBatchGrain, CommandRequest, BodyReader, Task<PayoutResult>> move)
    {
        var batch = Answers.Id<PayoutBatchId>(id);
        var request = await CommandRequest.ReadAsync(http, actor.Required);
        using var hold = inFlight.Enter(request.Fingerprint);
        await Staff.RequireAsync(grains, actor);
        var body = new BodyReader(request.Body);
        body.Allow(allowed);
        var result = await move(Grain(grains, batch), request, body);
        return Answers.Command(http, await ViewAsync(result.State, queries), result.Refusal, result.Replayed);
    }

    private static async Task<IResult> GetFileAsync(string id, int part, IActor actor, IGrainFactory grains)
    {
        await Staff.RequireAsync(grains, actor);
        var batch = await FindAsync(id, grains);
        return await Grain(grains, batch.Id).GetFile(part) is { } bytes
            ? TypedResults.File(bytes, MediaTypeNames.Text.Plain, PayoutReference.FileNameOf(batch.Id, part))
            : throw Answers.NotFound($"{batch.Id} has no file {part}.");
    }

    private static Task<IResult> ReturnAsync(string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains) =>
        HandInAsync(id, http, actor, inFlight, grains, MediaTypeNames.Text.Plain, async (grain, file) =>
        {
            var result = await grain.Return(file);
            return (ReturnsView.Of(result), result.Refusal);
        });

    private static Task<IResult> AcknowledgeAsync(string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains) =>
        HandInAsync(id, http, actor, inFlight, grains, MediaTypeNames.Application.Xml, async (grain, file) =>
        {
            var result = await grain.Acknowledge(file);
            return (AcknowledgementView.Of(result), result.Refusal);
        });

    /// <summary>A file of the bank: what it says of an item is recorded once, however often it is handed in.</summary>
    private static async Task<IResult> HandInAsync<TView>(
        string id, HttpContext http, IActor actor, InFlightRequests inFlight, IGrainFactory grains, string contentType,
        Func<IPayoutBatchGrain, byte[], Task<(TView View, Refusal? Refusal)>> take) where TView : class
    {
        var batch = Answers.Id<PayoutBatchId>(id);
        if (http.Request.ContentType?.StartsWith(contentType, StringComparison.OrdinalIgnoreCase) != true)
            throw new ProblemException(new Refusal(EdgeCodes.WrongContentType, $"Send the bank's file as {contentType}.", "Content-Type"));
        var key = CommandRequest.ReadKey(http);
        var bytes = await CommandRequest.ReadBodyAsync(http, MaxReturnsBytes);
        using var hold = inFlight.Enter(CommandRequest.FingerprintOf(http, actor.Required, key, bytes));
        await Staff.RequireAsync(grains, actor);
        var (view, refusal) = await take(Grain(grains, batch), bytes);
        return Answers.Command(http, view, refusal, replayed: false);
    }

    private static async Task<IResult> PreviewAsync(
        IActor actor, IGrainFactory grains, string? rail, string? currency, string? payee, string? vertical, int? limit)
    {
        await Staff.RequireAsync(grains, actor);
        var payees = payee is null ? Array.Empty<ContactId>() : [Answers.Id<ContactId>(payee, "payee")];
        var previews = await grains.GetGrain<IPayoutEligibilityGrain>(0).Preview(
            RailOf(rail ?? "aba"), CurrencyOf(currency ?? "AUD"), new PayoutFilter(payees, vertical), Cursor.Limit(limit));
        return TypedResults.Ok(previews.Select(PreviewView.Of).ToArray());
    }

    private static async Task<PayoutBatchState> FindAsync(string id, IGrainFactory grains) =>
        await Grain(grains, Answers.Id<PayoutBatchId>(id)).Get()
        ?? throw new ProblemException(new Refusal(RefusalCodes.UnknownPayout, $"There is no payout batch {id}.", "id"));

    private static async Task<PayoutBatchView?> ViewAsync(PayoutBatchState? state, PayoutQueries queries) => state is null
        ? null
        : PayoutBatchView.Of(state, await queries.ListItemsAsync(state.Id, 0, PayoutBatchView.FirstItems), await queries.ListFilesAsync(state.Id));

    private static IPayoutBatchGrain Grain(IGrainFactory grains, PayoutBatchId id) => grains.GetGrain<IPayoutBatchGrain>(id.ToString());
}
