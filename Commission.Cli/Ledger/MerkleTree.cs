using System.Numerics;
using System.Security.Cryptography;

namespace Commission.Cli.Ledger;

/// <summary>The Merkle tree hash of RFC 6962 section 2.1 over SHA-256.</summary>
internal static class MerkleTree
{
    public static byte[] RootHash(IReadOnlyList<byte[]> leaves) =>
        leaves.Count == 0 ? SHA256.HashData([]) : Hash(leaves, 0, leaves.Count);

    private static byte[] Hash(IReadOnlyList<byte[]> leaves, int start, int count)
    {
        if (count == 1)
            return SHA256.HashData([0x00, .. leaves[start]]);

        var left = 1 << BitOperations.Log2((uint)count - 1);
        return SHA256.HashData([0x01, .. Hash(leaves, start, left), .. Hash(leaves, start + left, count - left)]);
    }
}
