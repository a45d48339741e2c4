namespace Commission.Domain.Guarantees;

/// <summary>Collects what the checks of one guarantee look at and find.</summary>
public sealed class Findings(Guarantee guarantee)
{
    /// <summary>Violations that are kept; the others are counted.</summary>
    public const int MaxViolations = 20;

    private readonly SortedDictionary<string, long> _evidence = new(StringComparer.Ordinal);
    private readonly List<Violation> _violations = [];
    private readonly List<string> _notes = [];
    private string? _unchecked;
    private int _count;
    private int _late;

    /// <summary>The guarantee.</summary>
    public Guarantee Guarantee => guarantee;

    /// <summary>Violations so far.</summary>
    public int Count => _count;

    /// <summary>Counts what was looked at.</summary>
    public void Saw(string what, long count = 1) => _evidence[what] = _evidence.GetValueOrDefault(what) + count;

    /// <summary>Notes a violation.</summary>
    public void Break(string where, string what)
    {
        _count++;
        if (_violations.Count < MaxViolations)
            _violations.Add(new Violation(where, what));
    }

    /// <summary>Notes that something was not done in time: the books are in order, and will be without being read again.</summary>
    public void Late(string where, string what)
    {
        _late++;
        Break(where, what);
    }

    /// <summary>Notes a violation, if there is one.</summary>
    public void BreakIf(string where, string? what)
    {
        if (what is not null)
            Break(where, what);
    }

    /// <summary>Says that something could not be checked.</summary>
    public void CouldNot(string why)
    {
        _unchecked ??= why;
        Note(why);
    }

    /// <summary>Says what the verdict does not cover.</summary>
    public void Note(string note)
    {
        if (!_notes.Contains(note))
            _notes.Add(note);
    }

    /// <summary>The outcome: a violation outweighs what could not be checked.</summary>
    public GuaranteeOutcome Conclude(long durationMilliseconds) => new(
        guarantee, _count > 0 ? Verdict.Broken : _unchecked is null ? Verdict.Holds : Verdict.NotChecked,
        _evidence, _violations, _count, _late, _notes, durationMilliseconds);
}
