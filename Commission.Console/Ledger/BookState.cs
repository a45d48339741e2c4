using Commission.Storage.Ledger.Log;

namespace Commission.Console.Ledger;

/// <summary>How far a book is published, in words.</summary>
/// <param name="Tone">Colour and shape.</param>
/// <param name="Text">The words.</param>
internal sealed record BookState(string Tone, string Text)
{
    /// <summary>Checkpoints come about every second; after a minute something is wrong.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(1);

    public static BookState Of(PublicLog log, DateTimeOffset now)
    {
        var waiting = log.Leaves - log.Latest.Size;
        if (waiting <= 0)
            return new BookState("ok", "Published");
        return log.WaitingSince is { } since && now - since > Late
            ? new BookState("bad", $"{Formats.Of(waiting, "leaf", "leaves")} not published since {Formats.Time(since)}")
            : new BookState("info", $"{Formats.Of(waiting, "leaf waits", "leaves wait")} for the next checkpoint");
    }
}

/// <summary>The addresses of a book's parts, as C2SP tlog-tiles writes them.</summary>
internal static class BookLinks
{
    private const int Width = 256;

    /// <summary>Where the last tile of leaf hashes, or with <c>entries</c> the last bundle of leaves, is served.</summary>
    public static string LastTile(PublicLog log, string level)
    {
        var (index, width) = ((log.Latest.Size - 1) / Width, log.Latest.Size % Width);
        var place = $"{index % 1000:000}";
        for (var rest = index / 1000; rest > 0; rest /= 1000)
            place = $"x{rest % 1000:000}/{place}";
        return $"/log/{log.Book}/tile/{level}/{place}{(width == 0 ? "" : $".p/{width}")}";
    }
}
