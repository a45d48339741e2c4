using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Testing;

namespace Commission.Api.Tests.Ledger;

/// <summary>Books as public logs, read as an outsider reads them: with nothing but a verifier key.</summary>
public sealed class LogTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task A_checkpoint_is_signed_by_the_published_key_and_covers_the_book_within_seconds()
    {
        var deal = await (await Network.CreateAsync(engine)).DealAsync(5);
        await deal.WhenBookedAsync(3);

        var (checkpoint, _) = await WhenCoveredAsync("ledger");

        Assert.EndsWith("/ledger/1", checkpoint.Origin, StringComparison.Ordinal);
        Assert.StartsWith("commission-", checkpoint.Origin, StringComparison.Ordinal);
        var log = (await engine.GetAsync("/log")).Items.Single(item => item.GetProperty("book").GetString() == "ledger");
        Assert.Equal(checkpoint.Origin, log.GetProperty("origin").GetString());
        Assert.Equal(1, log.GetProperty("incarnations").GetArrayLength());
    }

    [Fact]
    public async Task From_tiles_and_bundles_alone_an_outsider_gets_every_leaf_and_the_signed_root()
    {
        var network = await Network.CreateAsync(engine);
        var deals = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => network.DealAsync(5)));
        await deals[^1].WhenBookedAsync(3);
        var (checkpoint, _) = await WhenCoveredAsync("handshakes");
        Assert.True(checkpoint.Size > Tile.Width);

        var hashes = new List<Hash>();
        for (var index = 0; index * Tile.Width < checkpoint.Size; index++)
        {
            var width = (int)Math.Min(Tile.Width, checkpoint.Size - (index * Tile.Width));
            var place = string.Create(CultureInfo.InvariantCulture, $"{index:000}{(width < Tile.Width ? $".p/{width}" : "")}");
            var tile = (await engine.GetAsync($"/log/handshakes/tile/0/{place}")).Bytes.Chunk(Hash.Size).Select(hash => new Hash(hash)).ToArray();
            var bundle = Unbundle((await engine.GetAsync($"/log/handshakes/tile/entries/{place}")).Bytes);
            Assert.Equal(tile, bundle.Select(bytes => MerkleTree.LeafHash(bytes)));
            hashes.AddRange(tile);
        }

        Assert.Equal(checkpoint.Root, MerkleTree.Root([.. hashes]));
        var above = (await engine.GetAsync($"/log/handshakes/tile/1/000.p/{checkpoint.Size / Tile.Width}")).Bytes;
        Assert.Equal(MerkleTree.Root([.. hashes.Take(Tile.Width)]), new Hash(above.AsSpan(0, Hash.Size)));
    }

    [Fact]
    public async Task Proofs_of_inclusion_and_consistency_lead_to_the_signed_root()
    {
        var network = await Network.CreateAsync(engine);
        await (await network.DealAsync(5)).WhenBookedAsync(3);
        var (early, _) = await WhenCoveredAsync("ledger");
        await (await network.DealAsync(5)).WhenBookedAsync(3);
        var (checkpoint, key) = await WhenCoveredAsync("ledger");
        var leaves = await engine.GetAsync("/api/v1/books/ledger/entries?limit=1000");

        foreach (var index in new[] { 0, early.Size - 1, checkpoint.Size - 1 })
        {
            var leaf = MerkleTree.LeafHash(Convert.FromBase64String(Standard(leaves.Items[(int)index].GetProperty("bytes").GetString()!)));
            var proof = LogProof.Read((await engine.GetAsync($"/log/ledger/proof/{index}.tlog-proof")).Bytes);
            Assert.True(key.Signed(proof.Checkpoint));
            var signed = Checkpoint.Read(proof.Checkpoint.Text);
            Assert.True(TreeProof.VerifyInclusion(leaf, proof.Index, signed.Size, [.. proof.Path], signed.Root));
            var asked = (await engine.GetAsync($"/log/ledger/proof/inclusion?index={index}&size={checkpoint.Size}")).Is(200);
            Assert.True(TreeProof.VerifyInclusion(leaf, index, checkpoint.Size, Hashes(asked), checkpoint.Root));
        }
        var consistency = (await engine.GetAsync($"/log/ledger/proof/consistency?first={early.Size}&second={checkpoint.Size}")).Is(200);
        Assert.True(TreeProof.VerifyConsistency(early.Size, checkpoint.Size, early.Root, checkpoint.Root, Hashes(consistency)));
    }

    [Theory]
    [InlineData("/log/ledger/tile/0/0")]
    [InlineData("/log/ledger/tile/0/x000/000")]
    [InlineData("/log/ledger/tile/0/001/000")]
    [InlineData("/log/ledger/tile/0/999")]
    [InlineData("/log/ledger/tile/64/000.p/1")]
    [InlineData("/log/ledger/tile/0/000.p/0")]
    [InlineData("/log/ledger/tile/0/000.p/01")]
    [InlineData("/log/ledger/tile/0/000.p/256")]
    [InlineData("/log/ledger/tile/0/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("/log/ledger/tile/entries/999.p/1")]
    [InlineData("/log/ledger/proof/99999999.tlog-proof")]
    [InlineData("/log/sim-1.ledger/checkpoint")]
    [InlineData("/log/nothing/checkpoint")]
    public async Task What_no_checkpoint_covers_is_not_there(string path)
    {
        await engine.NetworkAsync();
        await WhenCoveredAsync("administration");

        (await engine.GetAsync(path.Replace("ledger", "administration", StringComparison.Ordinal))).Is(404);
    }

    [Theory]
    [InlineData("inclusion?index=-1", "index")]
    [InlineData("inclusion?index=0&size=99999999", "size")]
    [InlineData("inclusion?index=1&size=1", "index")]
    [InlineData("consistency?first=0", "first")]
    [InlineData("consistency?first=1&second=99999999", "second")]
    public async Task A_proof_that_cannot_be_is_refused_with_its_field(string query, string field)
    {
        await engine.NetworkAsync();
        await WhenCoveredAsync("administration");

        (await engine.GetAsync($"/log/administration/proof/{query}")).IsRefused(400, "INVALID_FIELD", field);
    }

    [Fact]
    public async Task A_replaced_key_signs_beside_the_one_before_and_a_repeated_request_replaces_nothing()
    {
        await using var own = await Engine.StartAsync(_ => { });
        var network = await Network.CreateAsync(own);
        var former = await SignersAsync(own, signers => signers.Length == 1);

        var first = (await own.PostAsync("/api/v1/checkpoint-keys", new JsonObject { ["overlapDays"] = 7 }, network.Admin, "replace")).Is(201);
        var again = (await own.PostAsync("/api/v1/checkpoint-keys", new JsonObject { ["overlapDays"] = 7 }, network.Admin, "replace")).Is(201);
        var other = await own.PostAsync("/api/v1/checkpoint-keys", new JsonObject { ["overlapDays"] = 8 }, network.Admin, "replace");
        var stranger = await own.PostAsync("/api/v1/checkpoint-keys", new JsonObject(), network.Referrer);
        var command = (await own.CommissionAsync(
            "checkpoint-key", "replace", "--overlap-days", "7", "--idempotency-key", "replace", "--as", network.Admin.ToString())).Ended(0);

        Assert.Equal(first.Text, again.Text);
        Assert.Contains($"Key {first.Member("keyId")} signs", command.Output, StringComparison.Ordinal);
        other.IsRefused(422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key");
        stranger.IsRefused(403, "WRONG_ACTOR", "X-Acting-Contact");
        var both = await SignersAsync(own, signers => signers.Length == 2);
        Assert.Equal([former.Single(), first.Member("keyId")!], both);
        var keys = Encoding.UTF8.GetString((await own.GetAsync("/log/administration/keys")).Bytes).TrimEnd('\n').Split('\n').Select(NoteKey.Parse).ToArray();
        var note = SignedNote.Read((await own.GetAsync("/log/administration/checkpoint")).Bytes);
        Assert.Equal(2, keys.Count(key => key.Signed(note)));
        var acts = (await own.GetAsync("/api/v1/books/administration/entries?limit=1000")).Items
            .Select(leaf => leaf.GetProperty("act")).Where(act => act.GetProperty("act").GetString() == "checkpoint-key-replaced");
        Assert.Single(acts);
    }

    /// <summary>The ids of the keys that signed the administration book's latest checkpoint, once they are as expected.</summary>
    private static async Task<string[]> SignersAsync(Engine from, Func<string[], bool> isSo)
    {
        string[] signers = [];
        await Eventually.BecomesTrueAsync(async () =>
        {
            var answer = await from.GetAsync("/log/administration/checkpoint");
            signers = answer.Status == 200 ? [.. SignedNote.Read(answer.Bytes).Signatures.Select(signature => $"{signature.KeyId:x8}")] : [];
            return isSo(signers);
        }, "the checkpoint has as many signatures");
        return signers;
    }

    private static Hash[] Hashes(Answer proof) => [.. proof["hashes"].EnumerateArray().Select(hash => Hash.TryParse(hash.GetString(), out var read) ? read : default)];

    private static string Standard(string base64Url) =>
        base64Url.Replace('-', '+').Replace('_', '/').PadRight((base64Url.Length + 3) / 4 * 4, '=');

    private static List<byte[]> Unbundle(byte[] bundle)
    {
        var leaves = new List<byte[]>();
        for (var at = 0; at < bundle.Length;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.AsSpan(at));
            leaves.Add(bundle[(at + 2)..(at + 2 + length)]);
            at += 2 + length;
        }
        return leaves;
    }

    /// <summary>The checkpoint that covers all that the book holds now, verified.</summary>
    private async Task<(Checkpoint Checkpoint, NoteKey Key)> WhenCoveredAsync(string book)
    {
        var size = (await engine.GetAsync($"/api/v1/books/{book}")).Is(200)["size"].GetInt64();
        SignedNote? note = null;
        await Eventually.BecomesTrueAsync(async () =>
        {
            var answer = await engine.GetAsync($"/log/{book}/checkpoint");
            note = answer.Status == 200 ? SignedNote.Read(answer.Bytes) : null;
            return note is not null && Checkpoint.Read(note.Text).Size >= size;
        }, $"a checkpoint covers {book}");
        var key = NoteKey.Parse(Encoding.UTF8.GetString((await engine.GetAsync($"/log/{book}/keys")).Bytes).TrimEnd('\n'));
        Assert.True(key.Signed(note!));
        return (Checkpoint.Read(note!.Text), key);
    }
}
