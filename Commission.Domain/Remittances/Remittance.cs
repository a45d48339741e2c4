using Commission.Domain.Amounts;

namespace Commission.Domain.Remittances;

/// <summary>A remittance advice of a provider, <c>remit_…</c>: the same file is the same one for ever.</summary>
[GenerateSerializer, Immutable, Alias("RemittanceId")]
public readonly record struct RemittanceId([property: Id(0)] Guid Value) : ITypedId<RemittanceId>
{
    /// <inheritdoc />
    public static string Prefix => "remit";

    /// <inheritdoc />
    public static RemittanceId From(Guid value) => new(value);

    /// <summary>The remittance of a file.</summary>
    public static RemittanceId Derive(Hash file) => new(TypeId.Derive("commission/remittance/v1", file.ToString()));

    /// <inheritdoc />
    public override string ToString() => TypeId.Format(Prefix, Value);
}

/// <summary>One line of a file, as it was read.</summary>
/// <param name="Number">Its place among the lines, from 1.</param>
/// <param name="Provider">Who says that it has paid.</param>
/// <param name="Reference">A deal's id, or the business key under which it was referred.</param>
/// <param name="Amount">What was paid; negative for what was taken back.</param>
/// <param name="PaidOn">When.</param>
[GenerateSerializer, Immutable, Alias("RemittanceLine")]
public sealed record RemittanceLine(
    [property: Id(0)] int Number, [property: Id(1)] string Provider, [property: Id(2)] string Reference, [property: Id(3)] Money Amount,
    [property: Id(4)] DateOnly PaidOn);

/// <summary>What a line is, as things stand.</summary>
[GenerateSerializer]
public enum RemittanceStatus
{
    /// <summary>No deal is known for it.</summary>
    Unmatched = 1,
    /// <summary>All that is expected for its deal was received.</summary>
    Matched = 2,
    /// <summary>Less was received for its deal than is expected.</summary>
    Short = 3,
    /// <summary>More was received for its deal than is expected.</summary>
    Over = 4,
    /// <summary>The same line was taken before; it does not count.</summary>
    Duplicate = 5,
}

/// <summary>Compares what was received for a deal with what is expected.</summary>
public static class RemittanceMatch
{
    /// <summary>What a line is.</summary>
    /// <param name="counts">Whether it was taken.</param>
    /// <param name="hasDeal">Whether its deal is known.</param>
    /// <param name="expectedMinor">What the ledger has on the receivable because of the deal.</param>
    /// <param name="receivedMinor">What all lines of the deal add up to.</param>
    public static RemittanceStatus Of(bool counts, bool hasDeal, long expectedMinor, long receivedMinor) =>
        !counts ? RemittanceStatus.Duplicate
        : !hasDeal ? RemittanceStatus.Unmatched
        : receivedMinor == expectedMinor ? RemittanceStatus.Matched
        : receivedMinor < expectedMinor ? RemittanceStatus.Short
        : RemittanceStatus.Over;
}
