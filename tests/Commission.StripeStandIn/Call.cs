using System.Text;
using System.Text.Json.Nodes;

namespace Commission.StripeStandIn;

/// <summary>One request, with the world that its key opens.</summary>
internal sealed record Call(World World, Form Form, Form Query, string? Account, string? IdempotencyKey, string RequestId, HttpContext Http)
{
    public string Route(string name) => (string)Http.Request.RouteValues[name]!;

    public string Path => Http.Request.Path.Value!;

    /// <summary>What must be the same when a key is used again.</summary>
    public string Fingerprint => $"{Http.Request.Method} {Path} {Account} {Form.Fingerprint()}";

    public static async Task<Call> ReadAsync(HttpContext http, Func<bool, World> worlds)
    {
        var world = worlds(IsLive(Key(http)));
        IFormCollection body = http.Request.HasFormContentType ? await http.Request.ReadFormAsync() : FormCollection.Empty;
        var account = http.Request.Headers["Stripe-Account"].FirstOrDefault();
        if (account is not null && !world.Accounts.ContainsKey(account))
        {
            throw new StripeError(403, "account_invalid",
                $"The provided key does not have access to account '{account}' (or that account does not exist). Application access may have been revoked.");
        }
        return new Call(
            world, new Form(body), new Form(http.Request.Query), account, http.Request.Headers["Idempotency-Key"].FirstOrDefault(),
            World.NewId("req"), http);
    }

    private static string Key(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return header["Bearer ".Length..].Trim();
        if (header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..])).Split(':')[0];
        throw new StripeError(401, null, "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.");
    }

    private static bool IsLive(string key) => key switch
    {
        _ when key.EndsWith("_revoked", StringComparison.Ordinal) => throw new StripeError(401, "api_key_expired", $"Expired API Key provided: {Mask(key)}"),
        _ when key.StartsWith("sk_test_", StringComparison.Ordinal) || key.StartsWith("rk_test_", StringComparison.Ordinal) => false,
        _ when key.StartsWith("sk_live_", StringComparison.Ordinal) || key.StartsWith("rk_live_", StringComparison.Ordinal) => true,
        _ => throw new StripeError(401, null, $"Invalid API Key provided: {Mask(key)}"),
    };

    private static string Mask(string key) => key.Length <= 12 ? "****" : $"{key[..8]}****{key[^4..]}";
}

/// <summary>What is sent back: status and bytes, kept for replays.</summary>
internal sealed record Answer(int Status, string Json)
{
    public static Answer Of(JsonObject body) => new(200, body.ToJsonString());

    public static Answer Of(StripeError error) => new(error.Status, error.ToJson().ToJsonString());
}
