using Commission.Domain.Amounts;
using Commission.Domain.Deals;

namespace Commission.Domain.Ledger;

/// <summary>Something to be appended to a book, before the book gives it its place.</summary>
[GenerateSerializer, Immutable, Alias("BookRecord")]
public abstract record BookRecord;

/// <summary>A transfer of money: one debit, one credit, so that it balances by construction.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Deal">The deal it comes from; for a payout the UUID of its batch stands here, for a hold that of its dispute.</param>
/// <param name="Debit">Account that is debited.</param>
/// <param name="Credit">Account that is credited.</param>
/// <param name="Amount">Positive, minor units.</param>
/// <param name="EffectiveOn">The date it counts from.</param>
/// <param name="RuleHash">The rule set document that decided.</param>
/// <param name="FactsHash">The facts it was applied to.</param>
/// <param name="ExplanationHash">The explanation of the result.</param>
/// <param name="Actor">Whose act caused it.</param>
/// <param name="Ordinal">Its place among the entries of the same cause, from 0.</param>
/// <param name="Corrects">For a kind that corrects (<see cref="EntryKinds.IsCorrection"/>): the facts of what it corrects; zero for the others.</param>
[GenerateSerializer, Immutable, Alias("EntryDraft")]
public sealed record EntryDraft(
    EntryKind Kind, DealId Deal, string Debit, string Credit, Money Amount, DateOnly EffectiveOn, Hash RuleHash, Hash FactsHash,
    Hash ExplanationHash, ContactId Actor, int Ordinal, Hash Corrects = default) : BookRecord
{
    /// <summary>
    /// The canonical facts, with the first entry of a calculation: stored beside the leaf, not in it, for the leaf has their
    /// hash. Whoever has them and the rules can calculate again.
    /// </summary>
    [Id(0)] public byte[]? Facts { get; init; }
}

/// <summary>A recorded handshake, on its way into the handshakes book.</summary>
[GenerateSerializer, Immutable, Alias("HandshakeDraft")]
public sealed record HandshakeDraft(DealId Deal, HandshakeStep Step, byte[] Payload, byte[] Envelope) : BookRecord;

/// <summary>An administrative act, on its way into the administration book.</summary>
/// <param name="Act">What was done.</param>
/// <param name="Subject">The id of what it was done to.</param>
/// <param name="Payload">Canonical JSON: docs/formats/entry.md.</param>
[GenerateSerializer, Immutable, Alias("ActDraft")]
public sealed record ActDraft(AdministrativeAct Act, Guid Subject, byte[] Payload) : BookRecord;

/// <summary>What an entry is.</summary>
[GenerateSerializer]
public enum EntryKind : byte
{
    /// <summary>Commission accrued because a chain is complete.</summary>
    Accrual = 1,
    /// <summary>The difference between what a calculation gives now and what was credited: later facts re-rated it.</summary>
    Adjustment = 2,
    /// <summary>Commission taken back because a deal ended early or money went back to the client.</summary>
    Clawback = 3,
    /// <summary>A payout item was submitted: payable to clearing, with the GST and the withholding that go with it.</summary>
    Payout = 4,
    /// <summary>The rail confirmed a payout: clearing to bank.</summary>
    PayoutSettlement = 5,
    /// <summary>A payout failed or came back: its transfers the other way round.</summary>
    PayoutReversal = 6,
    /// <summary>A dispute holds a contested amount: payable to disputed.</summary>
    Hold = 7,
    /// <summary>A dispute ended: disputed back to payable.</summary>
    HoldRelease = 8,
    /// <summary>What a dispute's decision changes: receivable to payable, or back.</summary>
    DisputeAdjustment = 9,
}

/// <summary>What kinds of entries have in common.</summary>
public static class EntryKinds
{
    /// <summary>Whether an entry of the kind names the cause that it corrects; the others must not.</summary>
    public static bool IsCorrection(this EntryKind kind) =>
        kind is EntryKind.Adjustment or EntryKind.Clawback or EntryKind.PayoutReversal or EntryKind.HoldRelease or EntryKind.DisputeAdjustment;

    /// <summary>Whether a rule calculated it, so that it can be calculated again.</summary>
    public static bool IsCalculated(this EntryKind kind) => kind is EntryKind.Accrual or EntryKind.Adjustment or EntryKind.Clawback;
}

/// <summary>The names of accounts.</summary>
public static class Accounts
{
    /// <summary>Longest account name, UTF-8 bytes.</summary>
    public const int MaxNameBytes = 120;

    /// <summary>The platform's fee income.</summary>
    public const string PlatformFee = "income:platform-fee";

    /// <summary>What a vertical's providers owe the network.</summary>
    public static string Receivable(string vertical) => $"{ReceivablePrefix}{vertical}";

    /// <summary>What the name of every receivable account starts with.</summary>
    public const string ReceivablePrefix = "receivable:";

    /// <summary>What the network owes a contact.</summary>
    public static string Payable(ContactId contact) => $"{PayablePrefix}{contact}";

    /// <summary>What every payable account's name begins with.</summary>
    public const string PayablePrefix = "payable:";

    /// <summary>What the network owes a contact, held by disputes.</summary>
    public static string Disputed(ContactId contact) => $"{DisputedPrefix}{contact}";

    /// <summary>What every disputed account's name begins with.</summary>
    public const string DisputedPrefix = "disputed:";

    /// <summary>GST paid to payees and not yet claimed back.</summary>
    public const string Gst = "tax:gst";

    /// <summary>Withheld from payees without an ABN and owed to the tax office.</summary>
    public const string Withholding = "tax:withholding";

    /// <summary>On its way through Stripe.</summary>
    public const string ClearingStripe = "clearing:stripe";

    /// <summary>On its way through a direct entry file.</summary>
    public const string ClearingAba = "clearing:aba";

    /// <summary>The network's bank account.</summary>
    public const string Bank = "bank";
}

/// <summary>The names of books.</summary>
public static class Books
{
    /// <summary>Money.</summary>
    public const string Ledger = "ledger";
    /// <summary>Attestations.</summary>
    public const string Handshakes = "handshakes";
    /// <summary>Administrative acts.</summary>
    public const string Administration = "administration";
}
