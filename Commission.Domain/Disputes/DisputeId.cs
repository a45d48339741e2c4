namespace Commission.Domain.Disputes;

/// <summary>A dispute, <c>dispute_…</c>.</summary>
[GenerateSerializer, Immutable, Alias("DisputeId")]
public readonly record struct DisputeId([property: Id(0)] Guid Value) : ITypedId<DisputeId>
{
    /// <inheritdoc />
    public static string Prefix => "dispute";

    /// <inheritdoc />
    public static DisputeId From(Guid value) => new(value);

    /// <summary>The dispute that a caller's idempotency key stands for.</summary>
    public static DisputeId Derive(ContactId caller, string idempotencyKey) =>
        new(TypeId.Derive("commission/dispute/v1", caller.ToString(), idempotencyKey));

    /// <inheritdoc />
    public override string ToString() => TypeId.Format(Prefix, Value);
}
