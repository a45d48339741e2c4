namespace Commission.Domain.Rules;

/// <summary>A vertical with its products and all versions of its rule set.</summary>
[GenerateSerializer, Alias("RuleSetState")]
public sealed record RuleSetState
{
    /// <summary>The vertical's code; empty until it is made.</summary>
    [Id(0)] public string Code { get; init; } = "";
    /// <summary>The vertical's name.</summary>
    [Id(1)] public string Name { get; init; } = "";
    /// <summary>Products, in the order they were added.</summary>
    [Id(2)] public Product[] Products { get; init; } = [];
    /// <summary>Versions in the order they were drafted.</summary>
    [Id(3)] public RuleSetVersion[] Versions { get; init; } = [];
    /// <summary>Accepted requests, oldest first, bounded by <see cref="RuleSetMachine.MaxRequests"/>.</summary>
    [Id(4)] public RuleSetRequest[] Requests { get; init; } = [];
    /// <summary>The clauses that rules and deals must keep: a JSON array that <see cref="Gating.GatesReader"/> reads.</summary>
    [Id(5)] public string Gates { get; init; } = "[]";

    /// <summary>Whether the vertical exists.</summary>
    public bool Exists => Code.Length > 0;

    /// <summary>Versions that decide, now or one day: those that were approved. Approval lets their dates only rise.</summary>
    public IEnumerable<RuleSetVersion> Approved =>
        Versions.Where(version => version.Status == RuleSetVersionStatus.Approved).OrderBy(version => version.EffectiveFrom);

    /// <summary>The version in force on a referral date, or null when none was yet.</summary>
    public RuleSetVersion? ActiveOn(DateOnly referredOn) => Approved.LastOrDefault(version => version.EffectiveFrom <= referredOn);
}

/// <summary>An accepted request and the version that it made or moved.</summary>
/// <param name="Fingerprint">Key and body digests.</param>
/// <param name="Version">The version's id, or null.</param>
[GenerateSerializer, Immutable, Alias("RuleSetRequest")]
public sealed record RuleSetRequest([property: Id(0)] RequestFingerprint Fingerprint, [property: Id(1)] string? Version);

/// <summary>How far a version has come. That one is in force, or no longer, follows from dates: <see cref="RuleSetState.ActiveOn"/>.</summary>
[GenerateSerializer]
public enum RuleSetVersionStatus
{
    /// <summary>Written, not proposed.</summary>
    Draft,
    /// <summary>Waits for somebody else's approval.</summary>
    Proposed,
    /// <summary>Decides from its date on.</summary>
    Approved,
    /// <summary>Ended before it was approved.</summary>
    Withdrawn,
}

/// <summary>Who took a step, and when.</summary>
/// <param name="By">The contact; null for the engine.</param>
/// <param name="At">When (UTC).</param>
[GenerateSerializer, Immutable, Alias("RuleSetStep")]
public sealed record RuleSetStep([property: Id(0)] string? By, [property: Id(1)] DateTimeOffset At);

/// <summary>A simulation that an approval rests on. Simulations may be deleted; what was looked at stays provable by its hash.</summary>
/// <param name="Id">The simulation's id.</param>
/// <param name="ResultHash">SHA-256 of its result as it is served.</param>
[GenerateSerializer, Immutable, Alias("SimulationProof")]
public sealed record SimulationProof([property: Id(0)] SimulationId Id, [property: Id(1)] Hash ResultHash);

/// <summary>What can be referred in a vertical.</summary>
/// <param name="Code">Unique in the vertical.</param>
/// <param name="Name">For people.</param>
[GenerateSerializer, Immutable, Alias("Product")]
public sealed record Product([property: Id(0)] string Code, [property: Id(1)] string Name);

/// <summary>One immutable version of a rule set.</summary>
/// <param name="Id">Derived from the hash.</param>
/// <param name="Number">1, 2, 3 … within the vertical.</param>
/// <param name="EffectiveFrom">First referral date it decides.</param>
/// <param name="Hash">SHA-256 of the canonical document.</param>
/// <param name="Document">Canonical JSON text.</param>
/// <param name="Author">Who drafted it; null for what shipped with the engine.</param>
/// <param name="CreatedAt">When it was added (UTC).</param>
[GenerateSerializer, Immutable, Alias("RuleSetVersion")]
public sealed record RuleSetVersion(
    [property: Id(0)] string Id,
    [property: Id(1)] int Number,
    [property: Id(2)] DateOnly EffectiveFrom,
    [property: Id(3)] string Hash,
    [property: Id(4)] string Document,
    [property: Id(5)] string? Author,
    [property: Id(6)] DateTimeOffset CreatedAt)
{
    /// <summary>How far it has come.</summary>
    [Id(7)] public RuleSetVersionStatus Status { get; init; }
    /// <summary>Its proposal, or null.</summary>
    [Id(8)] public RuleSetStep? Proposed { get; init; }
    /// <summary>Its approval, or null.</summary>
    [Id(9)] public RuleSetStep? Approved { get; init; }
    /// <summary>Its withdrawal, or null.</summary>
    [Id(10)] public RuleSetStep? Withdrawn { get; init; }
    /// <summary>The simulation that its approver looked at, or null.</summary>
    [Id(11)] public SimulationProof? Simulation { get; init; }
}
