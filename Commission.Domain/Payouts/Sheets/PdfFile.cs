using System.Globalization;
using System.Text;

namespace Commission.Domain.Payouts.Sheets;

/// <summary>The text on one page.</summary>
internal sealed class PdfPage
{
    private readonly StringBuilder _content = new();

    public string Content => _content.ToString();

    /// <summary>Puts a folded text at a place, in thousandths of a point from the lower left corner.</summary>
    public void Text(PdfFont font, int size, int x, int y, string text)
    {
        if (text.Length > 0)
            _content.Append(CultureInfo.InvariantCulture, $"BT /{font.Resource} {size} Tf {Points(x)} {Points(y)} Td ({PdfFile.Escape(text)}) Tj ET\n");
    }

    private static string Points(int thousandths) => string.Create(CultureInfo.InvariantCulture, $"{thousandths / 1_000}.{thousandths % 1_000:000}");
}

/// <summary>Writes a PDF file (ISO 32000-1): a catalogue, two fonts, the pages, a table of where each object begins.</summary>
internal static class PdfFile
{
    private const int FirstPage = 6;

    public static byte[] Write(string title, IReadOnlyList<PdfPage> pages)
    {
        List<string> objects =
        [
            "<</Type/Catalog/Pages 2 0 R/Lang(en-AU)/ViewerPreferences<</DisplayDocTitle true>>>>",
            $"<</Type/Pages/Count {pages.Count}/Kids[{string.Join(' ', pages.Select((_, i) => $"{FirstPage + 2 * i} 0 R"))}]>>",
            Font("Helvetica"),
            Font("Helvetica-Bold"),
            $"<</Title({Escape(PdfFont.Fold(title))})/Producer(Commission engine)>>",
        ];
        foreach (var (index, page) in pages.Index())
        {
            objects.Add(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>"
                + $"/Contents {FirstPage + 2 * index + 1} 0 R>>");
            objects.Add($"<</Length {Encoding.Latin1.GetByteCount(page.Content)}>>\nstream\n{page.Content}endstream");
        }
        return Encoding.Latin1.GetBytes(Assemble(objects));
    }

    /// <summary>A text as it stands between parentheses.</summary>
    public static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal);

    private static string Font(string name) => $"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>";

    // Every character is one byte of Latin 1, so that places in the text are places in the file.
    private static string Assemble(List<string> objects)
    {
        var file = new StringBuilder("%PDF-1.4\n%âãÏÓ\n");
        var places = new List<int>(objects.Count);
        foreach (var (index, content) in objects.Index())
        {
            places.Add(file.Length);
            file.Append(CultureInfo.InvariantCulture, $"{index + 1} 0 obj\n{content}\nendobj\n");
        }
        var table = file.Length;
        file.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var place in places)
            file.Append(CultureInfo.InvariantCulture, $"{place:0000000000} 00000 n \n");
        return file.Append(CultureInfo.InvariantCulture, $"trailer\n<</Size {objects.Count + 1}/Root 1 0 R/Info 5 0 R>>\nstartxref\n{table}\n%%EOF\n").ToString();
    }
}
