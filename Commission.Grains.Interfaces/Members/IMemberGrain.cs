using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Domain.Members;

namespace Commission.Grains.Interfaces.Members;

/// <summary>One contact; its key is the contact's id.</summary>
[Alias("IMemberGrain")]
public interface IMemberGrain : IGrainWithStringKey
{
    /// <summary>Executes a command. A repeated request gets its first answer.</summary>
    [Alias("Execute")]
    Task<MemberResult> Execute(MemberCommand command);

    /// <summary>The contact with its personal data, or null when there is none.</summary>
    [Alias("Get")]
    Task<MemberState?> Get();

    /// <summary>What deals need to know of the contact, without personal data; null when there is none.</summary>
    [Alias("GetProfile")]
    Task<MemberProfile?> GetProfile();
}

/// <summary>The answer to a command: the contact as it is now, or a refusal.</summary>
/// <param name="State">The contact; null when refused.</param>
/// <param name="Key">The key that the command made or ended, if any.</param>
/// <param name="Refusal">Why not; null when accepted.</param>
/// <param name="Replayed">Whether the request was answered before.</param>
[GenerateSerializer, Immutable, Alias("MemberResult")]
public sealed record MemberResult(
    [property: Id(0)] MemberState? State,
    [property: Id(1)] MemberKey? Key,
    [property: Id(2)] Refusal? Refusal,
    [property: Id(3)] bool Replayed);

/// <summary>A contact as deals see it.</summary>
/// <param name="Facts">Kind, upline, commitment, services.</param>
/// <param name="Keys">Public keys with their validity.</param>
[GenerateSerializer, Immutable, Alias("MemberProfile")]
public sealed record MemberProfile([property: Id(0)] ContactFacts Facts, [property: Id(1)] MemberKey[] Keys);
