using System.Text;
using Commission.Domain.Payouts.Aba;

namespace Commission.Domain.Payouts.Sheets;

/// <summary>
/// Helvetica, which every reader of PDF has (ISO 32000-1 9.6.2.2), so that no font file is embedded. Its characters are those of Latin 1;
/// letters with other marks lose them and what has no form in it at all becomes a question mark, as HTML and the canonical bytes do not.
/// </summary>
internal sealed class PdfFont
{
    /// <summary>Advances of the characters from space to tilde, in thousandths of the size. Source: Adobe's Core 14 metrics, Helvetica.</summary>
    private static readonly short[] Plain =
    [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584,
        584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278,
        278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,
        500, 334, 260, 334, 584,
    ];

    /// <summary>The same of Helvetica-Bold.</summary>
    private static readonly short[] Heavy =
    [
        278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584,
        584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333,
        278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556,
        500, 389, 280, 389, 584,
    ];

    private readonly short[] _advances;

    private PdfFont(string resource, short[] advances) => (Resource, _advances) = (resource, advances);

    public static PdfFont Regular { get; } = new("F1", Plain);

    public static PdfFont Bold { get; } = new("F2", Heavy);

    /// <summary>The name under which pages know it.</summary>
    public string Resource { get; }

    /// <summary>The text in the characters that the font has.</summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text)
            folded.Append(c is (>= ' ' and <= '~') or (>= '\u00A0' and <= '\u00FF') ? c.ToString() : Folding.Of(c) ?? "?");
        return folded.ToString();
    }

    /// <summary>How wide a folded text is, in thousandths of a point.</summary>
    public int Width(string text, int size)
    {
        var width = 0;
        foreach (var c in text)
            width += Advance(c) * size;
        return width;
    }

    // A letter with a mark is as wide as without.
    private int Advance(char c) => c <= '~' ? _advances[c - ' ']
        : Folding.Of(c) is { Length: > 0 } plain ? plain.Sum(letter => (int)_advances[letter - ' ']) : 1_000;
}
