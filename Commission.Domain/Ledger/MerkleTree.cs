using System.Numerics;
using System.Security.Cryptography;

namespace Commission.Domain.Ledger;

/// <summary>RFC 6962 section 2.1 tree hashing: leaves are prefixed 0x00, nodes 0x01, so that neither passes for the other.</summary>
public static class MerkleTree
{
    /// <summary>A hash that is begun again for each input: making one costs as much as hashing a small leaf.</summary>
    [ThreadStatic]
    private static IncrementalHash? _hash;

    /// <summary>SHA-256(0x00 ‖ bytes).</summary>
    public static Hash LeafHash(ReadOnlySpan<byte> bytes)
    {
        var hash = _hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("\0"u8);
        hash.AppendData(bytes);
        return Take(hash);
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static Hash NodeHash(Hash left, Hash right)
    {
        var hash = _hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> buffer = stackalloc byte[1 + 2 * Hash.Size];
        buffer[0] = 0x01;
        left.CopyTo(buffer[1..]);
        right.CopyTo(buffer[(1 + Hash.Size)..]);
        hash.AppendData(buffer);
        return Take(hash);
    }

    private static Hash Take(IncrementalHash hash)
    {
        Span<byte> digest = stackalloc byte[Hash.Size];
        hash.GetHashAndReset(digest);
        return new Hash(digest);
    }

    /// <summary>The root over leaf hashes; of no leaves, the SHA-256 of nothing.</summary>
    public static Hash Root(ReadOnlySpan<Hash> leaves)
    {
        if (leaves.Length == 0)
            return new Hash(SHA256.HashData([]));
        if (leaves.Length == 1)
            return leaves[0];
        var split = SplitPoint(leaves.Length);
        return NodeHash(Root(leaves[..split]), Root(leaves[split..]));
    }

    /// <summary>Every leaf's audit path (RFC 6962 section 2.1.1), nearest sibling first.</summary>
    public static Hash[][] AuditPaths(ReadOnlySpan<Hash> leaves)
    {
        var paths = new List<Hash>[leaves.Length];
        for (var i = 0; i < paths.Length; i++)
            paths[i] = [];
        if (leaves.Length > 0)
            Collect(leaves, paths);
        return [.. paths.Select(path => path.ToArray())];
    }

    /// <summary>One leaf's audit path (RFC 6962 section 2.1.1), nearest sibling first.</summary>
    public static Hash[] AuditPath(ReadOnlySpan<Hash> leaves, int index)
    {
        var path = new List<Hash>();
        while (leaves.Length > 1)
        {
            var split = SplitPoint(leaves.Length);
            var isLeft = index < split;
            path.Add(Root(isLeft ? leaves[split..] : leaves[..split]));
            leaves = isLeft ? leaves[..split] : leaves[split..];
            index = isLeft ? index : index - split;
        }
        path.Reverse();
        return [.. path];
    }

    private static Hash Collect(ReadOnlySpan<Hash> leaves, Span<List<Hash>> paths)
    {
        if (leaves.Length == 1)
            return leaves[0];
        var split = SplitPoint(leaves.Length);
        var left = Collect(leaves[..split], paths[..split]);
        var right = Collect(leaves[split..], paths[split..]);
        foreach (var path in paths[..split])
            path.Add(right);
        foreach (var path in paths[split..])
            path.Add(left);
        return NodeHash(left, right);
    }

    /// <summary>The root that a leaf and its audit path lead to, or null when the path cannot belong to that place.</summary>
    public static Hash? RootFromPath(Hash leaf, long index, long size, ReadOnlySpan<Hash> path)
    {
        if (index < 0 || index >= size)
            return null;
        var (node, last, hash) = (index, size - 1, leaf);
        foreach (var sibling in path)
        {
            if (last == 0)
                return null;
            if ((node & 1) == 1 || node == last)
            {
                hash = NodeHash(sibling, hash);
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 ? hash : null;
    }

    private static int SplitPoint(int count) => (int)(BitOperations.RoundUpToPowerOf2((uint)count) / 2);
}
