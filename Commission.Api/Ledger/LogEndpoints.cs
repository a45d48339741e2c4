using System.Globalization;
using System.Text;
using Commission.Api.Http;
using Commission.Domain;
using Commission.Domain.Ledger.Log;
using Commission.Storage.Ledger;
using Commission.Storage.Ledger.Log;

namespace Commission.Api.Ledger;

/// <summary>
/// The books as public transparency logs: checkpoints, tiles and entry bundles as C2SP tlog-tiles says, and proofs ready made.
/// No login: there is nothing personal in a leaf. Nothing is served beyond the latest checkpoint.
/// </summary>
internal static class LogEndpoints
{
    private const string Forever = "public, max-age=31536000, immutable";
    private const string Briefly = "public, max-age=1";
    private const string NoteType = "text/plain; charset=utf-8";

    public static void MapLogs(this IEndpointRouteBuilder routes)
    {
        var logs = routes.MapGroup("/log").WithTags("Log");
        logs.MapGet("", ListAsync).WithName("listLogs").Produces<Page<LogView>>().WithDescription("Every public book as a log: origin, keys, incarnations.");
        logs.MapGet("/{book}/checkpoint", CheckpointAsync).WithName("getCheckpoint").Produces<string>(200, "text/plain");
        logs.MapGet("/{book}/keys", KeysAsync).WithName("getLogKeys").Produces<string>(200, "text/plain")
            .WithDescription("Verifier keys of the present incarnation, one a line, the first one first.");
        logs.MapGet("/{book}/tile/entries/{**place}", BundleAsync).WithName("getEntryBundle").Produces<byte[]>(200, "application/octet-stream");
        logs.MapGet("/{book}/tile/{level:int}/{**place}", TileAsync).WithName("getTile").Produces<byte[]>(200, "application/octet-stream");
        logs.MapGet("/{book}/proof/inclusion", InclusionAsync).WithName("proveInclusion").Produces<InclusionView>();
        logs.MapGet("/{book}/proof/consistency", ConsistencyAsync).WithName("proveConsistency").Produces<ConsistencyView>();
        logs.MapGet("/{book}/proof/{index:long}.tlog-proof", ProofFileAsync).WithName("getLogProof").Produces<string>(200, "text/plain");
    }

    private static async Task<IResult> ListAsync(HttpContext http, PublicLogs logs, CancellationToken cancellationToken)
    {
        Cache(http, Briefly);
        return TypedResults.Ok(new Page<LogView>([.. (await logs.ListAsync(cancellationToken)).Select(LogView.Of)], null));
    }

    private static async Task<IResult> CheckpointAsync(
        HttpContext http, string book, TileQueries tiles, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var (_, latest) = await FindAsync(book, tiles, checkpoints, cancellationToken);
        Cache(http, Briefly);
        return TypedResults.Text(latest.Published, NoteType);
    }

    private static async Task<IResult> KeysAsync(
        HttpContext http, string book, TileQueries tiles, CheckpointStore checkpoints, LogNames names, CancellationToken cancellationToken)
    {
        var (_, latest) = await FindAsync(book, tiles, checkpoints, cancellationToken);
        Cache(http, Briefly);
        var keys = await VerifierKeysAsync(checkpoints, await names.OriginAsync(book, latest.Incarnation), cancellationToken);
        return TypedResults.Text(string.Concat(keys.Select(key => key + "\n")), NoteType);
    }

    private static async Task<IResult> TileAsync(
        HttpContext http, string book, int level, string place, TileQueries tiles, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var (head, latest) = await FindAsync(book, tiles, checkpoints, cancellationToken);
        if (level > 63 || !TilePath.TryRead(place, out var index, out var width) || !Covers(Tile.HashesOf(level, latest.Size), index, width))
            throw Answers.NotFound($"{book} has no such tile.");
        var hashes = await tiles.ReadTileAsync(head.BookId, level, index, width, cancellationToken) ?? throw Answers.NotFound($"{book} has no such tile.");
        Cache(http, Forever);
        return TypedResults.Bytes(TilePath.BytesOf(hashes), "application/octet-stream");
    }

    private static async Task<IResult> BundleAsync(
        HttpContext http, string book, string place, TileQueries tiles, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var (head, latest) = await FindAsync(book, tiles, checkpoints, cancellationToken);
        if (!TilePath.TryRead(place, out var index, out var width) || !Covers(latest.Size, index, width))
            throw Answers.NotFound($"{book} has no such bundle.");
        var bundle = await tiles.ReadBundleAsync(head.BookId, index, width, cancellationToken) ?? throw Answers.NotFound($"{book} has no such bundle.");
        Cache(http, Forever);
        return TypedResults.Bytes(bundle, "application/octet-stream");
    }

    private static async Task<IResult> InclusionAsync(
        HttpContext http, string book, long index, long? size, TileQueries tiles, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var (head, latest) = await FindAsync(book, tiles, checkpoints, cancellationToken);
        var of = Size("size", size ?? latest.Size, latest.Size);
        if (index < 0 || index >= of)
            throw ProblemException.Field("index", $"index must be from 0 to {of - 1}, for a tree of {of} leaves.");
        var path = await tiles.ProveInclusionAsync(head.BookId, index, of, cancellationToken);
        Open(http);
        return TypedResults.Ok(new InclusionView(
            book, index, of, (await tiles.ReadRootAsync(head.BookId, of, cancellationToken)).ToString(), [.. path.Select(hash => hash.ToString())]));
    }

