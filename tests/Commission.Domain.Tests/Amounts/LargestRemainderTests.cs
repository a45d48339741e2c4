using Commission.Domain.Amounts;
using CsCheck;

namespace Commission.Domain.Tests.Amounts;

public sealed class LargestRemainderTests
{
    private static readonly Gen<long[]> Weights = Gen.Long[0, 1_000_000_000].Array[1, 8].Where(weights => weights.Any(weight => weight > 0));

    public static TheoryData<long, long[], long[]> Table => new()
    {
        { 100, [1, 1, 1], [34, 33, 33] },
        { 101, [1, 1, 1], [34, 34, 33] },
        { 1, [1, 1], [1, 0] },
        { -1, [1, 1], [-1, 0] },
        { -101, [1, 1, 1], [-34, -34, -33] },
        { 10, [1, 2, 3], [2, 3, 5] },
        { 7, [3, 0, 4], [3, 0, 4] },
        { 5, [0, 0, 1], [0, 0, 5] },
        { 0, [5, 7], [0, 0] },
        { 325_000, [100, 7_920, 1_980], [3_250, 257_400, 64_350] },
        { 81, [100, 7_920, 1_980], [1, 64, 16] },
        { long.MaxValue, [1, 1], [4_611_686_018_427_387_904, 4_611_686_018_427_387_903] },
        { long.MaxValue, [long.MaxValue, long.MaxValue], [4_611_686_018_427_387_904, 4_611_686_018_427_387_903] },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_split_is_what_the_table_says(long total, long[] weights, long[] parts) =>
        Assert.Equal(parts, Allocation.LargestRemainder(total, weights));

    [Fact]
    public void Parts_add_up_to_the_whole() =>
        Gen.Select(Gen.Long[-Money.MaxMinor, Money.MaxMinor], Weights)
            .Sample((total, weights) => Allocation.LargestRemainder(total, weights).Sum() == total);

    [Fact]
    public void The_split_of_a_debt_is_the_mirror_of_the_split() =>
        Gen.Select(Gen.Long[0, long.MaxValue], Weights).Sample((total, weights) =>
            Allocation.LargestRemainder(-total, weights).SequenceEqual(Allocation.LargestRemainder(total, weights).Select(part => -part)));

    [Fact]
    public void No_part_is_a_whole_unit_off_its_exact_share() =>
        Gen.Select(Gen.Long[0, long.MaxValue], Weights).Sample((total, weights) =>
        {
            var sum = (Int128)0;
            foreach (var weight in weights)
                sum += weight;
            var parts = Allocation.LargestRemainder(total, weights);
            return Enumerable.Range(0, parts.Length).All(i => Int128.Abs(parts[i] * sum - (Int128)total * weights[i]) < sum);
        });

    [Fact]
    public void Who_has_no_weight_gets_nothing() =>
        Gen.Select(Gen.Long[0, long.MaxValue], Weights).Sample((total, weights) =>
            Allocation.LargestRemainder(total, weights).Zip(weights).All(part => part.Second > 0 || part.First == 0));

    [Fact]
    public void Only_the_proportion_of_weights_counts() =>
        Gen.Select(Gen.Long[0, long.MaxValue], Weights, Gen.Long[1, 1_000]).Sample((total, weights, factor) =>
            Allocation.LargestRemainder(total, weights).SequenceEqual(
                Allocation.LargestRemainder(total, weights.Select(weight => weight * factor).ToArray())));

    [Fact]
    public void Weights_must_not_be_negative_nor_all_zero()
    {
        Assert.Throws<ArgumentException>(() => Allocation.LargestRemainder(1, [2, -1]));
        Assert.Throws<ArgumentException>(() => Allocation.LargestRemainder(1, [0, 0]));
        Assert.Throws<ArgumentException>(() => Allocation.LargestRemainder(1, []));
    }
}
