using System.Numerics;

namespace Commission.Domain.Ledger.Log;

/// <summary>A node of the tree: the root of a perfect subtree of 2^height leaves.</summary>
/// <param name="Height">0 for a leaf.</param>
/// <param name="Index">Its place among the nodes of its height.</param>
public readonly record struct TreeNode(int Height, long Index)
{
    /// <summary>The tile level whose hashes give this node.</summary>
    public int TileLevel => Height / Tile.Height;

    /// <summary>The tile.</summary>
    public long TileIndex => Index >> (Tile.Height - (Height % Tile.Height));

    /// <summary>The first of the tile's hashes that the node spans.</summary>
    public int TileOffset => (int)(Index << (Height % Tile.Height)) & (Tile.Width - 1);

    /// <summary>How many of the tile's hashes it spans.</summary>
    public int TileSpan => 1 << (Height % Tile.Height);
}

/// <summary>
/// Inclusion and consistency proofs (RFC 6962 sections 2.1.1 and 2.1.2): which nodes they need, what they are, and whether one
/// that somebody brings is right (RFC 9162 sections 2.1.3.2 and 2.1.4.2). Pure.
/// </summary>
public static class TreeProof
{
    /// <summary>Most hashes that any proof has.</summary>
    public const int MaxHashes = 64;

    private readonly record struct Span(long From, long To);

    /// <summary>The nodes that an inclusion proof is made from.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf in a tree of that size.</exception>
    public static IReadOnlyList<TreeNode> NodesOfInclusion(long index, long size) => Nodes(Inclusion(index, size));

    /// <summary>The nodes that a consistency proof is made from.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The first size is not from 1 to the second.</exception>
    public static IReadOnlyList<TreeNode> NodesOfConsistency(long first, long second) => Nodes(Consistency(first, second));

    /// <summary>The perfect subtrees of a tree, the largest first: with their roots <see cref="TreeEdge.RootOf"/> gives the tree's.</summary>
    public static IReadOnlyList<TreeNode> NodesOfRoot(long size) => Nodes(new Span(0, size));

    /// <summary>The proof that a leaf is in the tree: RFC 6962 PATH(index, D[size]).</summary>
    /// <param name="index">The leaf's place.</param>
    /// <param name="size">Leaves of the tree.</param>
    /// <param name="hashOf">Gives each of <see cref="NodesOfInclusion"/>.</param>
    public static Hash[] ProveInclusion(long index, long size, Func<TreeNode, Hash> hashOf) => Hashes(Inclusion(index, size), hashOf);

    /// <summary>The proof that one tree goes on from another: RFC 6962 PROOF(first, D[second]).</summary>
    /// <param name="first">Leaves of the earlier tree.</param>
    /// <param name="second">Leaves of the later one.</param>
    /// <param name="hashOf">Gives each of <see cref="NodesOfConsistency"/>.</param>
    public static Hash[] ProveConsistency(long first, long second, Func<TreeNode, Hash> hashOf) => Hashes(Consistency(first, second), hashOf);

    /// <summary>Whether the proof shows that the leaf stands at this place in the tree with this root.</summary>
    public static bool VerifyInclusion(Hash leaf, long index, long size, ReadOnlySpan<Hash> proof, Hash root) =>
        MerkleTree.RootFromPath(leaf, index, size, proof) == root;

    /// <summary>Whether the proof shows that the later tree begins with the leaves of the earlier one.</summary>
    public static bool VerifyConsistency(long first, long second, Hash firstRoot, Hash secondRoot, ReadOnlySpan<Hash> proof)
    {
        if (first < 0 || first > second)
            return false;
        if (first == 0)
            return proof.Length == 0 && firstRoot == MerkleTree.Root([]);
        if (first == second)
            return proof.Length == 0 && firstRoot == secondRoot;
        return FoldConsistency(first, second, BitOperations.IsPow2(first) ? [firstRoot, .. proof] : proof) is { } roots
            && roots == (firstRoot, secondRoot);
    }

    private static (Hash First, Hash Second)? FoldConsistency(long first, long second, ReadOnlySpan<Hash> proof)
    {
        if (proof.Length == 0)
            return null;
        var (node, last) = (first - 1, second - 1);
        while ((node & 1) == 1)
            (node, last) = (node >> 1, last >> 1);
        var (early, late) = (proof[0], proof[0]);
        foreach (var hash in proof[1..])
        {
            if (last == 0)
                return null;
            if ((node & 1) == 1 || node == last)
            {
                (early, late) = (MerkleTree.NodeHash(hash, early), MerkleTree.NodeHash(hash, late));
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                late = MerkleTree.NodeHash(late, hash);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 ? (early, late) : null;
    }

    /// <summary>The spans of leaves whose roots are the path, nearest sibling first.</summary>
    private static List<Span> Inclusion(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var spans = new List<Span>();
        for (var (from, to) = (0L, size); to - from > 1;)
        {
            var middle = from + SplitPoint(to - from);
            spans.Add(index < middle ? new Span(middle, to) : new Span(from, middle));
            (from, to) = index < middle ? (from, middle) : (middle, to);
        }
        spans.Reverse();
        return spans;
    }

    private static List<Span> Consistency(long first, long second)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, second);
        var (spans, whole, from, to) = (new List<Span>(), true, 0L, second);
        while (first < to)
        {
            var middle = from + SplitPoint(to - from);
            if (first <= middle)
            {
                spans.Add(new Span(middle, to));
                to = middle;
            }
            else
            {
                spans.Add(new Span(from, middle));
                (from, whole) = (middle, false);
            }
        }
        if (!whole)
            spans.Add(new Span(from, to));
        spans.Reverse();
        return spans;
    }

    private static Hash[] Hashes(List<Span> spans, Func<TreeNode, Hash> hashOf) => [.. spans.Select(span =>
    {
        var nodes = Nodes(span);
        var root = hashOf(nodes[^1]);
        for (var i = nodes.Count - 2; i >= 0; i--)
            root = MerkleTree.NodeHash(hashOf(nodes[i]), root);
        return root;
    })];

    private static List<TreeNode> Nodes(IEnumerable<Span> spans) => [.. spans.SelectMany(Nodes)];

    /// <summary>The perfect subtrees of a span, from left to right. A span of the tree starts where a subtree at least as large can.</summary>
    private static List<TreeNode> Nodes(Span span)
    {
        var nodes = new List<TreeNode>();
        for (var from = span.From; from < span.To;)
        {
            var height = BitOperations.Log2((ulong)(span.To - from));
            nodes.Add(new TreeNode(height, from >> height));
            from += 1L << height;
        }
        return nodes;
    }

    private static long SplitPoint(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}
