using Commission.Domain.Ledger;

namespace Commission.Domain.Guarantees;

/// <summary>What the columns beside a leaf's bytes say; they must say what the bytes say.</summary>
public sealed record LeafColumns(
    long Sequence, Guid Deal, short Kind, DateTimeOffset PostedAt, string? Debit, string? DebitCurrency, long? DebitSequence, string? Credit,
    string? CreditCurrency, long? CreditSequence, long? AmountMinor, DateOnly? EffectiveOn, bool HasFacts)
{
    /// <summary>The columns that the bytes give. Facts are no part of the leaf: whether there are any is taken as it is.</summary>
    public static LeafColumns Of(Leaf leaf, bool hasFacts) => leaf switch
    {
        EntryLeaf { Entry: var entry } posted => new LeafColumns(
            leaf.Sequence, entry.Deal.Value, (short)entry.Kind, leaf.PostedAt, posted.Debit.Account, entry.Amount.Currency.Code, posted.Debit.Sequence,
            posted.Credit.Account, entry.Amount.Currency.Code, posted.Credit.Sequence, entry.Amount.Minor, entry.EffectiveOn, hasFacts),
        HandshakeLeaf handshake => Bare(leaf, handshake.Handshake.Deal.Value, (short)handshake.Handshake.Step),
        ActLeaf act => Bare(leaf, act.Act.Subject, (short)act.Act.Act),
        _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
    };

    /// <summary>What these columns have otherwise than the bytes; null when they agree.</summary>
    public string? Fault(Leaf leaf)
    {
        var bytes = Of(leaf, HasFacts && leaf is EntryLeaf);
        return this == bytes ? null
            : Sequence != bytes.Sequence ? Other("sequence", Sequence, bytes.Sequence)
            : Deal != bytes.Deal ? Other("deal", Deal, bytes.Deal)
            : Kind != bytes.Kind ? Other("kind", Kind, bytes.Kind)
            : PostedAt != bytes.PostedAt ? Other("posted_at", PostedAt.ToString("O"), bytes.PostedAt.ToString("O"))
            : (Debit, DebitCurrency) != (bytes.Debit, bytes.DebitCurrency)
                ? Other("debit", Account(Debit, DebitCurrency), Account(bytes.Debit, bytes.DebitCurrency))
            : DebitSequence != bytes.DebitSequence ? Other("debit_sequence", DebitSequence, bytes.DebitSequence)
            : (Credit, CreditCurrency) != (bytes.Credit, bytes.CreditCurrency)
                ? Other("credit", Account(Credit, CreditCurrency), Account(bytes.Credit, bytes.CreditCurrency))
            : CreditSequence != bytes.CreditSequence ? Other("credit_sequence", CreditSequence, bytes.CreditSequence)
            : AmountMinor != bytes.AmountMinor ? Other("amount", AmountMinor, bytes.AmountMinor)
            : EffectiveOn != bytes.EffectiveOn ? Other("effective_on", EffectiveOn?.ToString("yyyy-MM-dd"), bytes.EffectiveOn?.ToString("yyyy-MM-dd"))
            : "column facts holds something, and its bytes are no entry";
    }

    private static string? Account(string? name, string? currency) => currency is null ? name : $"{name} {currency}";

    private static string Other(string column, object? stored, object? bytes) => $"column {column} says {stored ?? "nothing"}, its bytes say {bytes ?? "nothing"}";

    private static LeafColumns Bare(Leaf leaf, Guid subject, short kind) =>
        new(leaf.Sequence, subject, kind, leaf.PostedAt, null, null, null, null, null, null, null, null, false);
}
