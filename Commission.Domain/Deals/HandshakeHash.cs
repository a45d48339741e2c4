using System.Buffers.Binary;

namespace Commission.Domain.Deals;

/// <summary>The hash that links handshakes.</summary>
public static class HandshakeHash
{
    private static ReadOnlySpan<byte> Separator => "commission/handshake/v1\n"u8;

    /// <summary>SHA-256 of the separator, then payload and envelope, each with a big-endian u32 length.</summary>
    public static Hash Of(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> envelope)
    {
        var buffer = new byte[Separator.Length + 8 + payload.Length + envelope.Length];
        var rest = buffer.AsSpan();
        Separator.CopyTo(rest);
        rest = rest[Separator.Length..];
        Append(ref rest, payload);
        Append(ref rest, envelope);
        return Hash.Of(buffer);
    }

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(rest, bytes.Length);
        bytes.CopyTo(rest[4..]);
        rest = rest[(4 + bytes.Length)..];
    }
}
