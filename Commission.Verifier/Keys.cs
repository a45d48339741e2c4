using System.Security.Cryptography;
using Commission.Domain.Members;

namespace Commission.Verifier;

/// <summary>Public keys as they stand in packs.</summary>
internal static class Keys
{
    /// <summary>The key, or null when the bytes are no uncompressed P-256 key.</summary>
    public static ECDsa? Import(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        if (!MemberMachine.IsP256(subjectPublicKeyInfo))
            return null;
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        return key;
    }
}
