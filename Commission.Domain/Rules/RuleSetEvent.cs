namespace Commission.Domain.Rules;

/// <summary>Something that happened to one vertical's rule set.</summary>
/// <param name="Request">The request that caused it.</param>
public abstract record RuleSetEvent(RequestFingerprint Request);

/// <summary>The vertical was made.</summary>
public sealed record VerticalCreated(
    string Code, string Name, Product[] Products, string Gates, ContactId? Actor, DateTimeOffset At, RequestFingerprint Request)
    : RuleSetEvent(Request);

/// <summary>A product was added.</summary>
public sealed record ProductAdded(Product Product, ContactId? Actor, DateTimeOffset At, RequestFingerprint Request) : RuleSetEvent(Request);

/// <summary>A version was added, as a draft or, by the engine, approved.</summary>
public sealed record RuleSetVersionAdded(RuleSetVersion Version, RequestFingerprint Request) : RuleSetEvent(Request);

/// <summary>A version took its next step; everything else about it stays as it was.</summary>
public sealed record RuleSetVersionMoved(RuleSetVersion Version, RequestFingerprint Request) : RuleSetEvent(Request);
