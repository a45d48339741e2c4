using System.Security.Cryptography;
using CsCheck;

namespace Commission.Domain.Tests;

public sealed class SmallValueTests
{
    [Fact]
    public void Bytes_survive_base64url() => Gen.Byte.Array[0, 100].Sample(bytes =>
        Base64Url.TryDecode(Base64Url.Encode(bytes), 100, out var back) && back.AsSpan().SequenceEqual(bytes));

    [Theory]
    [InlineData(null)]
    [InlineData("A")]
    [InlineData("AA==")]
    [InlineData("A A")]
    [InlineData("AA+/")]
    [InlineData("AB")]
    [InlineData("AAAAAAAAAAA")]
    [InlineData("éé")]
    public void What_is_no_plain_base64url_is_refused(string? text) => Assert.False(Base64Url.TryDecode(text, 4, out _));

    [Fact]
    public void A_hash_survives_its_text()
    {
        var hash = Hash.Of("abc"u8);
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hash.ToString());
        Assert.True(Hash.TryParse(hash.ToString(), out var back));
        Assert.Equal(hash, back);
        Assert.Equal(SHA256.HashData("abc"u8), hash.ToArray());
        Assert.Equal(new string('0', 64), Hash.Zero.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a")]
    [InlineData("ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void What_is_no_hash_is_refused(string? text)
    {
        Assert.False(Hash.TryParse(text, out _));
        Assert.Throws<ArgumentException>(() => new Hash([1, 2, 3]));
    }

    [Fact]
    public void A_fingerprint_tells_callers_keys_operations_and_bodies_apart()
    {
        var one = RequestFingerprint.Of("caller", "key", "POST /a", "{}"u8);
        Assert.Equal(one, RequestFingerprint.Of("caller", "key", "POST /a", "{}"u8));
        Assert.NotEqual(one.Key, RequestFingerprint.Of("other", "key", "POST /a", "{}"u8).Key);
        Assert.NotEqual(one.Key, RequestFingerprint.Of("caller", "kez", "POST /a", "{}"u8).Key);
        Assert.NotEqual(one.Body, RequestFingerprint.Of("caller", "key", "POST /b", "{}"u8).Body);
        Assert.NotEqual(one.Body, RequestFingerprint.Of("caller", "key", "POST /a", "[]"u8).Body);
        Assert.Equal(one.Key, RequestFingerprint.Of("caller", "key", "POST /a", "[]"u8).Key);
    }
}
