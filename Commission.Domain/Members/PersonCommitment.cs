using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Commission.Domain.Members;

/// <summary>The salted hash that stands for a person in signed bytes (docs/formats/handshake.md, "Commitments").</summary>
public static class PersonCommitment
{
    /// <summary>SHA-256 of the separator, then salt, name, email and phone, each with a big-endian u32 length.</summary>
    /// <param name="salt">16 random bytes kept beside the person's data.</param>
    /// <param name="name">Display name.</param>
    /// <param name="email">Email or null, hashed as empty.</param>
    /// <param name="phone">Phone or null, hashed as empty.</param>
    public static Hash Of(ReadOnlySpan<byte> salt, string name, string? email, string? phone)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData("commission/person/v1\n"u8);
        Append(sha, salt);
        Append(sha, Encoding.UTF8.GetBytes(name));
        Append(sha, Encoding.UTF8.GetBytes(email ?? ""));
        Append(sha, Encoding.UTF8.GetBytes(phone ?? ""));
        return new Hash(sha.GetHashAndReset());
    }

    private static void Append(IncrementalHash sha, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        sha.AppendData(length);
        sha.AppendData(bytes);
    }
}
