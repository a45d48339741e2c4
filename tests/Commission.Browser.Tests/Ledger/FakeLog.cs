using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using Commission.Api.Ledger;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Microsoft.Playwright;

namespace Commission.Browser.Tests.Ledger;

/// <summary>A log that a server could show: of any size, and as false as a test wants it. It answers in the place of the engine's ledger.</summary>
internal sealed class FakeLog : IDisposable
{
    private const string Book = "ledger";
    private readonly List<byte[]> _leaves = [];
    private readonly List<Hash> _hashes = [];
    private readonly ECDsa _key;

    private FakeLog(ECDsa key) => _key = key;

    /// <summary>Installation, book and incarnation.</summary>
    public string Origin { get; init; } = $"installation/{Book}/1";

    /// <summary>What is answered instead, by path; null for a failure of the server.</summary>
    public Dictionary<string, byte[]?> Instead { get; } = new(StringComparer.Ordinal);

    /// <summary>More signature lines, such as those of witnesses.</summary>
    public List<NoteKeyPair> Cosigners { get; } = [];

    public int Size => _leaves.Count;

    public NoteKey Key => new(Origin, _key.ExportSubjectPublicKeyInfo());

    public static FakeLog Of(int size, int seed = 0)
    {
        var log = new FakeLog(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        log.Grow(size, seed);
        return log;
    }

    /// <summary>Another book of the same signer: the first leaves are the same, the others are not.</summary>
    public FakeLog Fork(int same, int size, int incarnation = 1)
    {
        var fork = new FakeLog(ECDsa.Create(_key.ExportParameters(includePrivateParameters: true))) { Origin = $"installation/{Book}/{incarnation}" };
        foreach (var leaf in _leaves.Take(same))
            fork.Add(leaf);
        fork.Grow(size - same, seed: 1);
        return fork;
    }

    public void Grow(int more, int seed = 0)
    {
        for (var i = 0; i < more; i++)
        {
            var act = new ActDraft(AdministrativeAct.ProductAdded, new Guid(seed, 0, 0, new byte[8]), """{"act":"product-added"}"""u8.ToArray());
            Add(LeafEncoding.Encode(new ActLeaf(Book, Size, Size == 0 ? Hash.Zero : _hashes[^1], DateTimeOffset.UnixEpoch, act)));
        }
    }

    /// <summary>Changes a leaf that is served, and not the tree over it.</summary>
    public void Flip(int leaf) => _leaves[leaf] = [.. _leaves[leaf][..^10], (byte)(_leaves[leaf][^10] ^ 1), .. _leaves[leaf][^9..]];

    /// <summary>The signed checkpoint of so many leaves.</summary>
    public string Note(int size)
    {
        var text = new Checkpoint(Origin, size, Root(0, size)).Text;
        var signers = Cosigners.Prepend(new NoteKeyPair(Key, _key));
        var lines = signers.Select(signer => new NoteSignature(signer.Public.Name, signer.Public.KeyId, signer.Sign(text)));
        return new SignedNote(text, [.. lines]).ToString();
    }

    /// <summary>Answers this visitor in the engine's place.</summary>
    public Task ServeAsync(Visitor visitor) => visitor.Page.RouteAsync($"**/log/{Book}/**", async route =>
    {
        var address = new Uri(route.Request.Url);
        var body = Answer(address.AbsolutePath[$"/log/{Book}/".Length..], HttpUtility.ParseQueryString(address.Query));
        await route.FulfillAsync(new RouteFulfillOptions { Status = body is null ? 503 : 200, BodyBytes = body ?? [] });
    });

    public void Dispose() => _key.Dispose();

    private byte[]? Answer(string path, System.Collections.Specialized.NameValueCollection query)
    {
        if (Instead.TryGetValue(path, out var instead))
            return instead;
        int Number(string name) => int.Parse(query[name]!, CultureInfo.InvariantCulture);
        return path switch
        {
            "checkpoint" => Encoding.UTF8.GetBytes(Note(Size)),
            "keys" => Encoding.UTF8.GetBytes($"{Key}\n"),
            "proof/inclusion" => Proof(TreeProof.ProveInclusion(Number("index"), Number("size"), NodeOf)),
            "proof/consistency" => Proof(TreeProof.ProveConsistency(Number("first"), Number("second"), NodeOf)),
            _ => Tile(path.Split('/', 3)),
        };
    }

    private byte[] Tile(string[] parts)
    {
        Assert.True(TilePath.TryRead(parts[2], out var index, out var width), parts[2]);
        if (parts[1] != "entries")
        {
            var level = int.Parse(parts[1], CultureInfo.InvariantCulture);
            return TilePath.BytesOf([.. Enumerable.Range(0, width).Select(i => NodeOf(new TreeNode(8 * level, (index * 256) + i)))]);
        }
        var bundle = new MemoryStream();
        Span<byte> length = stackalloc byte[2];
        foreach (var leaf in _leaves.Skip((int)index * 256).Take(width))
        {
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)leaf.Length);
            bundle.Write(length);
            bundle.Write(leaf);
        }
        return bundle.ToArray();
    }

    private static byte[] Proof(Hash[] hashes) => JsonSerializer.SerializeToUtf8Bytes(new { hashes = hashes.Select(hash => hash.ToString()) });

    private Hash NodeOf(TreeNode node) => Root((int)(node.Index << node.Height), (int)((node.Index + 1) << node.Height));

    private Hash Root(int from, int to) => MerkleTree.Root([.. _hashes[from..to]]);

    private void Add(byte[] leaf)
    {
        _leaves.Add(leaf);
        _hashes.Add(MerkleTree.LeafHash(leaf));
    }
}

/// <summary>A key that signs notes.</summary>
internal sealed record NoteKeyPair(NoteKey Public, ECDsa Private)
{
    public static NoteKeyPair New(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new NoteKeyPair(new NoteKey(name, key.ExportSubjectPublicKeyInfo()), key);
    }

    public byte[] Sign(string text) => Private.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
}
