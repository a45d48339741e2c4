using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using CsCheck;

namespace Commission.Domain.Tests.Ledger.Log;

/// <summary>
/// The tree of a book: edges, tiles and proofs. Published values are those of the Certificate Transparency reference tests
/// (github.com/google/certificate-transparency, merkle_tree_test).
/// </summary>
public sealed class TreeTests
{
    private static readonly Hash[] Published =
    [
        .. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }
            .Select(hex => MerkleTree.LeafHash(Convert.FromHexString(hex))),
    ];

    private static readonly Hash[] Many = [.. Enumerable.Range(0, 100_000).Select(i => Hash.Of(BitConverter.GetBytes(i)))];

    /// <summary>A tree that keeps everything, to give nodes of any size.</summary>
    private sealed class Kept
    {
        private readonly Dictionary<(int Level, long Index), Hash[]> _tiles = [];

        public TreeEdge Edge { get; private set; } = TreeEdge.Empty;

        public void Append(IEnumerable<Hash> leaves)
        {
            (Edge, var completed) = Edge.Append(leaves);
            foreach (var tile in completed)
            {
                Assert.Equal(MerkleTree.Root(tile.Hashes), tile.Root);
                Assert.Equal(Tile.Width, tile.Hashes.Length);
                _tiles.Add((tile.Level, tile.Index), tile.Hashes);
            }
        }

        public Hash HashOf(TreeNode node)
        {
            var hashes = _tiles.TryGetValue((node.TileLevel, node.TileIndex), out var complete) ? complete : Edge.PartialTile(node.TileLevel);
            return MerkleTree.Root([.. hashes.Skip(node.TileOffset).Take(node.TileSpan)]);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 8, "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    [InlineData(1, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    public void A_consistency_proof_is_the_published_one(int first, int second, params string[] proof)
    {
        var tree = new Kept();
        tree.Append(Published);

        Assert.Equal(proof, TreeProof.ProveConsistency(first, second, tree.HashOf).Select(hash => hash.ToString()));
    }

    [Fact]
    public void Roots_and_proofs_of_all_sizes_of_the_published_tree_hold_and_are_those_of_the_definition()
    {
        for (var size = 1; size <= Published.Length; size++)
        {
            var tree = new Kept();
            tree.Append(Published.Take(size));
            var root = MerkleTree.Root(Published.AsSpan(0, size));
            Assert.Equal(root, tree.Edge.Root);
            var paths = MerkleTree.AuditPaths(Published.AsSpan(0, size));
            for (var index = 0; index < size; index++)
            {
                Assert.Equal(paths[index], TreeProof.ProveInclusion(index, size, tree.HashOf));
                Assert.True(TreeProof.VerifyInclusion(Published[index], index, size, paths[index], root));
            }
            for (var first = 1; first <= size; first++)
            {
                var proof = TreeProof.ProveConsistency(first, size, tree.HashOf);
                Assert.True(TreeProof.VerifyConsistency(first, size, MerkleTree.Root(Published.AsSpan(0, first)), root, proof));
            }
        }
    }

    [Fact]
    public void However_leaves_are_cut_into_appends_the_edge_and_its_root_are_the_same() =>
        Gen.Select(Gen.Int[0, 2_000], Gen.Int[1, 600]).Sample((size, step) =>
        {
            var (tree, whole) = (new Kept(), TreeEdge.Empty.Append(Many.Take(size)).Next);
            foreach (var part in Many.Take(size).Chunk(step))
                tree.Append(part);
            return tree.Edge.Size == size && tree.Edge.Root == whole.Root && whole.Root == MerkleTree.Root(Many.AsSpan(0, size))
                && tree.Edge.Frontier().SequenceEqual(whole.Frontier());
        }, iter: 60);

    [Fact]
    public void An_edge_can_be_restored_from_its_parts_and_goes_on_as_before() =>
        Gen.Select(Gen.Int[0, 100_000], Gen.Int[1, 700]).Sample((size, more) =>
        {
            var edge = TreeEdge.Empty.Append(Many.Take(size)).Next;
            var restored = TreeEdge.Restore(size, edge.Frontier(), [.. Enumerable.Range(0, 8).Select(level => edge.PartialTile(level).ToArray())]);
            var (after, tiles) = edge.Append(Many.Take(more));
            var (again, sameTiles) = restored.Append(Many.Take(more));
            return restored.Root == edge.Root && again.Root == after.Root
                && tiles.Select(tile => (tile.Level, tile.Index, tile.Root)).SequenceEqual(sameTiles.Select(tile => (tile.Level, tile.Index, tile.Root)));
        }, iter: 30);

    [Fact]
    public void Parts_of_different_trees_make_no_edge()
    {
        var edge = TreeEdge.Empty.Append(Many.Take(300)).Next;
        Assert.Throws<InvalidOperationException>(() => TreeEdge.Restore(301, edge.Frontier(), [[.. edge.PartialTile(0)], [.. edge.PartialTile(1)]]));
        Assert.Throws<InvalidOperationException>(() => TreeEdge.Restore(300, edge.Frontier().AsSpan(1), [[.. edge.PartialTile(0)], [.. edge.PartialTile(1)]]));
    }

    [Fact]
    public void A_tree_of_70000_leaves_has_the_tiles_that_tlog_tiles_says()
    {
        var (edge, tiles) = TreeEdge.Empty.Append(Many.Take(70_000));
        Assert.Equal((273, 1, 0), (tiles.Count(tile => tile.Level == 0), tiles.Count(tile => tile.Level == 1), tiles.Count(tile => tile.Level == 2)));
        Assert.Equal((112, 17, 1), (edge.PartialTile(0).Count, edge.PartialTile(1).Count, edge.PartialTile(2).Count));
    }

    [Fact]
    public void Proofs_for_random_places_and_sizes_up_to_100000_hold_and_bent_ones_do_not()
    {
        var tree = new Kept();
        tree.Append(Many);
        Gen.Select(Gen.Int[1, Many.Length], Gen.Int[0, Many.Length - 1], Gen.Int[1, Many.Length], Gen.Int[0, 31])
            .Where((size, index, first, _) => index < size && first <= size)
            .Sample((size, index, first, bit) =>
            {
                var (root, path) = (RootOf(tree, size), TreeProof.ProveInclusion(index, size, tree.HashOf));
                var (early, proof) = (RootOf(tree, first), TreeProof.ProveConsistency(first, size, tree.HashOf));
                return TreeProof.VerifyInclusion(Many[index], index, size, path, root)
                    && TreeProof.VerifyConsistency(first, size, early, root, proof)
                    && Bent(path, bit).All(bent => !TreeProof.VerifyInclusion(Many[index], index, size, bent, root))
                    && !TreeProof.VerifyInclusion(Many[index], index + 1, size, path, root)
                    && !TreeProof.VerifyInclusion(Many[index], index, size, path, early == root ? Hash.Zero : early)
                    && Bent(proof, bit).All(bent => !TreeProof.VerifyConsistency(first, size, early, root, bent))
                    && (first == size || !TreeProof.VerifyConsistency(first, size, root, early, proof))
                    && !TreeProof.VerifyConsistency(first, size, Flip(early, bit), root, proof)
                    && !TreeProof.VerifyConsistency(0, size, early, root, proof)
                    && !TreeProof.VerifyConsistency(size + 1, size, early, root, proof);
            }, iter: 100);
    }

    /// <summary>The root of an earlier size, from the inclusion of its last leaf.</summary>
    private static Hash RootOf(Kept tree, int size) =>
        MerkleTree.RootFromPath(Many[size - 1], size - 1, size, TreeProof.ProveInclusion(size - 1, size, tree.HashOf))!.Value;

    /// <summary>A proof with a flipped bit, without its first or last hash, with one more, or with two in each other's place.</summary>
    private static IEnumerable<Hash[]> Bent(Hash[] proof, int bit)
    {
        yield return [.. proof, Hash.Zero];
        yield return [Hash.Zero, .. proof];
        for (var i = 0; i < proof.Length; i++)
            yield return [.. proof[..i], Flip(proof[i], bit), .. proof[(i + 1)..]];
        if (proof.Length > 0)
        {
            yield return proof[1..];
            yield return proof[..^1];
        }
        if (proof.Length > 1)
            yield return [proof[1], proof[0], .. proof[2..]];
    }

    private static Hash Flip(Hash hash, int bit)
    {
        var bytes = hash.ToArray();
        bytes[bit] ^= 1;
        return new Hash(bytes);
    }
}
