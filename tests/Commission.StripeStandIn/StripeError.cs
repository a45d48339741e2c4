using System.Text.Json.Nodes;

namespace Commission.StripeStandIn;

/// <summary>A refusal in Stripe's shape.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="code">Stripe's error code; null where Stripe gives none.</param>
/// <param name="text">The message.</param>
/// <param name="param">The parameter at fault.</param>
internal sealed class StripeError(int status, string? code, string text, string? param = null) : Exception(text)
{
    public int Status => status;

    public string? Code => code;

    /// <summary>Stripe's error type.</summary>
    public string Type { get; init; } = status >= 500 ? "api_error" : "invalid_request_error";

    /// <summary>
    /// Whether the request had begun to be executed: only then the refusal is what its idempotency key gives from now on. What fails
    /// before (parameters, limits, conflicts) leaves the key unused.
    /// </summary>
    public bool Executed { get; init; }

    public JsonObject ToJson()
    {
        var error = new JsonObject();
        if (code is not null)
        {
            error["code"] = code;
            error["doc_url"] = $"https://stripe.com/docs/error-codes/{code.Replace('_', '-')}";
        }
        error["message"] = Message;
        if (param is not null)
            error["param"] = param;
        error["type"] = Type;
        return new JsonObject { ["error"] = error };
    }

    public static StripeError Missing(string param) => new(400, "parameter_missing", $"Missing required param: {param}.", param);

    public static StripeError NotFound(string kind, string id, string param) => new(404, "resource_missing", $"No such {kind}: '{id}'", param);

    public static StripeError Invalid(string param, string text, string? code = null) => new(400, code, text, param);
}
