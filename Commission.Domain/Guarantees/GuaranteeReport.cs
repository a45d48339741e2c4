using System.Globalization;
using System.Text;

namespace Commission.Domain.Guarantees;

/// <summary>How far a run read one book, and from where: what is before was read by an earlier run.</summary>
/// <param name="Book">The book.</param>
/// <param name="From">Leaves that an earlier run had verified.</param>
/// <param name="Size">Leaves now.</param>
/// <param name="Root">Root over them (RFC 6962).</param>
public sealed record BookExtent(string Book, long From, long Size, Hash Root);

/// <summary>What one run found, as it is signed and kept.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="At">When it read.</param>
/// <param name="Full">Whether it read everything.</param>
/// <param name="FullAt">When everything was read last.</param>
/// <param name="Books">What was read.</param>
/// <param name="Outcomes">One for each guarantee.</param>
public sealed record GuaranteeReport(
    string Run, DateTimeOffset At, bool Full, DateTimeOffset? FullAt, IReadOnlyList<BookExtent> Books, IReadOnlyList<GuaranteeOutcome> Outcomes)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Whether all six hold.</summary>
    public bool Holds => Outcomes.All(outcome => outcome.Verdict == Verdict.Holds);

    /// <summary>Whether nothing was found but delays: then the books need not be read anew.</summary>
    public bool IsAtMostLate => Outcomes.All(outcome =>
        outcome.Verdict == Verdict.Holds || (outcome.ViolationCount > 0 && outcome.ViolationCount == outcome.LateCount));

    /// <summary>RFC 8785 bytes.</summary>
    public byte[] ToCanonical() => new CanonicalObject()
        .Add("at", Text(At))
        .Add("books", [.. Books.Select(book => new CanonicalObject()
            .Add("book", book.Book).Add("from", book.From).Add("root", book.Root.ToString()).Add("size", book.Size))])
        .Add("extent", Full ? "full" : "incremental")
        .Add("fullAt", FullAt is { } full ? Text(full) : null)
        .Add("guarantees", [.. Outcomes.Select(Canonical)])
        .Add("run", Run)
        .Add("version", 1)
        .ToBytes();

    /// <summary>The same of a report that was stored.</summary>
    public static bool IsOnlyLate(byte[] report)
    {
        using var json = CanonicalJson.Parse(report);
        return json.RootElement.GetProperty("guarantees").EnumerateArray().All(one => one.GetProperty("verdict").GetString() == Verdict.Holds.Word()
            || (one.TryGetProperty("lateCount", out var late) && late.GetInt32() > 0 && late.GetInt32() == one.GetProperty("violationCount").GetInt32()));
    }

    /// <summary>
    /// The text that is signed (docs/guarantees.md): origin, time, the verdicts, and the hash of the report's bytes. Its second
    /// line is no number, so that it can never pass for a checkpoint.
    /// </summary>
    /// <param name="origin">Names the installation.</param>
    public string NoteText(string origin)
    {
        var text = new StringBuilder(origin).Append('\n').Append(Text(At)).Append('\n');
        foreach (var outcome in Outcomes)
            text.Append(CultureInfo.InvariantCulture, $"{outcome.Guarantee.Code()} {outcome.Verdict.Word()}\n");
        return text.Append(CultureInfo.InvariantCulture, $"sha256 {Hash.Of(ToCanonical())}\n").ToString();
    }

    private static CanonicalObject Canonical(GuaranteeOutcome outcome)
    {
        var evidence = new CanonicalObject();
        foreach (var (what, count) in outcome.Evidence)
            evidence.Add(what, count);
        return new CanonicalObject()
            .Add("code", outcome.Guarantee.Code())
            .Add("durationMilliseconds", outcome.DurationMilliseconds)
            .Add("evidence", evidence)
            .Add("lateCount", outcome.LateCount)
            .Add("name", outcome.Guarantee.Name())
            .Add("notes", outcome.Notes)
            .Add("statement", outcome.Guarantee.Statement())
            .Add("verdict", outcome.Verdict.Word())
            .Add("violationCount", outcome.ViolationCount)
            .Add("violations", [.. outcome.Violations.Select(found => new CanonicalObject().Add("what", found.What).Add("where", found.Where))]);
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
