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

/// <summary>Adds a rule set version from its JSON document.</summary>
[GenerateSerializer, Immutable, Alias("AddRuleSetVersion")]
public sealed record AddRuleSetVersion(
    byte[] Document,
    ContactId? Actor,
    RequestFingerprint Fingerprint) : RuleSetCommand(Actor, Fingerprint);
