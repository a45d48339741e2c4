using Commission.Domain;
using Commission.Domain.Agreements;

namespace Commission.Grains.Interfaces.Agreements;

/// <summary>One agreement; its key is the agreement's id.</summary>
[Alias("IAgreementGrain")]
public interface IAgreementGrain : IGrainWithStringKey
{
    /// <summary>Executes a command. A repeated request gets its first answer.</summary>
    [Alias("Execute")]
    Task<AgreementResult> Execute(AgreementCommand command);

    /// <summary>Makes the contact and the draft that an execution still owes.</summary>
    [Alias("Finish")]
    Task Finish();

    /// <summary>The agreement, or null when there is none.</summary>
    [Alias("Get")]
    Task<AgreementState?> Get();
}

/// <summary>The answer to a command: the agreement as it is now, or a refusal.</summary>
/// <param name="State">The agreement; null when refused.</param>
/// <param name="Refusal">Why not; null when accepted.</param>
/// <param name="Replayed">Whether the request was answered before.</param>
[GenerateSerializer, Immutable, Alias("AgreementResult")]
public sealed record AgreementResult(
    [property: Id(0)] AgreementState? State,
    [property: Id(1)] Refusal? Refusal,
    [property: Id(2)] bool Replayed);
