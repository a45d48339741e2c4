namespace Commission.Domain.Rules;

/// <summary>Something that happened to one vertical's rule set.</summary>
/// <param name="Request">The request that caused it.</param>
public abstract record RuleSetEvent(RequestFingerprint Request);

/// <summary>The vertical was made.</summary>
public sealed record VerticalCreated(string Code, string Name, Product[] Products, string Gates, RequestFingerprint Request)
    : RuleSetEvent(Request);

/// <summary>A product was added.</summary>
public sealed record ProductAdded(Product Product, RequestFingerprint Request) : RuleSetEvent(Request);

/// <summary>A version was added.</summary>
public sealed record RuleSetVersionAdded(RuleSetVersion Version, RequestFingerprint Request) : RuleSetEvent(Request);
