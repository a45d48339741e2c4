using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Commission.Domain;

/// <summary>A SHA-256 value, held inline (32 bytes) so that states with many hashes stay small.</summary>
[GenerateSerializer, Immutable, Alias("Hash")]
public readonly record struct Hash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = 32;

    [Id(0)] private readonly ulong _a;
    [Id(1)] private readonly ulong _b;
    [Id(2)] private readonly ulong _c;
    [Id(3)] private readonly ulong _d;

    /// <summary>Reads 32 bytes.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public Hash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException("A hash has 32 bytes.", nameof(bytes));
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>Thirty-two zero bytes: "nothing before this".</summary>
    public static Hash Zero => default;

    /// <summary>Its first half.</summary>
    internal UInt128 First => new(_a, _b);

    /// <summary>SHA-256 of the bytes.</summary>
    public static Hash Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Size];
        SHA256.HashData(bytes, digest);
        return new Hash(digest);
    }

    /// <summary>Reads 64 lower-case hexadecimal digits.</summary>
    public static bool TryParse(string? text, out Hash hash)
    {
        hash = default;
        if (text is not { Length: 64 } || text.AsSpan().IndexOfAnyExcept("0123456789abcdef") >= 0)
            return false;
        hash = new Hash(Convert.FromHexString(text));
        return true;
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>The 32 bytes, as a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
