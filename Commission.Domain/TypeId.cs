using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Commission.Domain;

/// <summary>
/// Ids in the TypeID form: a prefix, an underscore and 26 characters of Crockford base32 (lower case) of a UUID.
/// UUIDv7 where the system makes them, UUIDv8 from a hash where they are derived from a caller's key.
/// Source: github.com/jetify-com/typeid, spec v0.3.
/// </summary>
public static class TypeId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int SuffixLength = 26;

    /// <summary>Writes <c>prefix_suffix</c>.</summary>
    public static string Format(string prefix, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        var number = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return string.Create(prefix.Length + 1 + SuffixLength, (prefix, number), static (span, source) =>
        {
            source.prefix.CopyTo(span);
            span[source.prefix.Length] = '_';
            var rest = source.number;
            for (var i = span.Length - 1; i > source.prefix.Length; i--, rest >>= 5)
                span[i] = Alphabet[(int)(rest & 31)];
        });
    }

    /// <summary>Reads <c>prefix_suffix</c>; false for another prefix, another length, a foreign character or overflow.</summary>
    public static bool TryParse(string prefix, string? text, out Guid value)
    {
        value = default;
        if (text is null || text.Length != prefix.Length + 1 + SuffixLength
            || !text.StartsWith(prefix, StringComparison.Ordinal) || text[prefix.Length] != '_'
            || text[prefix.Length + 1] > '7')
            return false;
        UInt128 number = 0;
        foreach (var c in text.AsSpan(prefix.Length + 1))
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
                return false;
            number = (number << 5) | (uint)digit;
        }
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        value = new Guid(bytes, bigEndian: true);
        return true;
    }

    /// <summary>
    /// A UUIDv8 (RFC 9562 section 5.8) from SHA-256 over the domain separator, a line feed and each part with a
    /// big-endian u32 length: the same parts give the same id for ever, on any machine.
    /// </summary>
    public static Guid Derive(string domain, params ReadOnlySpan<string> parts)
    {
        using var buffer = ScratchBuffer.Rent();
        buffer.Add(domain);
        buffer.Add("\n"u8);
        foreach (var part in parts)
            buffer.AddWithLength(part);
        Span<byte> digest = stackalloc byte[Hash.Size];
        SHA256.HashData(buffer.Written, digest);
        var uuid = digest[..16];
        uuid[6] = (byte)((uuid[6] & 0x0F) | 0x80);
        uuid[8] = (byte)((uuid[8] & 0x3F) | 0x80);
        return new Guid(uuid, bigEndian: true);
    }
}

/// <summary>A UUID that knows its TypeID prefix, so that an id of one kind is never taken for another.</summary>
/// <typeparam name="TSelf">The id type itself.</typeparam>
public interface ITypedId<TSelf> where TSelf : struct, ITypedId<TSelf>
{
    /// <summary>The TypeID prefix, for example <c>deal</c>.</summary>
    static abstract string Prefix { get; }

    /// <summary>Wraps a UUID.</summary>
    static abstract TSelf From(Guid value);

    /// <summary>The UUID.</summary>
    Guid Value { get; }

    /// <summary>Reads the text form; false when it is not an id of this kind.</summary>
    static virtual bool TryParse(string? text, out TSelf id)
    {
        var ok = TypeId.TryParse(TSelf.Prefix, text, out var value);
        id = ok ? TSelf.From(value) : default;
        return ok;
    }
}

/// <summary>Reads typed ids without naming the interface at each call.</summary>
public static class TypedId
{
    /// <summary>Reads the text form; false when it is not an id of this kind.</summary>
    public static bool TryParse<TId>(string? text, out TId id) where TId : struct, ITypedId<TId> =>
        TId.TryParse(text, out id);

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is not an id of this kind.</exception>
    public static TId Parse<TId>(string text) where TId : struct, ITypedId<TId> =>
        TId.TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a {TId.Prefix}_… id.");
}

/// <summary>A deal, <c>deal_…</c>.</summary>
[GenerateSerializer, Immutable, Alias("DealId")]
public readonly record struct DealId([property: Id(0)] Guid Value) : ITypedId<DealId>
{
    /// <inheritdoc />
    public static string Prefix => "deal";

    /// <inheritdoc />
    public static DealId From(Guid value) => new(value);

    /// <summary>
    /// The deal that a caller's idempotency key stands for: a retry reaches the same deal wherever it lands.
    /// </summary>
    public static DealId Derive(ContactId caller, string idempotencyKey) =>
        new(TypeId.Derive("commission/deal/v1", caller.ToString(), idempotencyKey));

    /// <inheritdoc />
    public override string ToString() => TypeId.Format(Prefix, Value);
}

