using Commission.Domain.Rules;

namespace Commission.Domain.Payouts.Tax;

/// <summary>What a paper is.</summary>
[GenerateSerializer]
public enum TaxDocumentKind
{
    /// <summary>A recipient-created tax invoice.</summary>
    Rcti = 1,
    /// <summary>A recipient-created adjustment note: what clawbacks change in earlier invoices.</summary>
    AdjustmentNote = 2,
    /// <summary>A statement, which is no tax invoice.</summary>
    Statement = 3,
    /// <summary>Takes back a paper whose payment did not arrive: all its amounts with the other sign.</summary>
    Cancellation = 4,
}

/// <summary>Payer or payee, as the paper names it.</summary>
/// <param name="Name">Legal name. Personal data.</param>
/// <param name="Abn">Its ABN, or null when it quotes none.</param>
/// <param name="IsGstRegistered">Whether it is registered for GST on the date of issue.</param>
[GenerateSerializer, Immutable, Alias("TaxParty")]
public sealed record TaxParty([property: Id(0)] string Name, [property: Id(1)] Abn? Abn, [property: Id(2)] bool IsGstRegistered);

/// <summary>Something that is paid or taken back.</summary>
/// <param name="On">The date it counts from.</param>
/// <param name="Description">What was supplied: deal, product, component.</param>
/// <param name="Entry">Leaf hash of the ledger entry.</param>
/// <param name="AmountMinor">Cents as accrued, negative for a clawback.</param>
/// <param name="Treatment">How the amount stands to GST.</param>
/// <param name="Corrects">For a clawback: the number of the invoice that it adjusts, where it is known.</param>
[GenerateSerializer, Immutable, Alias("TaxLine")]
public sealed record TaxLine(
    [property: Id(0)] DateOnly On, [property: Id(1)] string Description, [property: Id(2)] Hash Entry, [property: Id(3)] long AmountMinor,
    [property: Id(4)] GstTreatment Treatment, [property: Id(5)] string? Corrects = null);

/// <summary>A line as it stands on a paper: its value without GST and its GST, negative on an adjustment note.</summary>
/// <param name="Line">What is paid or taken back.</param>
/// <param name="ValueMinor">Without GST.</param>
/// <param name="GstMinor">GST.</param>
public sealed record TaxDocumentLine(TaxLine Line, long ValueMinor, long GstMinor);

/// <summary>A paper as it was issued. Its canonical bytes are what is stored and hashed; all forms for people are made from them.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Number">Its place in the gapless sequence of its kind, from 1.</param>
/// <param name="IssuedOn">Date of issue.</param>
/// <param name="Supplier">The payee, whose supply it is.</param>
/// <param name="Recipient">The payer, who issues it.</param>
/// <param name="Agreement">Reference of the RCTI agreement; null for a statement.</param>
/// <param name="Payout">The payout item that it belongs to.</param>
/// <param name="Currency">Currency of all amounts.</param>
/// <param name="Lines">Its lines, in order.</param>
/// <param name="WithheldMinor">Tax withheld from the payment because no ABN was quoted; only on a statement.</param>
/// <param name="Cancels">The number of the paper that it takes back; only on a cancellation.</param>
/// <param name="Reason">Why the payment did not arrive; only on a cancellation.</param>
public sealed record TaxDocument(
    TaxDocumentKind Kind, long Number, DateOnly IssuedOn, TaxParty Supplier, TaxParty Recipient, string? Agreement, string Payout, string Currency,
    IReadOnlyList<TaxDocumentLine> Lines, long WithheldMinor, string? Cancels = null, string? Reason = null)
{
    /// <summary>Without GST.</summary>
    public long ValueMinor => Lines.Sum(line => line.ValueMinor);

    /// <summary>GST of the whole.</summary>
    public long GstMinor => Lines.Sum(line => line.GstMinor);

    /// <summary>What it adds to the payment: value and GST less what is withheld.</summary>
    public long PayableMinor => ValueMinor + GstMinor - WithheldMinor;

    /// <summary>For example <c>RCTI-000042</c>.</summary>
    public string Name => NameOf(Kind, Number);

    /// <summary>The number of a kind as papers show it.</summary>
    public static string NameOf(TaxDocumentKind kind, long number) => $"{kind switch
    {
        TaxDocumentKind.Rcti => "RCTI",
        TaxDocumentKind.AdjustmentNote => "ADJ",
        TaxDocumentKind.Cancellation => "CAN",
        _ => "STM",
    }}-{number:000000}";
}
