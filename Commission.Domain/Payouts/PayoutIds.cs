using System.Globalization;

namespace Commission.Domain.Payouts;

/// <summary>A payout batch, <c>payout_…</c>.</summary>
[GenerateSerializer, Immutable, Alias("PayoutBatchId")]
public readonly record struct PayoutBatchId([property: Id(0)] Guid Value) : ITypedId<PayoutBatchId>
{
    /// <inheritdoc />
    public static string Prefix => "payout";

    /// <inheritdoc />
    public static PayoutBatchId From(Guid value) => new(value);

    /// <summary>The batch that a caller's idempotency key stands for.</summary>
    public static PayoutBatchId Derive(ContactId caller, string idempotencyKey) =>
        new(TypeId.Derive("commission/payout-batch/v1", caller.ToString(), idempotencyKey));

    /// <inheritdoc />
    public override string ToString() => TypeId.Format(Prefix, Value);
}

/// <summary>The references by which rails know payout items.</summary>
public static class PayoutReference
{
    /// <summary>Attempts of one item at most.</summary>
    public const int MaxAttempts = 9;

    /// <summary>
    /// The lodgement reference of an attempt: the last seven characters of the batch's id, a hyphen, the item's number and from the second
    /// attempt on <c>R2</c> … At most 16 characters, as a direct entry file wants it.
    /// </summary>
    public static string Of(PayoutBatchId batch, int item, int attempt) =>
        $"{batch.ToString()[^7..].ToUpperInvariant()}-{item}{(attempt > 1 ? $"R{attempt}" : "")}";

    /// <summary>The name under which a direct entry file is handed out, and by which the bank reports on it.</summary>
    public static string FileNameOf(PayoutBatchId batch, int part) => $"{batch}-{part}.aba";

    /// <summary>What a rail that takes any text is given, also as its idempotency key: never the same for two attempts.</summary>
    public static string KeyOf(PayoutBatchId batch, int item, int attempt) => $"{batch}/{item}/{attempt}";

    /// <summary>The key of an order that takes a payment back: the payment's own, and which order it is.</summary>
    public static string ReversalKeyOf(PayoutBatchId batch, int item, int attempt, int order) => $"{KeyOf(batch, item, attempt)}/reversal-{order}";

    /// <summary>Reads either kind of key again; false for what is no key of a payout.</summary>
    public static bool TryParse(string key, out (PayoutBatchId Batch, int Item, int Attempt, bool IsReversal) read)
    {
        read = default;
        if (key.Split('/') is not [var batch, var item, var attempt, .. { Length: <= 1 } rest])
            return false;
        if (!TypedId.TryParse<PayoutBatchId>(batch, out var id) || !int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var tried)
            || (rest.Length == 1 && !rest[0].StartsWith("reversal-", StringComparison.Ordinal)))
            return false;
        read = (id, number, tried, rest.Length == 1);
        return true;
    }
}