/// <summary>A contact of any of the four types, <c>contact_…</c>.</summary>
[GenerateSerializer, Immutable, Alias("ContactId")]
public readonly record struct ContactId([property: Id(0)] Guid Value) : ITypedId<ContactId>
{
    /// <inheritdoc />
    public static string Prefix => "contact";

    /// <inheritdoc />
    public static ContactId From(Guid value) => new(value);

    /// <summary>The contact that a caller's idempotency key stands for.</summary>
    public static ContactId Derive(string caller, string idempotencyKey) =>
        new(TypeId.Derive("commission/contact/v1", caller, idempotencyKey));

    /// <inheritdoc />
    public override string ToString() => TypeId.Format(Prefix, Value);
}

/// <summary>A registered public key, <c>key_…</c>: derived from its owner and its bytes.</summary>
[GenerateSerializer, Immutable, Alias("KeyId")]
public readonly record struct KeyId([property: Id(0)] Guid Value) : ITypedId<KeyId>
{
    /// <inheritdoc />
    public static string Prefix => "key";

    /// <inheritdoc />
    public static KeyId From(Guid value) => new(value);

    /// <summary>The id of a key: the same owner and SubjectPublicKeyInfo give the same id.</summary>
    public static KeyId Derive(ContactId owner, ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        new(TypeId.Derive("commission/key/v1", owner.ToString(), Convert.ToHexStringLower(subjectPublicKeyInfo)));

    /// <inheritdoc />
    public override string ToString() => TypeId.Format(Prefix, Value);
}

/// <summary>An agreement, <c>agr_…</c>: derived from its reference, which is thereby unique.</summary>
[GenerateSerializer, Immutable, Alias("AgreementId")]
public readonly record struct AgreementId([property: Id(0)] Guid Value) : ITypedId<AgreementId>
{
    /// <inheritdoc />
    public static string Prefix => "agr";

    /// <inheritdoc />
    public static AgreementId From(Guid value) => new(value);

    /// <summary>The id of the agreement with this reference.</summary>
    public static AgreementId Derive(string reference) => new(TypeId.Derive("commission/agreement/v1", reference));

    /// <inheritdoc />
    public override string ToString() => TypeId.Format(Prefix, Value);
}

/// <summary>An immutable rule set version, <c>rsv_…</c>: derived from the hash of its document.</summary>
[GenerateSerializer, Immutable, Alias("RuleSetVersionId")]
public readonly record struct RuleSetVersionId([property: Id(0)] Guid Value) : ITypedId<RuleSetVersionId>
{
    /// <inheritdoc />
    public static string Prefix => "rsv";

    /// <inheritdoc />
    public static RuleSetVersionId From(Guid value) => new(value);

    /// <summary>The id of the version with this document hash.</summary>
    public static RuleSetVersionId Derive(Hash documentHash) =>
        new(TypeId.Derive("commission/rule-set-version/v1", documentHash.ToString()));

    /// <summary>The id of a later version with the same document, after one that was withdrawn.</summary>
    public static RuleSetVersionId Derive(Hash documentHash, int number) =>
        new(TypeId.Derive("commission/rule-set-version/v1", documentHash.ToString(), number.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <inheritdoc />
    public override string ToString() => TypeId.Format(Prefix, Value);
}

/// <summary>Identifies a simulation.</summary>
/// <param name="Value">The UUID.</param>
[GenerateSerializer, Immutable, Alias("SimulationId")]
public readonly record struct SimulationId([property: Id(0)] Guid Value) : ITypedId<SimulationId>
{
    /// <inheritdoc />
    public static string Prefix => "sim";

    /// <inheritdoc />
    public static SimulationId From(Guid value) => new(value);

    /// <summary>The id of the simulation that this caller asked for under this key.</summary>
    public static SimulationId Derive(ContactId caller, string idempotencyKey) =>
        new(TypeId.Derive("commission/simulation/v1", caller.ToString(), idempotencyKey));

    /// <inheritdoc />
    public override string ToString() => TypeId.Format(Prefix, Value);
}

/// <summary>A run of the guarantees, <c>run_…</c>.</summary>
/// <param name="Value">The UUID.</param>
[GenerateSerializer, Immutable, Alias("GuaranteeRunId")]
public readonly record struct GuaranteeRunId([property: Id(0)] Guid Value) : ITypedId<GuaranteeRunId>
{
    /// <inheritdoc />
    public static string Prefix => "run";

    /// <inheritdoc />
    public static GuaranteeRunId From(Guid value) => new(value);

    /// <summary>The run that this caller asked for under this key.</summary>
    public static GuaranteeRunId Derive(string caller, string idempotencyKey) => new(TypeId.Derive("commission/guarantee-run/v1", caller, idempotencyKey));

    /// <inheritdoc />
    public override string ToString() => TypeId.Format(Prefix, Value);
}
