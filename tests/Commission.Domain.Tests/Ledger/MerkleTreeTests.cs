using Commission.Domain.Ledger;
using CsCheck;

namespace Commission.Domain.Tests.Ledger;

/// <summary>The eight leaves, roots and paths of the Certificate Transparency reference tests (RFC 6962 section 2.1).</summary>
public sealed class MerkleTreeTests
{
    private static readonly string[] Inputs =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly Hash[] Leaves = [.. Inputs.Select(hex => MerkleTree.LeafHash(Convert.FromHexString(hex)))];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void A_root_is_the_published_one(int size, string root) =>
        Assert.Equal(root, MerkleTree.Root(Leaves.AsSpan(0, size)).ToString());

    public static TheoryData<int, int, string[]> Paths => new()
    {
        { 1, 0, [] },
        { 8, 0, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"] },
        { 8, 5, ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"] },
        { 3, 2, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"] },
        { 5, 1, ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"] },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public void An_audit_path_is_the_published_one(int size, int index, string[] path) =>
        Assert.Equal(path, MerkleTree.AuditPaths(Leaves.AsSpan(0, size))[index].Select(hash => hash.ToString()));

    [Fact]
    public void Every_path_leads_to_the_root_for_every_size_to_300()
    {
        var leaves = Enumerable.Range(0, 300).Select(i => Hash.Of(BitConverter.GetBytes(i))).ToArray();
        for (var size = 1; size <= leaves.Length; size++)
        {
            var (root, paths) = (MerkleTree.Root(leaves.AsSpan(0, size)), MerkleTree.AuditPaths(leaves.AsSpan(0, size)));
            for (var i = 0; i < size; i++)
                Assert.Equal(root, MerkleTree.RootFromPath(leaves[i], i, size, paths[i]));
        }
    }

    [Fact]
    public void A_path_belongs_to_one_leaf_at_one_place_in_one_size() =>
        Gen.Select(Gen.Int[2, 300], Gen.Int[0, 299], Gen.Int[0, 299]).Where((size, a, b) => a < size && b < size && a != b).Sample((size, a, b) =>
        {
            var leaves = Enumerable.Range(0, size).Select(i => Hash.Of(BitConverter.GetBytes(i))).ToArray();
            var (root, path) = (MerkleTree.Root(leaves), MerkleTree.AuditPaths(leaves)[a]);
            Hash[] swapped = [.. path[..^1], Hash.Of(path[^1].ToArray())];
            return MerkleTree.RootFromPath(leaves[b], a, size, path) != root
                && MerkleTree.RootFromPath(leaves[a], b, size, path) != root
                && MerkleTree.RootFromPath(leaves[a], a, size, swapped) != root
                && MerkleTree.RootFromPath(leaves[a], a, size, path.AsSpan(1)) is null
                && MerkleTree.RootFromPath(leaves[a], a, size, [.. path, root]) is null;
        });

    [Theory]
    [InlineData(-1, 8)]
    [InlineData(8, 8)]
    [InlineData(0, 0)]
    [InlineData(0, -1)]
    public void A_place_outside_the_tree_has_no_root(long index, long size) =>
        Assert.Null(MerkleTree.RootFromPath(Leaves[0], index, size, []));

    [Fact]
    public void A_leaf_never_passes_for_a_node()
    {
        var node = MerkleTree.NodeHash(Leaves[0], Leaves[1]);
        Assert.NotEqual(node, MerkleTree.LeafHash([.. Leaves[0].ToArray(), .. Leaves[1].ToArray()]));
        Assert.Empty(MerkleTree.AuditPaths([]));
    }

    [Fact]
    public void A_leaf_of_any_length_has_the_prefixed_hash() => Gen.Byte.Array[1000, 1050].Sample(bytes =>
        MerkleTree.LeafHash(bytes) == Hash.Of([0, .. bytes]));
}
