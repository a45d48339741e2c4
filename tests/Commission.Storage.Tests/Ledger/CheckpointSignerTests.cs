using Commission.Domain.Ledger.Log;
using Commission.Storage.Ledger.Log;
using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Xunit;

namespace Commission.Storage.Tests.Ledger;

/// <summary>Keys that sign checkpoints, in a folder.</summary>
public sealed class CheckpointSignerTests : IDisposable
{
    private static readonly byte[] Text = "commission.example/ledger/1\n8\n"u8.ToArray();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("commission-keys-");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task An_Ed25519_key_signs_beside_the_other_from_when_it_is_wanted_and_no_longer()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var before = await Signer(withEd25519: false).ListKeysAsync(cancellation);
        var both = await Signer(withEd25519: true).ListKeysAsync(cancellation);

        Assert.Equal([false], before.Select(IsEd25519));
        Assert.Equal([false, true], both.Select(IsEd25519));
        Assert.Equal(before[0], both[0]);
        Assert.Equal(both, await Signer(withEd25519: true).ListKeysAsync(cancellation));
        Assert.Equal(before, await Signer(withEd25519: false).ListKeysAsync(cancellation));
        Assert.True(IsSigned(both[1], await Signer(withEd25519: true).SignAsync(both[1], Text, cancellation)));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Signer(withEd25519: false).SignAsync(both[1], Text, cancellation));
    }

    [Fact]
    public async Task A_replacement_replaces_both_keys_once_and_the_former_sign_until_the_overlap_ends()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var signer = Signer(withEd25519: true);
        var former = await signer.ListKeysAsync(cancellation);
        var key = await signer.ReplaceAsync("request", TimeSpan.FromDays(7), cancellation);
        Assert.Equal(key, await signer.ReplaceAsync("request", TimeSpan.FromDays(7), cancellation));

        var overlapping = await signer.ListKeysAsync(cancellation);
        Assert.Equal([false, false, true, true], overlapping.Select(IsEd25519));
        Assert.All(former, each => Assert.Contains(each, overlapping));
        _time.Advance(TimeSpan.FromDays(7));
        var after = await signer.ListKeysAsync(cancellation);
        Assert.Equal(key, after[0]);
        Assert.All(former, each => Assert.DoesNotContain(each, after));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await signer.SignAsync(former[1], Text, cancellation));
    }

    private FileCheckpointSigner Signer(bool withEd25519) => new(_folder.FullName, _time, withEd25519);

    private static bool IsEd25519(byte[] key) => new NoteKey("any", key).IsEd25519;

    private static bool IsSigned(byte[] key, byte[] signature)
    {
        var verifier = new Ed25519Signer();
        verifier.Init(forSigning: false, new Ed25519PublicKeyParameters(key, NoteKey.Ed25519Prefix.Length));
        verifier.BlockUpdate(Text, 0, Text.Length);
        return verifier.VerifySignature(signature);
    }
}