    private static async Task<IResult> ConsistencyAsync(
        HttpContext http, string book, long first, long? second, TileQueries tiles, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var (head, latest) = await FindAsync(book, tiles, checkpoints, cancellationToken);
        var to = Size("second", second ?? latest.Size, latest.Size);
        if (first < 1 || first > to)
            throw ProblemException.Field("first", $"first must be from 1 to {to}.");
        var proof = await tiles.ProveConsistencyAsync(head.BookId, first, to, cancellationToken);
        Open(http);
        return TypedResults.Ok(new ConsistencyView(
            book, first, (await tiles.ReadRootAsync(head.BookId, first, cancellationToken)).ToString(), to,
            (await tiles.ReadRootAsync(head.BookId, to, cancellationToken)).ToString(), [.. proof.Select(hash => hash.ToString())]));
    }

    private static async Task<IResult> ProofFileAsync(
        HttpContext http, string book, long index, TileQueries tiles, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var (head, latest) = await FindAsync(book, tiles, checkpoints, cancellationToken);
        if (index < 0 || index >= latest.Size)
            throw Answers.NotFound($"{book} has no leaf {index} under a checkpoint.");
        var path = await tiles.ProveInclusionAsync(head.BookId, index, latest.Size, cancellationToken);
        Open(http);
        return TypedResults.Text(new LogProof(index, path, SignedNote.Read(Encoding.UTF8.GetBytes(latest.Published))).ToString(), NoteType);
    }

    private static long Size(string field, long size, long published) => size >= 1 && size <= published
        ? size
        : throw ProblemException.Field(field, $"{field} must be from 1 to {published}, which the latest checkpoint covers.");

    private static bool Covers(long hashes, long index, int width) => index <= (hashes - width) / Tile.Width && (index * Tile.Width) + width <= hashes;

    private static async Task<(TreeHead Head, StoredCheckpoint Latest)> FindAsync(
        string book, TileQueries tiles, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        if (!World.IsSimulated(book) && await tiles.ReadHeadAsync(book, cancellationToken) is { } head
            && await checkpoints.FindLatestAsync(head.BookId, cancellationToken) is { } latest)
            return (head, latest);
        throw Answers.NotFound($"There is no public log '{book}', or it has no checkpoint yet.");
    }

    private static async Task<IReadOnlyList<string>> VerifierKeysAsync(CheckpointStore checkpoints, string origin, CancellationToken cancellationToken) =>
        [.. (await checkpoints.ListKeysAsync(cancellationToken)).Select(key => new NoteKey(origin, key).ToString())];

    private static void Cache(HttpContext http, string control)
    {
        http.Response.Headers.CacheControl = control;
        Open(http);
    }

    /// <summary>Pages of others may read it: whoever checks us must not need us.</summary>
    private static void Open(HttpContext http) => http.Response.Headers.AccessControlAllowOrigin = "*";
}

/// <summary>The place of a tile as C2SP tlog-tiles writes it: <c>x001/x234/067</c>, and <c>.p/112</c> for its first 112 hashes.</summary>
internal static class TilePath
{
    private const int MaxGroups = 6;

    /// <summary>Reads a place; false when it is not written in the one way that there is.</summary>
    public static bool TryRead(string place, out long index, out int width)
    {
        (index, width) = (0, Tile.Width);
        var parts = place.Split('/');
        var partial = parts.Length > 1 && parts[^2].EndsWith(".p", StringComparison.Ordinal);
        if (partial)
        {
            if (!int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out width) || width is 0 or >= Tile.Width
                || parts[^1] != width.ToString(CultureInfo.InvariantCulture))
                return false;
            parts = [.. parts[..^2], parts[^2][..^2]];
        }
        if (parts.Length > MaxGroups)
            return false;
        for (var i = 0; i < parts.Length; i++)
        {
            var group = i < parts.Length - 1 && parts[i].StartsWith('x') ? parts[i][1..] : i == parts.Length - 1 ? parts[i] : "";
            if (group.Length != 3 || !int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var digits)
                || (i == 0 && parts.Length > 1 && digits == 0))
                return false;
            index = (index * 1_000) + digits;
        }
        return true;
    }

    /// <summary>Hashes one after another.</summary>
    public static byte[] BytesOf(IReadOnlyList<Hash> hashes)
    {
        var bytes = new byte[hashes.Count * Hash.Size];
        for (var i = 0; i < hashes.Count; i++)
            hashes[i].CopyTo(bytes.AsSpan(i * Hash.Size));
        return bytes;
    }
}

/// <summary>A book as a log.</summary>
internal sealed record LogView(
    string Book, string Origin, long Size, string Root, DateTimeOffset SignedAt, IReadOnlyList<string> Keys, IReadOnlyList<IncarnationView> Incarnations)
{
    public static LogView Of(PublicLog log) => new(
        log.Book, log.Origin, log.Latest.Size, log.Latest.Root.ToString(), log.Latest.SignedAt, [.. log.Keys.Select(key => key.ToString())],
        [.. log.Incarnations.Select(IncarnationView.Of)]);
}

/// <summary>An incarnation of a book; any but the first does not go on from what was signed before.</summary>
internal sealed record IncarnationView(int Number, DateTimeOffset StartedAt, string Reason, long? SignedSize, string? SignedRoot)
{
    public static IncarnationView Of(Incarnation of) => new(of.Number, of.StartedAt, of.Reason, of.SignedSize, of.SignedRoot?.ToString());
}

/// <summary>That a leaf is in a tree: RFC 6962 section 2.1.1, nearest sibling first.</summary>
internal sealed record InclusionView(string Book, long Index, long Size, string Root, IReadOnlyList<string> Hashes);

/// <summary>That one tree goes on from another: RFC 6962 section 2.1.2.</summary>
internal sealed record ConsistencyView(string Book, long First, string FirstRoot, long Second, string SecondRoot, IReadOnlyList<string> Hashes);
