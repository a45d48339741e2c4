using System.Reflection;
using System.Security.Cryptography;
using Commission.Verifier;

namespace Commission.Api.Tests.Ledger;

/// <summary>
/// Packs of version 1 that were given out hold for ever, in every verifier. To add one: a file in Golden and a line here; none is
/// ever changed or removed.
/// </summary>
public sealed class GoldenPackTests
{
    [Theory]
    [InlineData("deal.json", "419b3bae059e81efbecb6281d47a928c5279073592ca808cccba21ef0d01eb0c")]
    [InlineData("entry.json", "d991bc2049b14050e303939694724995db74c8b4dc5f6fa0939816a54d5044b1")]
    [InlineData("period.json", "22f94a2d85ffbd03fb8c98961e936f2aa82bc92ee4611b682e4d56d250bf6bb8")]
    [InlineData("attested.json", "6f6e76343e9d57f78eaaa750977dac0d0740fd8b33bb72a3c57d38049c892480")]
    [InlineData("payout-paid.json", "1db29b1105e972337c58a2740c134d761d7d9b499ea9b1644b3c5e77d27e7eb2", "payout-key.txt")]
    [InlineData("payout-returned.json", "102f922f819037d7c3ac9057657a817bdf3fea8703146e56970ab41b3c171a31", "payout-key.txt")]
    public async Task A_pack_of_version_1_holds_in_all_verifiers(string file, string hash, string key = "key.txt")
    {
        var pack = new PackFile(Read(file), System.Text.Encoding.ASCII.GetString(Read(key)).TrimEnd('\n'));
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(pack.Bytes)));

        var (failure, output) = await pack.VerifyByAllAsync();

        Assert.True(failure == Failure.None, output);
    }

    private static byte[] Read(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Golden/{file}") ?? throw new FileNotFoundException(file);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
