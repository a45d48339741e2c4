using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace Commission.Domain.Tests;

/// <summary>Vectors: github.com/jetify-com/typeid, spec/valid.json and spec/invalid.json (v0.3).</summary>
public sealed class TypeIdTests
{
    [Theory]
    [InlineData("prefix", "prefix_00000000000000000000000000", "00000000-0000-0000-0000-000000000000")]
    [InlineData("prefix", "prefix_00000000000000000000000001", "00000000-0000-0000-0000-000000000001")]
    [InlineData("prefix", "prefix_0000000000000000000000000a", "00000000-0000-0000-0000-00000000000a")]
    [InlineData("prefix", "prefix_0000000000000000000000000g", "00000000-0000-0000-0000-000000000010")]
    [InlineData("prefix", "prefix_00000000000000000000000010", "00000000-0000-0000-0000-000000000020")]
    [InlineData("prefix", "prefix_7zzzzzzzzzzzzzzzzzzzzzzzzz", "ffffffff-ffff-ffff-ffff-ffffffffffff")]
    [InlineData("prefix", "prefix_0123456789abcdefghjkmnpqrs", "0110c853-1d09-52d8-d73e-1194e95b5f19")]
    [InlineData("prefix", "prefix_01h455vb4pex5vsknk084sn02q", "01890a5d-ac96-774b-bcce-b302099a8057")]
    [InlineData("pre_fix", "pre_fix_00000000000000000000000000", "00000000-0000-0000-0000-000000000000")]
    public void A_valid_vector_reads_and_prints(string prefix, string text, string uuid)
    {
        Assert.True(TypeId.TryParse(prefix, text, out var value));
        Assert.Equal(Guid.Parse(uuid), value);
        Assert.Equal(text, TypeId.Format(prefix, value));
    }

    [Theory]
    [InlineData("PREFIX_00000000000000000000000000")]
    [InlineData("12345_00000000000000000000000000")]
    [InlineData("pre.fix_00000000000000000000000000")]
    [InlineData("préfix_00000000000000000000000000")]
    [InlineData("  prefix_00000000000000000000000000")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl_00000000000000000000000000")]
    [InlineData("_00000000000000000000000000")]
    [InlineData("_")]
    [InlineData("prefix_1234567890123456789012345")]
    [InlineData("prefix_123456789012345678901234567")]
    [InlineData("prefix_1234567890123456789012345 ")]
    [InlineData("prefix_0123456789ABCDEFGHJKMNPQRS")]
    [InlineData("prefix_123456789-123456789-123456")]
    [InlineData("prefix_ooooooiiiiiiuuuuuuulllllll")]
    [InlineData("prefix_i23456789ol23456789oi23456")]
    [InlineData("prefix_123456789-0123456789-0123456")]
    [InlineData("prefix_8zzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("_prefix_00000000000000000000000000")]
    [InlineData("prefix__00000000000000000000000000")]
    [InlineData("00000000000000000000000000")]
    [InlineData("")]
    [InlineData(null)]
    public void An_invalid_vector_is_refused(string? text) => Assert.False(TypeId.TryParse("prefix", text, out _));

    [Fact]
    public void Every_uuid_survives_its_text() => Gen.Guid.Sample(uuid =>
        TypedId.TryParse<DealId>(new DealId(uuid).ToString(), out var back) && back.Value == uuid);

    [Fact]
    public void Text_order_is_uuid_order() => Gen.Select(Gen.ULong, Gen.ULong).Sample((a, b) =>
        Math.Sign(string.CompareOrdinal(Id(a).ToString(), Id(b).ToString())) == a.CompareTo(b));

    private static DealId Id(ulong number)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return new DealId(new Guid(bytes, bigEndian: true));
    }

    [Fact]
    public void An_id_of_another_kind_is_refused()
    {
        var deal = new DealId(Guid.CreateVersion7());
        Assert.False(TypedId.TryParse<ContactId>(deal.ToString(), out _));
        Assert.False(TypedId.TryParse<KeyId>(deal.ToString(), out _));
        Assert.Throws<FormatException>(() => TypedId.Parse<RuleSetVersionId>(deal.ToString()));
        Assert.Equal(deal, TypedId.Parse<DealId>(deal.ToString()));
    }

    [Fact]
    public void A_derived_id_is_a_uuid_of_version_8_with_the_bits_of_the_hash()
    {
        var digest = SHA256.HashData([.. "domain\n"u8, 0, 0, 0, 2, .. "ab"u8, 0, 0, 0, 0]);
        Span<byte> bytes = stackalloc byte[16];
        TypeId.Derive("domain", "ab", "").TryWriteBytes(bytes, bigEndian: true, out _);
        Assert.Equal(0x80, bytes[6] & 0xF0);
        Assert.Equal(0x80, bytes[8] & 0xC0);
        Assert.Equal(digest[6] & 0x0F, bytes[6] & 0x0F);
        Assert.Equal(digest[8] & 0x3F, bytes[8] & 0x3F);
        Assert.Equal(Convert.ToHexString(digest, 9, 7), Convert.ToHexString(bytes[9..]));
    }

    [Fact]
    public void Parts_of_a_derived_id_do_not_run_into_each_other()
    {
        Assert.NotEqual(TypeId.Derive("d", "ab", "c"), TypeId.Derive("d", "a", "bc"));
        Assert.NotEqual(TypeId.Derive("d", "a"), TypeId.Derive("d", "a", ""));
        Assert.NotEqual(TypeId.Derive("d", "a"), TypeId.Derive("e", "a"));
    }

    [Fact]
    public void Caller_and_key_decide_the_deal()
    {
        var (one, two) = (new ContactId(Guid.CreateVersion7()), new ContactId(Guid.CreateVersion7()));
        Assert.Equal(DealId.Derive(one, "k"), DealId.Derive(one, "k"));
        Assert.NotEqual(DealId.Derive(one, "k"), DealId.Derive(two, "k"));
        Assert.NotEqual(DealId.Derive(one, "k"), DealId.Derive(one, "K"));
        Assert.Equal(TypeId.Derive("commission/deal/v1", one.ToString(), "ü"), DealId.Derive(one, "ü").Value);
        Assert.Equal(2, Encoding.UTF8.GetByteCount("ü"));
    }
}
