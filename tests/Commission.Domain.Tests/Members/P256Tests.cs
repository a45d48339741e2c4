using System.Security.Cryptography;
using Commission.Domain.Members;
using Commission.Domain.Tests.Deals;

namespace Commission.Domain.Tests.Members;

public sealed class P256Tests
{
    [Fact]
    public void A_P256_key_is_a_key() => Assert.True(MemberMachine.IsP256(People.Client.PublicKey));

    public static TheoryData<string, byte[]> Foreign
    {
        get
        {
            var key = People.Client.PublicKey;
            return new TheoryData<string, byte[]>
            {
                { "P-384", ECDsa.Create(ECCurve.NamedCurves.nistP384).ExportSubjectPublicKeyInfo() },
                { "another 256-bit curve", ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1).ExportSubjectPublicKeyInfo() },
                { "RSA", RSA.Create(2048).ExportSubjectPublicKeyInfo() },
                { "a private key", People.Client.Key.ExportPkcs8PrivateKey() },
                { "nothing", [] },
                { "garbage", [1, 2, 3] },
                { "cut short", key[..^1] },
                { "one byte more", [.. key, 0] },
                { "a point off the curve", [.. key[..^1], (byte)(key[^1] ^ 1)] },
                { "another form of point", [.. key[..26], 0x06, .. key[27..]] },
                { "a compressed point", [0x30, 0x39, .. key[2..24], 0x22, 0x00, (byte)(2 + (key[^1] & 1)), .. key[27..59]] },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Everything_else_is_refused(string what, byte[] bytes) => Assert.False(MemberMachine.IsP256(bytes), what);
}
