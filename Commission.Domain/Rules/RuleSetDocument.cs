using Commission.Domain.Amounts;

namespace Commission.Domain.Rules;

/// <summary>A parsed rule set document. Immutable; its identity is the hash of its canonical bytes.</summary>
/// <param name="Vertical">The vertical's code.</param>
/// <param name="EffectiveFrom">First referral date it decides.</param>
/// <param name="Currency">The currency of every amount in it, and of the deals it applies to.</param>
/// <param name="GoverningAgreement">The agreement it rests on.</param>
/// <param name="PlatformFee">The platform's part of each pool.</param>
/// <param name="Products">Components by product code.</param>
/// <param name="Canonical">RFC 8785 bytes of the document.</param>
public sealed record RuleSetDocument(
    string Vertical,
    DateOnly EffectiveFrom,
    Currency Currency,
    string GoverningAgreement,
    Rate PlatformFee,
    IReadOnlyDictionary<string, IReadOnlyList<Component>> Products,
    byte[] Canonical)
{
    /// <summary>SHA-256 of the canonical bytes.</summary>
    public Hash Hash { get; } = Hash.Of(Canonical);
}
