using System.Security.Cryptography;
using System.Text;

namespace Commission.Domain.Payouts.Sheets;

/// <summary>
/// A sheet as an HTML page of its own: no script, nothing from elsewhere, one style whose hash the policy names. Headings, table headers
/// and terms are marked up, so that a screen reader can say what belongs to what.
/// </summary>
public static class SheetHtml
{
    private const string Style =
        "body{font:11pt/1.45 system-ui,sans-serif;color:#111;background:#fff;margin:2rem auto;max-width:48rem;padding:0 1rem}"
        + "h1{font-size:1.4rem;margin:0 0 1rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0 0 1.2rem}"
        + "dt{color:#555}dd{margin:0;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%;margin:0 0 1.2rem}"
        + "caption{text-align:left;color:#555;padding:0 0 .3rem}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #bbb}"
        + "td{overflow-wrap:anywhere}.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;padding-right:0}"
        + "dl.t{justify-content:end;grid-template-columns:max-content max-content}dl.t dd{text-align:right;font-variant-numeric:tabular-nums}"
        + "@media print{body{margin:0;max-width:none;padding:0}thead{display:table-header-group}tr,dl.t{break-inside:avoid}@page{size:A4;margin:18mm}}";

    /// <summary>The policy under which the page is served; the page carries it too, for when it is opened from a disk.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'";

    /// <summary>The page, UTF-8.</summary>
    public static byte[] Render(Sheet sheet)
    {
        var page = new StringBuilder(4_096);
        page.Append("<!DOCTYPE html>\n<html lang=\"en-AU\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"").Append(ContentSecurityPolicy).Append("\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>").Append(Escape(TitleOf(sheet)))
            .Append("</title>\n<style>").Append(Style).Append("</style>\n</head>\n<body>\n<main>\n<h1>").Append(Escape(sheet.Title)).Append("</h1>\n");
        Terms(page, "", sheet.Facts);
        Table(page, sheet);
        Terms(page, " class=\"t\"", sheet.Totals);
        foreach (var remark in sheet.Remarks)
            page.Append("<p>").Append(Escape(remark)).Append("</p>\n");
        return Encoding.UTF8.GetBytes(page.Append("</main>\n</body>\n</html>\n").ToString());
    }

    private static string TitleOf(Sheet sheet) => sheet.Facts.Count == 0 ? sheet.Title : $"{sheet.Title} {sheet.Facts[0].Value}";

    private static void Terms(StringBuilder page, string attributes, IReadOnlyList<SheetFact> facts)
    {
        page.Append("<dl").Append(attributes).Append(">\n");
        foreach (var fact in facts)
            page.Append("<dt>").Append(Escape(fact.Name)).Append("</dt><dd>").Append(Escape(fact.Value)).Append("</dd>\n");
        page.Append("</dl>\n");
    }

    private static void Table(StringBuilder page, Sheet sheet)
    {
        page.Append("<table>\n<caption>Lines</caption>\n<thead>\n<tr>");
        foreach (var column in sheet.Columns)
            page.Append("<th scope=\"col\"").Append(ClassOf(column)).Append('>').Append(Escape(column.Heading)).Append("</th>");
        page.Append("</tr>\n</thead>\n<tbody>\n");
        foreach (var row in sheet.Rows)
        {
            page.Append("<tr>");
            foreach (var (index, cell) in row.Index())
                page.Append("<td").Append(ClassOf(sheet.Columns[index])).Append('>').Append(Escape(cell)).Append("</td>");
            page.Append("</tr>\n");
        }
        page.Append("</tbody>\n</table>\n");
    }

    private static string ClassOf(SheetColumn column) => column.IsAmount ? " class=\"n\"" : "";

    /// <summary>Text as HTML shows it. A table of our own: the bytes must not depend on a library's version.</summary>
    internal static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            escaped.Append(c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                _ => c.ToString(),
            });
        }
        return escaped.ToString();
    }
}
