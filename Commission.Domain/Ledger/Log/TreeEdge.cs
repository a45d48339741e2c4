using System.Numerics;

namespace Commission.Domain.Ledger.Log;

/// <summary>A complete tile: 256 hashes of one level (C2SP tlog-tiles), and the hash of the subtree that they span.</summary>
/// <param name="Level">0 for leaf hashes; each hash of a higher level is the root of a complete tile below.</param>
/// <param name="Index">Its place in the level.</param>
/// <param name="Hashes">The 256 hashes.</param>
/// <param name="Root">The subtree's hash.</param>
public sealed record Tile(int Level, long Index, Hash[] Hashes, Hash Root)
{
    /// <summary>Hashes of a complete tile.</summary>
    public const int Width = 256;

    /// <summary>Levels of the tree between one level of tiles and the next.</summary>
    public const int Height = 8;

    /// <summary>Hashes that the rightmost tile of a level has in a tree of a size; 0 when that tile does not exist.</summary>
    public static int WidthOfLast(int level, long size) => (int)((size >> (Height * level)) % Width);

    /// <summary>Hashes of the level in a tree of a size, in all tiles.</summary>
    public static long HashesOf(int level, long size) => level >= 8 ? 0 : size >> (Height * level);
}

/// <summary>
/// The right edge of an RFC 6962 tree: what must be known of it to append, and nothing more. That is the roots of its perfect
/// subtrees (the frontier) and the tiles that are not complete. Immutable: an append gives the next edge.
/// </summary>
public sealed class TreeEdge
{
    private const int MaxHeight = 63;
    private readonly Hash[] _roots;
    private readonly Hash[][] _partial;

    private TreeEdge(long size, Hash[] roots, Hash[][] partial) => (Size, _roots, _partial) = (size, roots, partial);

    /// <summary>The edge of a tree without leaves.</summary>
    public static TreeEdge Empty { get; } = new(0, new Hash[MaxHeight], []);

    /// <summary>Leaves of the tree.</summary>
    public long Size { get; }

    /// <summary>The root over all leaves (RFC 6962 section 2.1).</summary>
    public Hash Root => RootOf(Size, Frontier());

    /// <summary>The roots of the perfect subtrees, the largest first: one for each 1 in the size's binary form.</summary>
    public Hash[] Frontier()
    {
        var frontier = new Hash[BitOperations.PopCount((ulong)Size)];
        for (int height = 0, at = frontier.Length; height < MaxHeight; height++)
        {
            if ((Size >> height & 1) == 1)
                frontier[--at] = _roots[height];
        }
        return frontier;
    }

    /// <summary>Hashes of the rightmost tile of a level, which is not complete.</summary>
    public IReadOnlyList<Hash> PartialTile(int level) => level < _partial.Length ? _partial[level] : [];

    /// <summary>Puts an edge together again from what is stored.</summary>
    /// <param name="size">Leaves.</param>
    /// <param name="frontier">As <see cref="Frontier"/> gives it.</param>
    /// <param name="partial">The incomplete tile of each level, from level 0.</param>
    /// <exception cref="InvalidOperationException">The parts do not belong to one tree.</exception>
    public static TreeEdge Restore(long size, ReadOnlySpan<Hash> frontier, IReadOnlyList<Hash[]> partial)
    {
        if (size < 0 || frontier.Length != BitOperations.PopCount((ulong)size))
            throw new InvalidOperationException($"A tree of {size} leaves has {BitOperations.PopCount((ulong)size)} perfect subtrees, not {frontier.Length}.");
        var roots = new Hash[MaxHeight];
        for (int height = 0, at = frontier.Length; height < MaxHeight; height++)
        {
            if ((size >> height & 1) == 1)
                roots[height] = frontier[--at];
        }
        for (var level = 0; level < partial.Count; level++)
        {
            if (partial[level].Length != Tile.WidthOfLast(level, size))
                throw new InvalidOperationException($"Level {level} of a tree of {size} leaves ends with {Tile.WidthOfLast(level, size)} hashes, not {partial[level].Length}.");
            var ofLevel = Enumerable.Range(level * Tile.Height, Tile.Height).Where(height => (size >> height & 1) == 1).Reverse();
            if (!Subtrees(partial[level]).SequenceEqual(ofLevel.Select(height => roots[height])))
                throw new InvalidOperationException($"Level {level} of a tree of {size} leaves does not give its frontier.");
        }
        return new TreeEdge(size, roots, [.. partial]);
    }

    /// <summary>Puts an edge together from its incomplete tiles alone: they give the frontier.</summary>
    /// <param name="size">Leaves.</param>
    /// <param name="partial">The incomplete tile of each level, from level 0.</param>
    /// <exception cref="InvalidOperationException">The tiles are not those of a tree of that size.</exception>
    public static TreeEdge OfTiles(long size, IReadOnlyList<Hash[]> partial) =>
        Restore(size, [.. partial.Reverse().SelectMany(Subtrees)], partial);

    /// <summary>Appends leaves.</summary>
    /// <param name="leaves">Their hashes (<see cref="MerkleTree.LeafHash"/>).</param>
    /// <returns>The next edge, and the tiles that became complete.</returns>
    public (TreeEdge Next, IReadOnlyList<Tile> Completed) Append(IEnumerable<Hash> leaves)
    {
        var (size, roots, completed) = (Size, (Hash[])_roots.Clone(), new List<Tile>());
        List<List<Hash>> partial = [.. _partial.Select(tile => tile.ToList())];
        foreach (var leaf in leaves)
        {
            Add(partial, 0, leaf);
            var (height, root) = (0, leaf);
            for (; (size >> height & 1) == 1; height++)
            {
                root = MerkleTree.NodeHash(roots[height], root);
                if ((height + 1) % Tile.Height == 0)
                    Complete(partial, completed, height / Tile.Height, size >> (height + 1), root);
            }
            roots[height] = root;
            size++;
        }
        return (new TreeEdge(size, roots, [.. partial.Select(tile => tile.ToArray())]), completed);
    }

    /// <summary>The root of a tree with this frontier (RFC 6962 section 2.1); of no leaves, the SHA-256 of nothing.</summary>
    public static Hash RootOf(long size, ReadOnlySpan<Hash> frontier)
    {
        if (size == 0)
            return MerkleTree.Root([]);
        var root = frontier[^1];
        for (var i = frontier.Length - 2; i >= 0; i--)
            root = MerkleTree.NodeHash(frontier[i], root);
        return root;
    }

    /// <summary>The roots of the perfect subtrees of an incomplete tile, the largest first.</summary>
    private static IEnumerable<Hash> Subtrees(Hash[] tile)
    {
        for (var (from, width) = (0, Tile.Width / 2); width > 0; width /= 2)
        {
            if ((tile.Length & width) == 0)
                continue;
            yield return MerkleTree.Root(tile.AsSpan(from, width));
            from += width;
        }
    }

    private static void Complete(List<List<Hash>> partial, List<Tile> completed, int level, long index, Hash root)
    {
        completed.Add(new Tile(level, index, [.. partial[level]], root));
        partial[level].Clear();
        Add(partial, level + 1, root);
    }

    private static void Add(List<List<Hash>> partial, int level, Hash hash)
    {
        if (level == partial.Count)
            partial.Add([]);
        partial[level].Add(hash);
    }
}
