using System.Security.Cryptography;
using Commission.Domain.Members;

namespace Commission.Domain.Tests.Members;

public sealed class PersonCommitmentTests
{
    private static readonly byte[] Salt = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    [Fact]
    public void A_commitment_is_the_hash_of_length_prefixed_parts()
    {
        byte[] bytes = [.. "commission/person/v1\n"u8, 0, 0, 0, 16, .. Salt, 0, 0, 0, 4, .. "Zoë"u8, 0, 0, 0, 3, .. "a@b"u8, 0, 0, 0, 0];
        Assert.Equal(new Hash(SHA256.HashData(bytes)), PersonCommitment.Of(Salt, "Zoë", "a@b", null));
    }

    [Fact]
    public void Every_part_counts()
    {
        Hash[] all =
        [
            PersonCommitment.Of(Salt, "Ann", "a@b", "1"), PersonCommitment.Of(Salt, "Ann", "a@b1", null), PersonCommitment.Of(Salt, "Anna@b", null, "1"),
            PersonCommitment.Of(Salt, "Ann", "1", "a@b"), PersonCommitment.Of(Salt.AsSpan(1), "Ann", "a@b", "1"), PersonCommitment.Of(Salt, "ann", "a@b", "1"),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void A_member_commits_to_its_person()
    {
        var state = MemberScenario.Created().State;
        Assert.Equal(PersonCommitment.Of(state.Salt, "Ruth O'Neil", "ruth@example.org", "+61 400 000 000"), state.Commitment);
    }
}
