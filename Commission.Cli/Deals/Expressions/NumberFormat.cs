namespace Commission.Cli.Deals.Expressions;

/// <summary>How the file writes numbers, for example <c>1.234,56 €</c>. Anything that does not fit exactly is refused, never guessed.</summary>
internal sealed record NumberFormat(char DecimalMark, char? GroupMark, IReadOnlyList<string> Remove)
{
    public static readonly NumberFormat Plain = new('.', null, []);

    public bool TryParse(string text, out Ratio value)
    {
        foreach (var unwanted in Remove)
            text = text.Replace(unwanted, "", StringComparison.Ordinal);
        text = text.Trim();
        if (GroupMark is { } mark && text.Contains(mark))
        {
            if (!GroupsAreOfThree(text, mark))
            {
                value = default;
                return false;
            }

            text = text.Replace(mark.ToString(), "", StringComparison.Ordinal);
        }

        if (DecimalMark != '.')
        {
            if (text.Contains('.'))
            {
                value = default;
                return false;
            }

            text = text.Replace(DecimalMark, '.');
        }

        return Ratio.TryParse(text, out value);
    }

    /// <summary>"1,50" is not 150: a group mark in any other place tells that the file means something else.</summary>
    private bool GroupsAreOfThree(string text, char mark)
    {
        var whole = text.Split(DecimalMark)[0].TrimStart('+', '-');
        var groups = whole.Split(mark);
        return text.Count(c => c == mark) == groups.Length - 1
            && groups[0].Length is >= 1 and <= 3
            && groups.Skip(1).All(group => group.Length == 3);
    }
}
