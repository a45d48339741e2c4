using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Commission.Domain;
using Commission.Domain.Ledger.Log;
using Commission.Storage.Ledger;
using Commission.Storage.Ledger.Log;

namespace Commission.Api.Ledger;

/// <summary>A witness that the books' checkpoints are shown to; section <c>Commission:Witnesses</c>, a list.</summary>
internal sealed class WitnessSettings
{
    /// <summary>Its verifier key; cosignatures of others are not taken.</summary>
    public string Key { get; set; } = "";

    /// <summary>Where it takes add-checkpoint requests; null when it follows the log by itself.</summary>
    public Uri? Url { get; set; }
}

/// <summary>Shows new checkpoints to the witnesses (C2SP tlog-witness) and keeps what they sign. One that does not know a book answers 404.</summary>
internal sealed partial class WitnessCourier(
    IReadOnlyList<WitnessSettings> witnesses, LedgerQueries ledger, TileQueries tiles, CheckpointStore checkpoints, IHttpClientFactory clients,
    TimeProvider time, ILogger<WitnessCourier> logger) : BackgroundService
{
    public const string Client = "witness";
    private const int MaxAnswerBytes = 64 * 1024;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private readonly Dictionary<(string Origin, string Witness), long> _cosigned = [];

    [SuppressMessage("Design", "CA1031", Justification = "A witness that is away is asked again; the book does not wait for it.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var asked = witnesses.Where(witness => witness.Url is not null).ToArray();
        if (asked.Length == 0)
            return;
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var witness in asked)
            {
                try
                {
                    await ShowAsync(witness, stoppingToken);
                }
                catch (Exception error) when (!stoppingToken.IsCancellationRequested)
                {
                    LogAway(error, witness.Url!);
                }
            }
        }
    }

    private async Task ShowAsync(WitnessSettings witness, CancellationToken cancellationToken)
    {
        var key = NoteKey.Parse(witness.Key);
        foreach (var book in (await ledger.ListBooksAsync(cancellationToken)).Where(book => !World.IsSimulated(book.Book)))
        {
            var bookId = (await tiles.ReadHeadAsync(book.Book, cancellationToken))!.BookId;
            if (await checkpoints.FindLatestAsync(bookId, cancellationToken) is not { Size: > 0 } latest
                || latest.Cosignatures.Any(line => line.StartsWith($"— {key.Name} ", StringComparison.Ordinal)))
                continue;
            await ShowAsync(witness, key, bookId, latest, cancellationToken);
        }
    }

    private async Task ShowAsync(WitnessSettings witness, NoteKey key, int bookId, StoredCheckpoint latest, CancellationToken cancellationToken)
    {
        var note = SignedNote.Read(Encoding.UTF8.GetBytes(latest.Note));
        var place = (Checkpoint.Read(note.Text).Origin, key.Name);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var old = Math.Min(_cosigned.GetValueOrDefault(place), latest.Size);
            var proof = old == 0 ? [] : await tiles.ProveConsistencyAsync(bookId, old, latest.Size, cancellationToken);
            var (status, text) = await SendAsync(witness.Url!, new AddCheckpoint(old, proof, note), cancellationToken);
            if (status == HttpStatusCode.Conflict && long.TryParse(text.TrimEnd('\n'), out var known) && known != old && known <= latest.Size)
            {
                _cosigned[place] = known;
                continue;
            }
            if (status == HttpStatusCode.NotFound)
                return;
            if (status != HttpStatusCode.OK)
            {
                LogRefused(witness.Url!, latest.Size, (int)status, text);
                return;
            }
            var cosigned = SignedNote.Read(Encoding.UTF8.GetBytes($"{note.Text}\n{text}"));
            if (!key.Signed(cosigned))
            {
                LogRefused(witness.Url!, latest.Size, (int)status, "its signature does not verify");
                return;
            }
            await KeepAsync(checkpoints, bookId, latest, key, cosigned, cancellationToken);
            _cosigned[place] = latest.Size;
            return;
        }
    }

    /// <summary>Keeps the witness' lines of a note that was verified.</summary>
    public static async Task KeepAsync(
        CheckpointStore checkpoints, int bookId, StoredCheckpoint checkpoint, NoteKey key, SignedNote cosigned, CancellationToken cancellationToken)
    {
        foreach (var line in cosigned.Signatures.Where(signature => signature.Name == key.Name && signature.KeyId == key.KeyId))
            await checkpoints.AddCosignatureAsync(bookId, checkpoint.Incarnation, checkpoint.Size, key.Name, line.ToString(), cancellationToken);
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(Uri url, AddCheckpoint request, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(Client);
        client.MaxResponseContentBufferSize = MaxAnswerBytes;
        using var body = new StringContent(request.ToString(), Encoding.UTF8, "text/plain");
        using var answer = await client.PostAsync(new Uri($"{url.AbsoluteUri.TrimEnd('/')}/add-checkpoint"), body, cancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The witness at {Url} could not be asked; it will be asked again")]
    private partial void LogAway(Exception error, Uri url);

    [LoggerMessage(Level = LogLevel.Error, Message = "The witness at {Url} did not cosign checkpoint {Size}: {Status} {Text}")]
    private partial void LogRefused(Uri url, long size, int status, string text);
}
