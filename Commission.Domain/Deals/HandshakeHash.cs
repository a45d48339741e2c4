namespace Commission.Domain.Deals;

/// <summary>The hash that links handshakes.</summary>
public static class HandshakeHash
{
    private static ReadOnlySpan<byte> Separator => "commission/handshake/v1\n"u8;

    /// <summary>SHA-256 of the separator, then payload and envelope, each with a big-endian u32 length.</summary>
    public static Hash Of(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> envelope)
    {
        using var buffer = ScratchBuffer.Rent();
        buffer.Add(Separator);
        buffer.AddWithLength(payload);
        buffer.AddWithLength(envelope);
        return Hash.Of(buffer.Written);
    }
}
