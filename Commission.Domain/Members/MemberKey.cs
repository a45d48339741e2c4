namespace Commission.Domain.Members;

/// <summary>A public key of a contact, with the interval in which its signatures count.</summary>
/// <param name="Id">Derived from owner and key bytes.</param>
/// <param name="SubjectPublicKeyInfo">DER, RFC 5280 section 4.1.2.7; always EC P-256.</param>
/// <param name="ValidFrom">First instant at which a signature counts (UTC).</param>
/// <param name="ValidTo">First instant at which it no longer counts, or null while the key is in use.</param>
[GenerateSerializer, Immutable, Alias("MemberKey")]
public sealed record MemberKey(
    [property: Id(0)] KeyId Id,
    [property: Id(1)] byte[] SubjectPublicKeyInfo,
    [property: Id(2)] DateTimeOffset ValidFrom,
    [property: Id(3)] DateTimeOffset? ValidTo)
{
    /// <summary>Whether a signature made at this instant counts.</summary>
    public bool IsValidAt(DateTimeOffset instant) => ValidFrom <= instant && (ValidTo is null || instant < ValidTo);
}
