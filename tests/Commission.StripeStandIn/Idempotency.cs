namespace Commission.StripeStandIn;

/// <summary>The same key and parameters give the first answer again, for 24 hours; other parameters are refused.</summary>
internal static class Idempotency
{
    private static readonly TimeSpan KeysLive = TimeSpan.FromHours(24);

    /// <summary>Takes the key; the answer is that of an earlier request, or null when this one shall be served.</summary>
    public static UsedKey? Take(Call call)
    {
        if (call.IdempotencyKey is not { } key || call.Http.Request.Method != HttpMethods.Post)
            return null;
        if (key.Length > 255)
            throw StripeError.Invalid("Idempotency-Key", "Idempotency keys must be at most 255 characters.");
        lock (call.World.Gate)
        {
            if (call.World.Keys.TryGetValue(Scope(call, key), out var used) && call.World.Now - used.At < KeysLive)
                return Again(call, key, used);
            call.World.Keys[Scope(call, key)] = new UsedKey(call.Fingerprint, call.World.Now, call.RequestId, null);
            return null;
        }
    }

    /// <summary>Keeps the answer for the key, or gives the key back when nothing was executed.</summary>
    public static void Keep(Call call, Answer? answer)
    {
        if (call.IdempotencyKey is not { } key || call.Http.Request.Method != HttpMethods.Post)
            return;
        lock (call.World.Gate)
        {
            if (answer is null)
                call.World.Keys.Remove(Scope(call, key));
            else
                call.World.Keys[Scope(call, key)] = call.World.Keys[Scope(call, key)] with { Answer = answer };
        }
    }

    private static UsedKey Again(Call call, string key, UsedKey used)
    {
        if (used.Fingerprint != call.Fingerprint)
        {
            throw new StripeError(400, null, "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                + $"Try using a key other than '{key}' if you meant to execute a different request.")
            {
                Type = "idempotency_error",
            };
        }
        return used.Answer is not null ? used : throw new StripeError(409, "idempotency_key_in_use",
            $"There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice): {key}")
        {
            Type = "idempotency_error",
        };
    }

    private static string Scope(Call call, string key) => $"{call.Account}\n{key}";
}
