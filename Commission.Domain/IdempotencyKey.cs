using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Commission.Domain;

/// <summary>
/// A caller's idempotency key and the body it came with, as two 128-bit digests: enough to recognise a retry and a
/// reuse with another body, small enough to keep in a state for ever.
/// </summary>
/// <param name="Key">First 16 bytes of SHA-256 over caller and key.</param>
/// <param name="Body">First 16 bytes of SHA-256 over operation and canonical body.</param>
[GenerateSerializer, Immutable, Alias("RequestFingerprint")]
public readonly record struct RequestFingerprint([property: Id(0)] UInt128 Key, [property: Id(1)] UInt128 Body)
{
    /// <summary>The fingerprint of one request.</summary>
    /// <param name="caller">Who sent it; keys of different callers never meet.</param>
    /// <param name="idempotencyKey">The key as sent.</param>
    /// <param name="operation">Method and route, so that one key cannot serve two operations.</param>
    /// <param name="body">The body's bytes.</param>
    public static RequestFingerprint Of(string caller, string idempotencyKey, string operation, ReadOnlySpan<byte> body)
    {
        using var buffer = ScratchBuffer.Rent();
        buffer.Add(caller);
        buffer.Add("\n"u8);
        buffer.Add(idempotencyKey);
        var key = First128(buffer.Written);
        buffer.Clear();
        buffer.Add(operation);
        buffer.Add("\n"u8);
        buffer.Add(body);
        return new RequestFingerprint(key, First128(buffer.Written));
    }

    private static UInt128 First128(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Hash.Size];
        SHA256.HashData(bytes, digest);
        return BinaryPrimitives.ReadUInt128BigEndian(digest);
    }

    /// <summary>The refusal of a key that comes back with another body.</summary>
    public static Refusal Reused() => new(
        RefusalCodes.IdempotencyKeyReused,
        "This Idempotency-Key was used with another request. Use a new key for a new request.",
        "Idempotency-Key");
}
