using System.Buffers.Binary;
using Commission.Domain.Amounts;
using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using CsCheck;

namespace Commission.Domain.Tests.Ledger;

public sealed class LeafEncodingTests
{
    private const int HeaderOfBookL = 2 + 2 + 8 + 32 + 8;

    private static readonly EntryLeaf Entry = new(
        "l", 7, Hash.Of("p"u8), DateTimeOffset.UnixEpoch.AddSeconds(1),
        new EntryDraft(EntryKind.Accrual, new DealId(Guid.NewGuid()), "a", "b", new Money(5, Currency.Aud), new DateOnly(2026, 3, 2),
            Hash.Of("r"u8), Hash.Of("f"u8), Hash.Of("e"u8), new ContactId(Guid.NewGuid()), 3),
        new EntrySide("a", 1, Hash.Zero, 5), new EntrySide("b", 2, Hash.Of("x"u8), -5));

    private static readonly HandshakeLeaf Handshake = new(
        "l", 7, Hash.Of("p"u8), DateTimeOffset.UnixEpoch,
        new HandshakeDraft(new DealId(Guid.NewGuid()), HandshakeStep.Intake, [.. "payload"u8], [.. "envelope"u8]));

    [Fact]
    public void An_entry_survives_its_bytes() => LedgerGen.Entries.Sample(leaf => Assert.Equal(leaf, LeafEncoding.Decode(LeafEncoding.Encode(leaf))));

    [Fact]
    public void A_handshake_survives_its_bytes() => LedgerGen.Handshakes.Sample(leaf =>
    {
        var back = Assert.IsType<HandshakeLeaf>(LeafEncoding.Decode(LeafEncoding.Encode(leaf)));
        Assert.Equivalent(leaf, back, strict: true);
        Assert.Equal(HandshakeHash.Of(leaf.Handshake.Payload, leaf.Handshake.Envelope), back.Hash);
    });

    [Fact]
    public void Different_leaves_have_different_bytes() => Gen.Select(LedgerGen.Entries, LedgerGen.Entries).Sample((one, two) =>
        LeafEncoding.Encode(one).AsSpan().SequenceEqual(LeafEncoding.Encode(two)) == (one == two));

    [Fact]
    public void Bytes_that_read_as_a_leaf_are_the_bytes_of_that_leaf() =>
        Gen.Select(LedgerGen.Entries, Gen.Int[0, 100_000], Gen.Byte[1, 255]).Sample((leaf, place, change) =>
        {
            var bytes = LeafEncoding.Encode(leaf);
            bytes[place % bytes.Length] ^= change;
            try
            {
                return LeafEncoding.Encode(LeafEncoding.Decode(bytes)).AsSpan().SequenceEqual(bytes);
            }
            catch (FormatException)
            {
                return true;
            }
        });

    [Fact]
    public void Random_bytes_never_crash_the_reader() => Gen.Byte.Array[0, 400].Sample(bytes =>
    {
        byte[] leaf = [1, (byte)(1 + bytes.Length % 2), .. bytes];
        Assert.Null(Record(() => LeafEncoding.Decode(leaf)));
    });

    private static Exception? Record(Action action) => Xunit.Record.Exception(action) is { } error and not FormatException ? error : null;

    [Fact]
    public void Bytes_cut_short_at_any_length_are_refused()
    {
        foreach (var bytes in (byte[][])[LeafEncoding.Encode(Entry), LeafEncoding.Encode(Handshake)])
        {
            for (var length = 0; length < bytes.Length; length++)
                Assert.Throws<FormatException>(() => LeafEncoding.Decode(bytes.AsSpan(0, length)));
            Assert.Throws<FormatException>(() => LeafEncoding.Decode([.. bytes, 0]));
        }
    }

    public static TheoryData<string, int, byte[]> Wrong => new()
    {
        { "version", 0, [2] },
        { "type", 1, [3] },
        { "type", 1, [0] },
        { "book that is not UTF-8", 3, [0xFF] },
        { "time beyond the calendar", HeaderOfBookL - 8, [0x7F, 0xFF] },
        { "kind", HeaderOfBookL, [0] },
        { "kind", HeaderOfBookL, [10] },
        { "currency", HeaderOfBookL + 18, [(byte)'a'] },
        { "date before the calendar", HeaderOfBookL + 29, [0xFF] },
        { "date beyond the calendar", HeaderOfBookL + 29, [0x7F] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void An_entry_with_a_wrong_part_is_refused(string what, int offset, byte[] part)
    {
        var bytes = LeafEncoding.Encode(Entry);
        part.CopyTo(bytes, offset);
        Assert.True(Xunit.Record.Exception(() => LeafEncoding.Decode(bytes)) is FormatException, what);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void A_handshake_with_an_unknown_step_is_refused(byte step)
    {
        var bytes = LeafEncoding.Encode(Handshake);
        bytes[HeaderOfBookL + 16] = step;
        Assert.Throws<FormatException>(() => LeafEncoding.Decode(bytes));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void A_handshake_with_an_impossible_length_is_refused(int length)
    {
        var bytes = LeafEncoding.Encode(Handshake);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(HeaderOfBookL + 17), length);
        Assert.Throws<FormatException>(() => LeafEncoding.Decode(bytes));
    }

    [Fact]
    public void What_could_not_be_read_back_is_not_written()
    {
        Assert.Throws<FormatException>(() => LeafEncoding.Encode(Entry with { Book = new string('x', 256) }));
        Assert.ThrowsAny<ArgumentException>(() => LeafEncoding.Encode(Entry with { Book = "\ud800" }));
        Assert.Throws<FormatException>(() => LeafEncoding.Encode(
            Handshake with { Handshake = Handshake.Handshake with { Payload = new byte[(1 << 20) + 1] } }));
    }
}
