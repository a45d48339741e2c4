using Commission.Cli.Deals.Csv;
using Commission.Cli.Deals.Expressions;

namespace Commission.Cli.Deals.Mappings;

/// <summary>What a mapping file says, read and checked. `samples/README.md` explains the language to people.</summary>
internal sealed record ImportMapping
{
    /// <summary>The prefix of every key, and what makes a second run find what the first one made.</summary>
    public required string Source { get; init; }

    public required string Currency { get; init; }

    public required CsvFormat Csv { get; init; }

    public required NumberFormat Numbers { get; init; }

    public required IReadOnlyDictionary<string, MappedColumn> Columns { get; init; }

    public required IReadOnlyDictionary<string, MappedLookup> Lookups { get; init; }

    public MappedExpression? Where { get; init; }

    public required MappedExpression Key { get; init; }

    public required MappedContact Referrer { get; init; }

    public MappedContact? Upline { get; init; }

    public required MappedContact Receiver { get; init; }

    public required MappedContact Client { get; init; }

    public required MappedExpression Vertical { get; init; }

    public required MappedExpression Product { get; init; }

    public required MappedExpression StageValue { get; init; }

    /// <summary>Null when the expression itself yields the names of stages.</summary>
    public IReadOnlyDictionary<string, StageTarget>? Stages { get; init; }

    public required IReadOnlyDictionary<Step, MappedDate> Dates { get; init; }

    public MappedExpression? AmountMinor { get; init; }

    public MappedExpression? Reason { get; init; }

    public required IReadOnlyList<SetupVertical> Setup { get; init; }
}

/// <summary>An expression and where it stands in the mapping.</summary>
internal sealed record MappedExpression(string Path, Node Root);

/// <summary>How the raw text of a column is cleaned: first replaced by the map, then by the default where it is empty.</summary>
internal sealed record MappedColumn(string Path, IReadOnlyDictionary<string, string> Map, string? Default);

/// <summary>Another CSV file, joined by <c>key = on</c>; its columns are read as <c>name.column</c>.</summary>
internal sealed record MappedLookup(string Path, string File, string Key, MappedExpression On, bool Optional, CsvFormat Csv);

internal sealed record MappedContact(MappedExpression Name, string Type);

internal sealed record MappedDate(MappedExpression Date, string[] Formats, DateOnly? Default);

internal sealed record SetupVertical(string Code, string Path, byte[] Body, IReadOnlyList<SetupRuleSet> RuleSets);

internal sealed record SetupRuleSet(string Path, byte[] Document);

/// <summary>What can be dated on a deal.</summary>
internal enum Step
{
    Referred,
    Acknowledged,
    Intake,
    Settled,
    Completed,
    Withdrawn,
    Declined,
}

/// <summary>Where a deal stands. The first five come one after the other; the last two end it.</summary>
internal enum Stage
{
    Intent,
    Acknowledged,
    Intake,
    Settled,
    Complete,
    Withdrawn,
    Declined,
}

/// <summary>The stage that a row has reached; for an ended one also the last step before, when the mapping names it.</summary>
internal readonly record struct StageTarget(Stage Stage, Stage? After)
{
    private static readonly Stage[] BeforeTheEnd = [Stage.Intent, Stage.Acknowledged, Stage.Intake];

    public bool Ends => Stage is Stage.Withdrawn or Stage.Declined;

    /// <summary>Reads <c>complete</c>, <c>withdrawn</c> or <c>withdrawn after intake</c>.</summary>
    public static StageTarget? Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (1 or 3) || Named(words[0]) is not { } stage)
            return null;
        if (words.Length == 1)
            return new StageTarget(stage, null);

        var target = words[1] == "after" ? new StageTarget(stage, Named(words[2])) : default;
        return target is { Ends: true, After: { } after } && BeforeTheEnd.Contains(after) ? target : null;
    }

    private static Stage? Named(string word)
    {
        foreach (var stage in Enum.GetValues<Stage>())
        {
            if (stage.ToString().Equals(word, StringComparison.OrdinalIgnoreCase))
                return stage;
        }

        return null;
    }
}
