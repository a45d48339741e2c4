using System.Globalization;

namespace Commission.Domain.Payouts.Sheets;

/// <summary>Lays a sheet out on pages of A4. Integers only, so that it comes out the same everywhere: thousandths of a point.</summary>
public static class SheetPdf
{
    private const int Left = 51_000;
    private const int Right = 544_000;
    private const int Top = 791_000;
    private const int Bottom = 62_000;
    private const int Gap = 8_000;
    private const int TermColumn = 130_000;

    /// <summary>The document, PDF 1.4: no time, no random id, no compression.</summary>
    public static byte[] Render(Sheet sheet)
    {
        var layout = new Layout();
        layout.Paragraph(PdfFont.Bold, 15, sheet.Title, Left, Right);
        layout.Space(6_000);
        foreach (var fact in sheet.Facts)
            layout.Row(9, [(PdfFont.Regular, fact.Name, Left, Left + TermColumn, false), (PdfFont.Regular, fact.Value, Left + TermColumn, Right, false)]);
        layout.Space(8_000);
        Table(layout, sheet);
        layout.Space(8_000);
        foreach (var total in sheet.Totals)
            layout.Row(9, [(PdfFont.Bold, total.Name, Left, Right - TermColumn, true), (PdfFont.Bold, total.Value, Right - TermColumn, Right, true)]);
        layout.Space(8_000);
        foreach (var remark in sheet.Remarks)
            layout.Paragraph(PdfFont.Regular, 9, remark, Left, Right);
        var title = sheet.Facts.Count == 0 ? sheet.Title : $"{sheet.Title} {sheet.Facts[0].Value}";
        return PdfFile.Write(title, layout.Finish());
    }

    private static void Table(Layout layout, Sheet sheet)
    {
        var edges = Edges(sheet);
        layout.Heading = [.. sheet.Columns.Select((column, i) => (PdfFont.Bold, column.Heading, edges[i], edges[i + 1] - Gap, column.IsAmount))];
        layout.Row(9, layout.Heading);
        foreach (var row in sheet.Rows)
            layout.Row(9, [.. row.Select((cell, i) => (PdfFont.Regular, cell, edges[i], edges[i + 1] - Gap, sheet.Columns[i].IsAmount))]);
        layout.Heading = [];
    }

    /// <summary>Columns are as wide as their widest cell; the widest column that holds no amounts takes what is left.</summary>
    private static int[] Edges(Sheet sheet)
    {
        int[] widths = [.. sheet.Columns.Select((column, i) => Gap + sheet.Rows.Select(row => PdfFont.Regular.Width(PdfFont.Fold(row[i]), 9))
            .Append(PdfFont.Bold.Width(PdfFont.Fold(column.Heading), 9)).Max())];
        var texts = Enumerable.Range(0, widths.Length).Where(i => !sheet.Columns[i].IsAmount).OrderByDescending(i => widths[i]).ToList();
        var elastic = texts.Count > 0 ? texts[0] : 0;
        widths[elastic] = Math.Max(60_000, Right + Gap - Left - (widths.Sum() - widths[elastic]));
        var edges = new int[widths.Length + 1];
        edges[0] = Left;
        for (var i = 0; i < widths.Length; i++)
            edges[i + 1] = edges[i] + widths[i];
        return edges;
    }

    private sealed class Layout
    {
        private readonly List<PdfPage> _pages = [];
        private int _y = int.MinValue;

        /// <summary>What is repeated at the head of every page while a table goes on.</summary>
        public IReadOnlyList<(PdfFont Font, string Text, int From, int To, bool ToTheRight)> Heading { get; set; } = [];

        public void Space(int height) => _y -= height;

        public void Paragraph(PdfFont font, int size, string text, int from, int to) => Row(size, [(font, text, from, to, false)]);

        public void Row(int size, IReadOnlyList<(PdfFont Font, string Text, int From, int To, bool ToTheRight)> cells)
        {
            var wrapped = cells.Select(cell => Wrap(cell.Font, size, PdfFont.Fold(cell.Text), cell.To - cell.From)).ToList();
            var leading = size * 1_350;
            for (var line = 0; line < wrapped.Max(lines => lines.Count); line++)
            {
                Take(size, leading);
                foreach (var (index, cell) in cells.Index())
                {
                    if (line >= wrapped[index].Count)
                        continue;
                    var text = wrapped[index][line];
                    _pages[^1].Text(cell.Font, size, cell.ToTheRight ? cell.To - cell.Font.Width(text, size) : cell.From, _y, text);
                }
            }
            _y -= 2_000;
        }

        public List<PdfPage> Finish()
        {
            foreach (var (index, page) in _pages.Index())
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"Page {index + 1} of {_pages.Count}");
                page.Text(PdfFont.Regular, 8, Right - PdfFont.Regular.Width(text, 8), 40_000, text);
            }
            return _pages;
        }

        private void Take(int size, int leading)
        {
            if (_pages.Count == 0 || _y - leading < Bottom)
            {
                _pages.Add(new PdfPage());
                _y = Top;
                var heading = Heading;
                Heading = [];
                if (heading.Count > 0 && _pages.Count > 1)
                    Row(size, heading);
                Heading = heading;
            }
            _y -= leading;
        }

        private static List<string> Wrap(PdfFont font, int size, string text, int width)
        {
            var lines = new List<string>();
            var line = "";
            foreach (var word in text.Split(' '))
            {
                var longer = line.Length == 0 ? word : $"{line} {word}";
                if (font.Width(longer, size) <= width)
                {
                    line = longer;
                    continue;
                }
                if (line.Length > 0)
                    lines.Add(line);
                line = word;
                while (font.Width(line, size) > width && line.Length > 1)
                {
                    var fits = Enumerable.Range(1, line.Length - 1).Last(count => count == 1 || font.Width(line[..count], size) <= width);
                    lines.Add(line[..fits]);
                    line = line[fits..];
                }
            }
            lines.Add(line);
            return lines;
        }
    }
}
