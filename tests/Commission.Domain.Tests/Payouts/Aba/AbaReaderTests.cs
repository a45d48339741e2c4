using System.Text;
using Commission.Domain.Payouts.Aba;
using CsCheck;

namespace Commission.Domain.Tests.Payouts.Aba;

public sealed class AbaReaderTests
{
    private static readonly string Good = AbaScenario.TextOf(AbaScenario.Order().Written()[0]);

    /// <summary>Line and column from 1, as banks count; what is put there; the field that is named.</summary>
    [Theory]
    [InlineData(1, 1, "9", "columns 1 to 1, record type")]
    [InlineData(1, 2, "X", "columns 2 to 8, bsb")]
    [InlineData(1, 19, "a", "reel sequence number")]
    [InlineData(1, 21, "1", "financial institution")]
    [InlineData(1, 24, "X", "columns 24 to 30, blank")]
    [InlineData(1, 31, " ", "user name")]
    [InlineData(1, 57, " ", "user number")]
    [InlineData(1, 63, " ", "description")]
    [InlineData(1, 75, "31", "processing date")]
    [InlineData(1, 75, "00", "processing date")]
    [InlineData(1, 77, "13", "processing date")]
    [InlineData(1, 120, ".", "columns 81 to 120, blank")]
    [InlineData(2, 1, "2", "record type")]
    [InlineData(2, 5, "0", "columns 2 to 8, bsb")]
    [InlineData(2, 9, "1", "columns 9 to 17, account")]
    [InlineData(2, 12, "000000", "columns 9 to 17, account")]
    [InlineData(2, 18, "Z", "indicator")]
    [InlineData(2, 19, "49", "transaction code")]
    [InlineData(2, 19, "58", "transaction code")]
    [InlineData(2, 21, "-", "columns 21 to 30, amount")]
    [InlineData(2, 21, "0000000000", "columns 21 to 30, amount")]
    [InlineData(2, 31, " ", "title of account")]
    [InlineData(2, 63, " ", "lodgement reference")]
    [InlineData(2, 84, "0", "trace bsb")]
    [InlineData(2, 88, "X", "trace account")]
    [InlineData(2, 97, " ", "remitter")]
    [InlineData(2, 120, "1", "withholding tax")]
    [InlineData(3, 2, "0", "columns 2 to 8, bsb")]
    [InlineData(3, 9, "0", "columns 9 to 20, blank")]
    [InlineData(3, 30, "1", "line 3, totals")]
    [InlineData(3, 40, "1", "line 3, totals")]
    [InlineData(3, 50, "1", "line 3, totals")]
    [InlineData(3, 80, "2", "line 3, totals")]
    [InlineData(3, 1, "1", "type 7")]
    [InlineData(2, 40, "\u0007", "line 2, column 40")]
    [InlineData(2, 40, "é", "line 2, column 40")]
    [InlineData(2, 121, "\n\n", "line 2")]
    public void A_bent_file_is_refused_by_line_and_field(int line, int column, string text, string named)
    {
        var bent = new StringBuilder(Good);
        for (var i = 0; i < text.Length; i++)
            bent[(line - 1) * 122 + column - 1 + i] = text[i];
        var (document, refusal) = AbaReader.Read(AbaScenario.Bytes(bent.ToString()));
        Assert.Null(document);
        Assert.Contains(named, refusal!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_single_changed_byte_of_an_amount_or_a_total_is_seen()
    {
        foreach (var at in Enumerable.Range(122 + 20, 10).Concat(Enumerable.Range(244 + 20, 30)).Concat(Enumerable.Range(244 + 74, 6)))
        {
            var bytes = AbaScenario.Bytes(Good);
            bytes[at] = bytes[at] == '9' ? (byte)'8' : (byte)'9';
            Assert.NotNull(AbaReader.Read(bytes).Refusal);
        }
    }

    [Fact]
    public void Cut_doubled_and_empty_files_are_refused() => Assert.All(
        (string[])["", Good[..^1], Good[..^2], Good[..122], Good[..244], Good + Good, Good + " ", Good + "\r\n",
            Good.Replace("\r\n", "\n", StringComparison.Ordinal)],
        text => Assert.NotNull(AbaReader.Read(AbaScenario.Bytes(text)).Refusal));

    [Fact]
    public void Tax_withheld_from_a_non_residents_dividend_reads()
    {
        var text = new StringBuilder(Good) { [122 + 17] = 'X', [122 + 119] = '7' };
        var detail = Assert.Single(AbaReader.Read(AbaScenario.Bytes(text.ToString())).Document!.Details);
        Assert.Equal(('X', 7L), (detail.Indicator, detail.WithheldMinor));
    }

    [Fact]
    public void No_bytes_make_a_reader_throw()
    {
        byte[][] seeds = [AbaScenario.Bytes(Good), AbaScenario.Bytes(AbaReturnTests.Returns()), AbaScenario.Bytes(AbaAcknowledgementTests.Accepted)];
        var changes = Gen.Select(Gen.Int[0, 500], Gen.Byte, Gen.Int[0, 3]).Array[1, 6];
        Gen.Select(Gen.Int[0, seeds.Length - 1].Select(index => seeds[index]), changes, Gen.Byte.Array[0, 300]).Sample((seed, edits, noise) =>
        {
            var bytes = seed.ToList();
            foreach (var (at, value, kind) in edits.Where(edit => edit.Item1 < bytes.Count))
                Edit(bytes, at, value, kind);
            ReadAll([.. bytes]);
            ReadAll(noise);
        }, iter: 3_000);
    }

    private static void Edit(List<byte> bytes, int at, byte value, int kind)
    {
        if (kind == 0)
            bytes.RemoveAt(at);
        else if (kind == 1)
            bytes.Insert(at, value);
        else
            bytes[at] = value;
    }

    private static void ReadAll(byte[] bytes)
    {
        Assert.True(AbaReader.Read(bytes) is (not null, null) or (null, not null));
        Assert.True(AbaReturns.Read(bytes) is (not null, null) or (null, not null));
        Assert.True(AbaAcknowledgementReader.Read(bytes) is (not null, null) or (null, not null));
    }
}
