namespace Commission.Domain.Rules;

/// <summary>The upper limits that a component can have.</summary>
public enum CapKind
{
    /// <summary>Of one deal's pool.</summary>
    Deal,
    /// <summary>Of what one party gets from one deal.</summary>
    Party,
    /// <summary>Of all pools of a scope and period together.</summary>
    Period,
    /// <summary>Of all pools of one client together.</summary>
    Customer,
}

/// <summary>What a cap cut off one pool: paid to nobody.</summary>
/// <param name="Component">Index of the component in its product.</param>
/// <param name="Cap">Which cap.</param>
/// <param name="CutMinor">Minor units, positive.</param>
public readonly record struct CapCut(int Component, CapKind Cap, long CutMinor);
