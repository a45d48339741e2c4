using System.Net.Mime;
using Commission.Domain;
using Commission.Domain.Payouts.Sheets;
using Microsoft.Net.Http.Headers;

namespace Commission.Api.Payouts;

/// <summary>The forms in which papers and statements are given.</summary>
internal enum PaperForm
{
    Json,
    Html,
    Pdf,
}

/// <summary>Answers with papers: which form the caller wants, and the headers that go with it.</summary>
internal static class PaperAnswers
{
    public const string HashHeader = "X-Content-SHA256";

    /// <summary>The form that the Accept header prefers; JSON where it does not care.</summary>
    public static PaperForm FormOf(HttpContext http)
    {
        var accepted = http.Request.GetTypedHeaders().Accept.OrderByDescending(type => type.Quality ?? 1).Select(type => type.MediaType.Value);
        foreach (var type in accepted)
        {
            switch (type)
            {
                case MediaTypeNames.Application.Json or "*/*" or "application/*":
                    return PaperForm.Json;
                case MediaTypeNames.Text.Html or "text/*":
                    return PaperForm.Html;
                case MediaTypeNames.Application.Pdf:
                    return PaperForm.Pdf;
            }
        }
        return PaperForm.Json;
    }

    public static byte[] Render(Sheet sheet, PaperForm form) => form == PaperForm.Pdf ? SheetPdf.Render(sheet) : SheetHtml.Render(sheet);

    /// <summary>The bytes with their hash, never to be guessed as another type, run as a script or kept by a proxy.</summary>
    public static IResult Of(HttpContext http, byte[] bytes, PaperForm form, string name)
    {
        var headers = http.Response.Headers;
        headers[HashHeader] = Hash.Of(bytes).ToString();
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "private, no-cache";
        headers.Vary = HeaderNames.Accept;
        if (form == PaperForm.Html)
            headers.ContentSecurityPolicy = $"{SheetHtml.ContentSecurityPolicy}; frame-ancestors 'none'";
        var type = form switch
        {
            PaperForm.Html => "text/html; charset=utf-8",
            PaperForm.Pdf => MediaTypeNames.Application.Pdf,
            _ => MediaTypeNames.Application.Json,
        };
        headers.ContentDisposition = new ContentDispositionHeaderValue("inline") { FileName = $"{name}.{form.ToString().ToLowerInvariant()}" }.ToString();
        return TypedResults.Bytes(bytes, type);
    }
}
