using System.Globalization;
using System.Text;

namespace Commission.Domain.Guarantees;

/// <summary>A break that was made on purpose, and what saw it.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Target">The guarantee that must see it.</param>
/// <param name="SeenBy">All guarantees that did.</param>
/// <param name="First">What the target said first; null when it saw nothing.</param>
public sealed record SeenBreak(string Name, Guarantee Target, IReadOnlyList<Guarantee> SeenBy, Violation? First)
{
    /// <summary>Whether the guarantee that must see it did.</summary>
    public bool Seen => First is not null;
}

/// <summary>What a self-test came to.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="At">When.</param>
/// <param name="Deals">Deals that were copied.</param>
/// <param name="Baseline">What the checks found wrong with the copy before anything was broken; nothing when it was whole.</param>
/// <param name="Breaks">Every break.</param>
public sealed record SelfTestReport(string Run, DateTimeOffset At, int Deals, IReadOnlyList<Violation> Baseline, IReadOnlyList<SeenBreak> Breaks)
{
    /// <summary>Whether the copy was whole and every break was seen: checks that always cry find every break too.</summary>
    public bool SawAll => Baseline.Count == 0 && Breaks.Count > 0 && Breaks.All(one => one.Seen);

    /// <summary>RFC 8785 bytes.</summary>
    public byte[] ToCanonical() => new CanonicalObject()
        .Add("at", At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
        .Add("baseline", [.. Baseline.Select(Canonical)])
        .Add("breaks", [.. Breaks.Select(one => new CanonicalObject()
            .Add("code", one.Target.Code())
            .Add("first", one.First is null ? null : Canonical(one.First))
            .Add("name", one.Name)
            .Add("seen", one.Seen ? "yes" : "no")
            .Add("seenBy", string.Join(' ', one.SeenBy.Select(guarantee => guarantee.Code()))))])
        .Add("deals", Deals)
        .Add("run", Run)
        .Add("version", 1)
        .ToBytes();

    /// <summary>The text that is signed.</summary>
    /// <param name="origin">Names the installation.</param>
    public string NoteText(string origin) => new StringBuilder(origin).Append("/self-test\n")
        .Append(CultureInfo.InvariantCulture, $"seen {Breaks.Count(one => one.Seen)} of {Breaks.Count}\n")
        .Append(CultureInfo.InvariantCulture, $"sha256 {Hash.Of(ToCanonical())}\n").ToString();

    private static CanonicalObject Canonical(Violation found) => new CanonicalObject().Add("what", found.What).Add("where", found.Where);
}
