namespace Commission.Console.Ledger;

/// <summary>Names of the witnesses that are asked to cosign checkpoints, so that a missing one is seen.</summary>
public sealed record ConfiguredWitnesses(IReadOnlyList<string> Names);
