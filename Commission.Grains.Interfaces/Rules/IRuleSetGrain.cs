using Commission.Domain;
using Commission.Domain.Rules;

namespace Commission.Grains.Interfaces.Rules;

/// <summary>One vertical with its rule set; its key is <see cref="GrainKeys.OfVertical"/>.</summary>
[Alias("IRuleSetGrain")]
public interface IRuleSetGrain : IGrainWithStringKey
{
    /// <summary>Executes a command. A repeated request gets its first answer.</summary>
    [Alias("Execute")]
    Task<RuleSetResult> Execute(RuleSetCommand command);

    /// <summary>The vertical, or null when there is none.</summary>
    [Alias("Get")]
    Task<RuleSetState?> Get();
}

/// <summary>The answer to a command: the vertical as it is now, or a refusal.</summary>
/// <param name="State">The vertical; null when refused.</param>
/// <param name="Refusal">Why not; null when accepted.</param>
/// <param name="Replayed">Whether the request was answered before.</param>
[GenerateSerializer, Immutable, Alias("RuleSetResult")]
public sealed record RuleSetResult(
    [property: Id(0)] RuleSetState? State,
    [property: Id(1)] Refusal? Refusal,
    [property: Id(2)] bool Replayed)
{
    /// <summary>The version that the command made or moved, as it is now; null for other commands.</summary>
    [Id(3)] public RuleSetVersion? Version { get; init; }
}
