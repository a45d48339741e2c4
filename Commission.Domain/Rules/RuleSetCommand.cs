namespace Commission.Domain.Rules;

/// <summary>A command to one vertical's rule set.</summary>
/// <param name="Actor">Who gives it; null for the engine's own configuration.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("RuleSetCommand")]
public abstract record RuleSetCommand(ContactId? Actor, RequestFingerprint Fingerprint);

/// <summary>Makes the vertical.</summary>
[GenerateSerializer, Immutable, Alias("CreateVertical")]
public sealed record CreateVertical(
    string Code,
    string Name,
    Product[] Products,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : RuleSetCommand(Actor, Fingerprint)
{
    /// <summary>The clauses that its rules and deals must keep, as a JSON array (docs/formats/rule-set.md).</summary>
    [Id(0)] public string Gates { get; init; } = "[]";
}

/// <summary>Adds a product.</summary>
[GenerateSerializer, Immutable, Alias("AddProduct")]
public sealed record AddProduct(
    Product Product,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : RuleSetCommand(Actor, Fingerprint);

/// <summary>
/// Adds a rule set version from its JSON document: a draft, or, when the engine brings it (no actor), an approved version.
/// </summary>
[GenerateSerializer, Immutable, Alias("AddRuleSetVersion")]
public sealed record AddRuleSetVersion(
    byte[] Document,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : RuleSetCommand(Actor, Fingerprint);

/// <summary>Puts a draft before somebody else for approval.</summary>
[GenerateSerializer, Immutable, Alias("ProposeRuleSetVersion")]
public sealed record ProposeRuleSetVersion(
    string Version,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : RuleSetCommand(Actor, Fingerprint);

/// <summary>Approves a proposal: from its date on it decides.</summary>
[GenerateSerializer, Immutable, Alias("ApproveRuleSetVersion")]
public sealed record ApproveRuleSetVersion(
    string Version,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : RuleSetCommand(Actor, Fingerprint)
{
    /// <summary>The completed simulation that the approver looked at, or null.</summary>
    [Id(0)] public SimulationId? Simulation { get; init; }
    /// <summary>Whether there must be one.</summary>
    [Id(1)] public bool SimulationRequired { get; init; }
}

/// <summary>Ends a draft or a proposal that shall not be.</summary>
[GenerateSerializer, Immutable, Alias("WithdrawRuleSetVersion")]
public sealed record WithdrawRuleSetVersion(
    string Version,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : RuleSetCommand(Actor, Fingerprint);
