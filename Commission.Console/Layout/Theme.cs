using Microsoft.AspNetCore.Http;

namespace Commission.Console.Layout;

/// <summary>Light or dark: what the reader chose, kept in a cookie; without a choice, what the reader's system says.</summary>
internal static class Theme
{
    private const string Cookie = "theme";
    private const string Light = "light";
    private const string Dark = "dark";

    /// <summary>The choice, or null.</summary>
    public static string? Of(HttpContext http) => Choice(http.Request.Query[Cookie]) ?? Choice(http.Request.Cookies[Cookie]);

    /// <summary>Keeps a choice that the address makes.</summary>
    public static void Keep(HttpContext http)
    {
        if (Choice(http.Request.Query[Cookie]) is not { } chosen)
            return;
        http.Response.Cookies.Append(Cookie, chosen, new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = TimeSpan.FromDays(365),
            SameSite = SameSiteMode.Lax,
            Secure = http.Request.IsHttps,
        });
    }

    private static string? Choice(string? text) => text is Light or Dark ? text : null;
}
