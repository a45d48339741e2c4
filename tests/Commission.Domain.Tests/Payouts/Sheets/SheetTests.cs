using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Commission.Domain.Payouts.Sheets;
using UglyToad.PdfPig;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;

namespace Commission.Domain.Tests.Payouts.Sheets;

/// <summary>Pages and PDF files of sheets: well-formed, complete, and the same bytes for ever.</summary>
public sealed partial class SheetTests
{
    private static Sheet Paper(int rows = 2, string name = "Ruth <O'Neil> & Söhne") => new(
        "Recipient created tax invoice", [new SheetFact("Number", "RCTI-000001"), new SheetFact("Supplier", name)],
        [new SheetColumn("Date", false), new SheetColumn("Description", false), new SheetColumn("Value (AUD)", true)],
        [.. Enumerable.Range(1, rows).Select(row => (string[])["5 October 2026", $"Line {row} (with \\ and more words than one column of the page could ever hold)", "1,234.50"])],
        [new SheetFact("Total", "1,234.50 AUD")], ["The GST shown is payable by the supplier."]);

    [Fact]
    public void A_page_is_marked_up_escaped_and_without_script()
    {
        var page = Encoding.UTF8.GetString(SheetHtml.Render(Paper()));

        Assert.Contains("Ruth &lt;O&#39;Neil&gt; &amp; Söhne", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<O'Neil>", page, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en-AU\">", page, StringComparison.Ordinal);
        Assert.Equal(3, page.Split("<th scope=\"col\"").Length - 1);
        Assert.Contains(SheetHtml.ContentSecurityPolicy, page, StringComparison.Ordinal);
        var style = page[(page.IndexOf("<style>", StringComparison.Ordinal) + 7)..page.IndexOf("</style>", StringComparison.Ordinal)];
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        Assert.Contains($"'sha256-{hash}'", SheetHtml.ContentSecurityPolicy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(60)]
    [InlineData(400)]
    public void A_pdf_has_every_object_where_its_table_says(int rows)
    {
        var file = Encoding.Latin1.GetString(SheetPdf.Render(Paper(rows)));

        var start = int.Parse(StartXref().Match(file).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.StartsWith("xref\n0 ", file[start..], StringComparison.Ordinal);
        var places = Place().Matches(file[start..]).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.All(places.Index(), place => Assert.StartsWith($"{place.Index + 1} 0 obj\n", file[place.Item..], StringComparison.Ordinal));
        Assert.All(Stream().Matches(file), stream => Assert.Equal(
            int.Parse(stream.Groups[1].Value, CultureInfo.InvariantCulture),
            file.IndexOf("endstream", stream.Index, StringComparison.Ordinal) - (stream.Index + stream.Length)));
        Assert.Equal(rows, Enumerable.Range(1, rows).Count(row => file.Contains($"(Line {row} ", StringComparison.Ordinal)));
        var pages = file.Split("/Type/Page/").Length - 1;
        Assert.Contains($"(Page {pages} of {pages})", file, StringComparison.Ordinal);
    }

    /// <summary>Another program's reader: PdfPig.</summary>
    [Theory]
    [InlineData(2, 1)]
    [InlineData(60, 4)]
    public void Another_reader_finds_every_word_on_a_pdf(int rows, int pages)
    {
        using var document = PdfDocument.Open(SheetPdf.Render(Paper(rows)));

        var texts = document.GetPages().Select(page => ContentOrderTextExtractor.GetText(page));
        var words = string.Join(' ', string.Join(' ', texts).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(pages, document.NumberOfPages);
        Assert.Equal("Recipient created tax invoice RCTI-000001", document.Information.Title);
        Assert.Null(document.Information.CreationDate);
        foreach (var part in new[] { "RCTI-000001", "Ruth <O'Neil> & Söhne", "(with \\ and more words", $"Line {rows} ", "1,234.50", "The GST shown is payable by the supplier.", $"Page {pages} of {pages}" })
            Assert.Contains(part, words, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_on_a_pdf_leaves_its_page() => Assert.All(
        Text().Matches(Encoding.Latin1.GetString(SheetPdf.Render(Paper(200, new string('W', 300))))), text =>
        {
            Assert.InRange(decimal.Parse(text.Groups[1].Value, CultureInfo.InvariantCulture), 51m, 544m);
            Assert.InRange(decimal.Parse(text.Groups[2].Value, CultureInfo.InvariantCulture), 39m, 791m);
        });

    [Theory]
    [InlineData("Ruth (O'Neil) \\ Söhne", "(Ruth \\(O'Neil\\) \\\\ Söhne)")]
    [InlineData("Nguyễn Đỗ", "(Nguyen Do)")]
    [InlineData("Łukasz – 王", "(Lukasz - ?)")]
    public void A_pdf_shows_a_name_in_the_letters_that_it_has(string name, string shown) =>
        Assert.Contains(shown, Encoding.Latin1.GetString(SheetPdf.Render(Paper(1, name))), StringComparison.Ordinal);

    /// <summary>Hashes that people have been given: they are never edited.</summary>
    [Fact]
    public void The_bytes_of_both_forms_never_change()
    {
        Assert.Equal("dd5d33d73d890549cf15b2f62c940f61d68d459eed958e8701afecab6bbec8b6", Hash.Of(SheetHtml.Render(Paper())).ToString());
        Assert.Equal("e512298b5381d771f7027fd52587ccd82ed2f98bd237134a4b4efa50beff3068", Hash.Of(SheetPdf.Render(Paper())).ToString());
    }

    [GeneratedRegex(@"startxref\n(?<place>\d+)\n%%EOF\n$")]
    private static partial Regex StartXref();

    [GeneratedRegex(@"^(?<place>\d{10}) 00000 n $", RegexOptions.Multiline)]
    private static partial Regex Place();

    [GeneratedRegex(@"<</Length (?<length>\d+)>>\nstream\n")]
    private static partial Regex Stream();

    [GeneratedRegex(@"^BT /F\d \d+ Tf (?<x>\d+\.\d{3}) (?<y>\d+\.\d{3}) Td ", RegexOptions.Multiline)]
    private static partial Regex Text();
}
