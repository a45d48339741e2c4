using System.Text;

namespace Commission.Domain.Payouts.Aba;

/// <summary>Brings texts into the characters that a bank takes.</summary>
public static class AbaText
{
    /// <summary>
    /// Folds accents and printers' signs, puts a space for printable ASCII that the bank does not take, and joins runs of spaces. A
    /// control character, a letter of another script, and a text of which nothing is left are refused.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="profile">Whose characters count.</param>
    /// <param name="field">The field that holds it.</param>
    /// <param name="width">Columns of the field.</param>
    /// <param name="mayBeCut">Whether a longer text is cut (a name) or refused (what must come back as it was).</param>
    public static (string? Text, Refusal? Refusal) Fold(string? text, AbaProfile profile, string field, int width, bool mayBeCut)
    {
        var folded = new StringBuilder(width);
        foreach (var c in text ?? "")
        {
            if (char.IsControl(c))
                return (null, StrictNode.Wrong(field, "no control characters", $"U+{(int)c:X4}"));
            if (Folding.Of(c) is not { } plain)
                return (null, StrictNode.Wrong(field, "letters that have a form in ASCII", $"U+{(int)c:X4}"));
            foreach (var letter in plain)
                Add(folded, IsTaken(letter, profile) ? letter : ' ');
        }
        var result = folded.ToString().TrimEnd();
        if (result.Length > width)
            result = mayBeCut ? result[..width].TrimEnd() : result;
        return result.Length == 0 ? (null, StrictNode.Wrong(field, "a text that is not blank", $"\"{text}\""))
            : result.Length > width ? (null, StrictNode.Wrong(field, $"at most {width} characters", $"{result.Length}"))
            : (result, null);
    }

    private static void Add(StringBuilder text, char letter)
    {
        if (letter != ' ' || (text.Length > 0 && text[^1] != ' '))
            text.Append(letter);
    }

    private static bool IsTaken(char c, AbaProfile profile) =>
        c is ' ' or (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') || profile.Characters.Contains(c, StringComparison.Ordinal);
}
