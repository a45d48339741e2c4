using System.Security.Cryptography;
using System.Text;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;

namespace Commission.Domain.Tests.Ledger.Log;

/// <summary>A witness: each answer that C2SP tlog-witness names.</summary>
public sealed class WitnessTests
{
    private const string Origin = "log.example/ledger/1";
    private static readonly ECDsa Private = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly NoteKey Key = new(Origin, Private.ExportSubjectPublicKeyInfo());
    private static readonly Hash[] Leaves = [.. Enumerable.Range(0, 100).Select(i => Hash.Of(BitConverter.GetBytes(i)))];

    private static Hash Root(long size) => MerkleTree.Root(Leaves.AsSpan(0, (int)size));

    private static SignedNote Sign(Checkpoint checkpoint) => new(checkpoint.Text, [new NoteSignature(
        checkpoint.Origin, Key.KeyId,
        Private.SignData(Encoding.UTF8.GetBytes(checkpoint.Text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))]);

    private static Hash[] Proof(long first, long second) => first == 0 ? [] : TreeProof.ProveConsistency(first, second, HashOf);

    private static Hash HashOf(TreeNode node) => MerkleTree.Root(Leaves.AsSpan((int)(node.Index << node.Height), 1 << node.Height));

    private static AddCheckpoint Ask(long old, long size, string origin = Origin) => new(old, Proof(old, size), Sign(new Checkpoint(origin, size, Root(size))));

    [Fact]
    public void It_cosigns_what_goes_on_from_the_last_and_remembers_it()
    {
        var state = Witnessed.Nothing;
        foreach (var size in new long[] { 0, 1, 7, 7, 8, 64, 100 })
        {
            var answer = WitnessMachine.Decide([Key], state, AddCheckpoint.Read(Encoding.UTF8.GetBytes(Ask(state.Size, size).ToString())));
            Assert.Equal((200, new Witnessed(size, Root(size))), (answer.Status, answer.Next));
            state = answer.Next!;
        }
    }

    [Fact]
    public void It_never_goes_back_and_tells_where_it_is()
    {
        var answer = WitnessMachine.Decide([Key], new Witnessed(50, Root(50)), Ask(20, 60));

        Assert.Equal((409, "50", null), (answer.Status, answer.Text, answer.Next));
        Assert.Equal(409, WitnessMachine.Decide([Key], new Witnessed(50, Root(50)), Ask(0, 40)).Status);
        Assert.Equal(400, WitnessMachine.Decide([Key], new Witnessed(50, Root(50)), Ask(20, 60) with { OldSize = 61 }).Status);
    }

    [Fact]
    public void It_cosigns_no_fork_no_stranger_and_no_unsigned_checkpoint()
    {
        var state = new Witnessed(50, Root(50));
        var fork = new Checkpoint(Origin, 60, Hash.Of("other"u8));

        Assert.Equal(422, WitnessMachine.Decide([Key], state, new AddCheckpoint(50, Proof(50, 60), Sign(fork))).Status);
        Assert.Equal(422, WitnessMachine.Decide([Key], state, new AddCheckpoint(50, [], Sign(fork with { Size = 50 }))).Status);
        Assert.Equal(422, WitnessMachine.Decide([Key], Witnessed.Nothing, Ask(0, 5) with { Proof = [Hash.Zero] }).Status);
        Assert.Equal(422, WitnessMachine.Decide([Key], Witnessed.Nothing, new AddCheckpoint(0, [], Sign(fork with { Size = 0 }))).Status);
        Assert.Equal(404, WitnessMachine.Decide([Key], state, Ask(50, 60, "other.example/log")).Status);
        var bent = Ask(50, 60);
        Assert.Equal(403, WitnessMachine.Decide([Key], state, bent with { Note = bent.Note with { Signatures = [new NoteSignature("x", 1, [1])] } }).Status);
        Assert.Equal(400, WitnessMachine.Decide([Key], state, bent with { Note = new SignedNote("text\n", bent.Note.Signatures) }).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("old 1\n")]
    [InlineData("old 01\n\na\n\n— a AAAAAAA=\n")]
    [InlineData("new 1\n\na\n\n— a AAAAAAA=\n")]
    [InlineData("old 1\nAAAA\n\na\n\n— a AAAAAAA=\n")]
    [InlineData("old 99999999999999999999\n\na\n\n— a AAAAAAA=\n")]
    public void A_body_that_is_no_request_is_refused(string body) =>
        Assert.Throws<FormatException>(() => AddCheckpoint.Read(Encoding.UTF8.GetBytes(body)));
}
