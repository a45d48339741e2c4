using Commission.Api.Http;
using Commission.Api.Members;
using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Tax;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Commission.Api.Payouts;

/// <summary>Tax papers: what was issued for payouts, to whom, in three forms.</summary>
internal static class DocumentEndpoints
{
    private const string IdPrefix = "paper";

    public static void MapDocuments(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/payout-batches/{id}/documents", ListOfBatchAsync).WithTags("Payouts").WithName("listBatchDocuments").Produces<Page<DocumentView>>()
            .WithSummary("The tax papers of a batch, newest first. They are issued within seconds of the submission.");
        routes.MapGet("/contacts/{id}/documents", ListOfPayeeAsync).WithTags("Payouts").WithName("listContactDocuments").Produces<Page<DocumentView>>()
            .WithSummary("The tax papers of a payee, newest first; for itself and for staff.");
        var documents = routes.MapGroup("/documents/{document}").WithTags("Payouts");
        documents.MapGet("", (string document, HttpContext http, IActor actor, IGrainFactory grains, TaxPaperQueries papers) =>
                GetAsync(document, PaperAnswers.FormOf(http), http, actor, grains, papers))
            .WithName("getDocument").Produces<object>().WithSummary("A tax paper by its number or id: the canonical document, or the form that Accept asks for.")
            .WithDescription($"{PaperAnswers.HashHeader} has the SHA-256 of the bytes: the same for ever, and what the lists show.");
        documents.MapGet("/html", (string document, HttpContext http, IActor actor, IGrainFactory grains, TaxPaperQueries papers) =>
            GetAsync(document, PaperForm.Html, http, actor, grains, papers)).WithName("getDocumentPage").Produces<string>(200, "text/html");
        documents.MapGet("/pdf", (string document, HttpContext http, IActor actor, IGrainFactory grains, TaxPaperQueries papers) =>
            GetAsync(document, PaperForm.Pdf, http, actor, grains, papers)).WithName("getDocumentPdf").Produces<byte[]>(200, "application/pdf");
    }

    internal static string IdOf(Guid id) => TypeId.Format(IdPrefix, id);

    private static async Task<IResult> ListOfBatchAsync(
        string id, IActor actor, IGrainFactory grains, TaxPaperQueries papers, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        var batch = Answers.Id<PayoutBatchId>(id);
        await Staff.RequireAsync(grains, actor);
        if (await grains.GetGrain<IPayoutBatchGrain>(batch.ToString()).Get() is null)
            throw new ProblemException(new Refusal(RefusalCodes.UnknownPayout, $"There is no payout batch {id}.", "id"));
        var (time, after, size) = Position(cursor, limit);
        return Page(await papers.ListOfBatchAsync(batch, time, after, size, cancellationToken), size);
    }

    private static async Task<IResult> ListOfPayeeAsync(
        string id, IActor actor, IGrainFactory grains, TaxPaperQueries papers, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        var payee = Answers.Id<ContactId>(id);
        if (actor.Required != payee)
            await Staff.RequireAsync(grains, actor);
        var (time, after, size) = Position(cursor, limit);
        return Page(await papers.ListOfPayeeAsync(payee, time, after, size, cancellationToken), size);
    }

    private static (DateTimeOffset? Time, Guid? Id, int Size) Position(string? cursor, int? limit)
    {
        var (time, id) = Cursor.ReadTime(cursor);
        if (id is null)
            return (null, null, Cursor.Limit(limit));
        return TypeId.TryParse(IdPrefix, id, out var after) ? (time, after, Cursor.Limit(limit)) : throw Cursor.WrongCursor();
    }

    private static Ok<Page<DocumentView>> Page(List<TaxPaperRow> rows, int size) => TypedResults.Ok(new Page<DocumentView>(
        [.. rows.Select(DocumentView.Of)], rows.Count == size ? Cursor.WriteTime(rows[^1].IssuedAt, IdOf(rows[^1].Id)) : null));

    private static async Task<IResult> GetAsync(
        string document, PaperForm form, HttpContext http, IActor actor, IGrainFactory grains, TaxPaperQueries papers)
    {
        var row = await FindAsync(document, papers);
        if (actor.Required != row.Payee)
            await Staff.RequireAsync(grains, actor);
        var canonical = await grains.GetGrain<ITaxPaperGrain>(row.Id).Read() ?? throw Answers.NotFound($"There is no document {document}.");
        if (form == PaperForm.Json)
            return PaperAnswers.Of(http, canonical, form, row.Name);
        var (paper, refusal) = TaxDocumentEncoding.Read(canonical);
        var bytes = paper is null
            ? throw new InvalidDataException($"{row.Name} does not read back: {refusal!.Text}")
            : PaperAnswers.Render(TaxDocumentSheet.Of(paper), form);

        // Whoever was given this form before was given these bytes.
        return Hash.Of(bytes) == (form == PaperForm.Html ? row.HtmlHash : row.PdfHash)
            ? PaperAnswers.Of(http, bytes, form, row.Name)
            : throw new InvalidDataException($"{row.Name} no longer comes out as {form} as it was issued.");
    }

    private static async Task<TaxPaperRow> FindAsync(string document, TaxPaperQueries papers)
    {
        if (TypeId.TryParse(IdPrefix, document, out var id))
            return await papers.FindAsync(id) ?? throw Answers.NotFound($"There is no document {document}.");
        return await papers.FindAsync(document) switch
        {
            [] => throw Answers.NotFound($"There is no document {document}: name a number such as RCTI-000001, or an id {IdPrefix}_…"),
            [var one] => one,
            var several => throw new ProblemException(new Refusal(
                RefusalCodes.WrongState, $"{several.Count} issuers had this number; name one of {string.Join(", ", several.Select(row => IdOf(row.Id)))}.", "document")),
        };
    }
}

/// <summary>A tax paper as lists show it. Hashes are SHA-256 of its forms.</summary>
internal sealed record DocumentView(
    string Id, string Number, string Kind, string Batch, int Item, int Attempt, string Payee, string Currency, long ValueMinor, long GstMinor,
    long WithheldMinor, DateOnly IssuedOn, DateTimeOffset IssuedAt, string Hash, string HtmlHash, string PdfHash, string? CancelledBy)
{
    public static DocumentView Of(TaxPaperRow row) => new(
        DocumentEndpoints.IdOf(row.Id), row.Name, TaxDocumentEncoding.Name(row.Kind), row.Batch.ToString(), row.Item, row.Attempt, row.Payee.ToString(),
        row.Currency, row.ValueMinor, row.GstMinor, row.WithheldMinor, row.IssuedOn, row.IssuedAt, row.Hash.ToString(), row.HtmlHash.ToString(),
        row.PdfHash.ToString(), row.CancelledBy);
}
