using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Ledger.Log;
using Commission.Storage.Ledger;
using Commission.Storage.Ledger.Log;

namespace Commission.Api.Ledger;

/// <summary>Takes cosignatures from witnesses that follow the log by themselves. Nobody logs in: the signature says who it is.</summary>
internal static class CosignatureEndpoint
{
    private const string Description =
        "A checkpoint's text and, as a signed note, the lines of a witness that the configuration knows (Commission:Witnesses). Sent twice, it is kept once.";

    public static void MapCosignatures(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/log/{book}/cosignatures", PostAsync).WithName("addCosignature").WithTags("Log").WithDescription(Description)
            .Accepts<string>("text/plain").Produces(204);

    private static async Task<IResult> PostAsync(
        HttpContext http, string book, IReadOnlyList<WitnessSettings> witnesses, TileQueries tiles, CheckpointStore checkpoints,
        CancellationToken cancellationToken)
    {
        var (note, checkpoint) = await ReadAsync(http, cancellationToken);
        var head = World.IsSimulated(book) ? null : await tiles.ReadHeadAsync(book, cancellationToken);
        var stored = head is null ? null : await checkpoints.FindCoveringAsync(head.BookId, checkpoint.Size, cancellationToken);
        if (stored is null || stored.Size != checkpoint.Size || !stored.Note.StartsWith(note.Text + "\n", StringComparison.Ordinal))
            throw Answers.NotFound($"{book} has no such checkpoint of {checkpoint.Size} leaves.");
        var key = witnesses.Select(witness => NoteKey.Parse(witness.Key)).FirstOrDefault(key => key.Signed(note))
            ?? throw new ProblemException(new Refusal(RefusalCodes.InvalidSignature, "No known witness signed this checkpoint.", "signature"));
        await WitnessCourier.KeepAsync(checkpoints, head!.BookId, stored, key, note, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<(SignedNote Note, Checkpoint Checkpoint)> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var body = new byte[SignedNote.MaxBytes + 1];
        var length = await http.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            var note = SignedNote.Read(body.AsSpan(0, length));
            return (note, Checkpoint.Read(note.Text));
        }
        catch (FormatException error)
        {
            throw ProblemException.Field("body", error.Message);
        }
    }
}
