using Commission.Domain.Members;

namespace Commission.Domain.Tests.Members;

/// <summary>A to G stand above one another, A lowest.</summary>
public sealed class UplinesTests
{
    private static ContactId Of(char name) => new(new Guid(name, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1));

    private static ContactId[] All(string names) => [.. names.Select(Of)];

    // who gets which upline, who stands above that one, levels below, the refusal's words or null
    public static TheoryData<char, char, string, int, string?> Changes => new()
    {
        { 'A', 'B', "", 0, null },
        { 'A', 'B', "CDEF", 0, null },
        { 'A', 'B', "CDEFG", 0, "has 5 uplines; nobody can have more than 5" },
        { 'A', 'B', "CDE", 1, null },
        { 'A', 'B', "CDEF", 1, "the deepest member below it would have 6 uplines" },
        { 'A', 'A', "", 0, "its own upline" },
        { 'A', 'B', "A", 1, "stands below" },
        { 'A', 'B', "CDA", 3, "stands below" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Nobody_stands_above_themselves_nor_below_more_than_five(char who, char upline, string above, int below, string? words)
    {
        var refusal = Uplines.Check(Of(who), Of(upline), All(above), below);
        Assert.Equal(words is null, refusal is null);
        Assert.Equal(words is null ? null : "upline", refusal?.Field);
        Assert.Contains(words ?? "", refusal?.Text ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AB", "B")]
    [InlineData("ABCDEF", "BCDEF")]
    [InlineData("ABCDEFG", "BCDEF")]
    [InlineData("ABA", "B")]
    [InlineData("ABCB", "BC")]
    [InlineData("A", "")]
    public void Uplines_are_listed_nearest_first_and_end(string registered, string above)
    {
        var uplines = registered.Zip(registered.Skip(1)).Reverse().DistinctBy(pair => pair.First)
            .ToDictionary(pair => Of(pair.First), pair => (ContactId?)Of(pair.Second));
        Assert.Equal(All(above), Uplines.Above(Of('A'), id => uplines.GetValueOrDefault(id)));
    }
}
