using System.Globalization;
using Commission.Domain;
using Microsoft.AspNetCore.Http.Metadata;

namespace Commission.Api.Http;

/// <summary>
/// Names the parameter that an endpoint could not read. The framework names one that is required in a message only, and answers a bare 400
/// for one that is optional.
/// </summary>
internal static class UnreadParameter
{
    public static Refusal? Of(HttpContext http)
    {
        foreach (var parameter in http.GetEndpoint()?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>() ?? [])
        {
            var text = http.Request.RouteValues[parameter.Name] as string ?? http.Request.Query[parameter.Name].FirstOrDefault();
            if (!string.IsNullOrEmpty(text) && Expected(parameter.ParameterInfo.ParameterType, text) is { } expected)
                return new Refusal(RefusalCodes.InvalidField, $"{parameter.Name} must be {expected}, not \"{text}\".", parameter.Name);
        }
        return null;
    }

    /// <summary>What was expected; null where the text can be read.</summary>
    private static string? Expected(Type type, string text) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var number when number == typeof(int) => int.TryParse(text, CultureInfo.InvariantCulture, out _) ? null : "a whole number",
        var number when number == typeof(long) => long.TryParse(text, CultureInfo.InvariantCulture, out _) ? null : "a whole number",
        var flag when flag == typeof(bool) => bool.TryParse(text, out _) ? null : "true or false",
        _ => null,
    };
}
