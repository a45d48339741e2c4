namespace Commission.Domain.Payouts;

/// <summary>
/// Where a payee is paid and what tax law asks of it, as somebody said it. The account itself is encrypted and never in the clear here. Who
/// is paid by Stripe only has tax facts and no account.
/// </summary>
/// <param name="Protected">The account, encrypted; empty for none.</param>
/// <param name="Masked">What people may see of it, such as <c>062-000 •••456</c>; empty for none.</param>
/// <param name="Commitment">What batches and books know it by: a keyed hash; zero for none.</param>
/// <param name="Abn">The payee's ABN, or null when it quotes none.</param>
/// <param name="IsGstRegistered">Whether it is registered for GST.</param>
/// <param name="RctiAgreement">Reference of the agreement by which we issue its tax invoices, or null.</param>
/// <param name="By">Who said so.</param>
/// <param name="At">When (UTC).</param>
[GenerateSerializer, Immutable, Alias("PayeeDetails")]
public sealed record PayeeDetails(
    [property: Id(0)] byte[] Protected, [property: Id(1)] string Masked, [property: Id(2)] Hash Commitment, [property: Id(3)] Tax.Abn? Abn,
    [property: Id(4)] bool IsGstRegistered, [property: Id(5)] string? RctiAgreement, [property: Id(6)] ContactId By, [property: Id(7)] DateTimeOffset At)
{
    /// <summary>Whether there is an account, and not only tax facts.</summary>
    public bool HasAccount => Protected.Length > 0;

    /// <summary>What a verification names: a hash of the account's commitment and of the tax facts, so that nobody verifies what was not shown.</summary>
    public Hash Shown => Hash.Of(new CanonicalObject()
        .Add("abn", Abn?.Digits).Add("account", HasAccount ? Commitment.ToString() : null).Add("gstRegistered", IsGstRegistered ? 1 : 0)
        .Add("rctiAgreement", RctiAgreement).Add("version", 1).ToBytes());
}

/// <summary>A payee's account: what was proposed last, and what somebody else has verified. Batches pay to what is verified.</summary>
[GenerateSerializer, Alias("PayeeAccountState")]
public sealed record PayeeAccountState
{
    /// <summary>The payee.</summary>
    [Id(0)] public ContactId Payee { get; init; }
    /// <summary>What waits for verification; null when nothing does.</summary>
    [Id(1)] public PayeeDetails? Proposed { get; init; }
    /// <summary>What was verified last; null before the first time.</summary>
    [Id(2)] public PayeeDetails? Verified { get; init; }
    /// <summary>Who verified it.</summary>
    [Id(3)] public ContactId? VerifiedBy { get; init; }
    /// <summary>When (UTC).</summary>
    [Id(4)] public DateTimeOffset? VerifiedAt { get; init; }
    /// <summary>The latest accepted requests, oldest first, bounded by <see cref="PayeeAccountMachine.MaxRequests"/>.</summary>
    [Id(5)] public RequestFingerprint[] Requests { get; init; } = [];
}

/// <summary>A command to a payee's account.</summary>
/// <param name="Actor">Who gives it.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("PayeeAccountCommand")]
public abstract record PayeeAccountCommand(ContactId Actor, RequestFingerprint Fingerprint);

/// <summary>Says where a payee is to be paid. What was verified before stays in force until this is.</summary>
/// <param name="Payee">The payee.</param>
/// <param name="Account">The account, in the clear: it is encrypted before anything is stored.</param>
/// <param name="Abn">The payee's ABN, or null.</param>
/// <param name="IsGstRegistered">Whether it is registered for GST.</param>
/// <param name="RctiAgreement">Reference of the agreement by which we issue its tax invoices, or null.</param>
/// <param name="Actor">Who says so.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("ProposePayeeAccount")]
public sealed record ProposePayeeAccount(
    ContactId Payee, Aba.BankAccount Account, Tax.Abn? Abn, bool IsGstRegistered, string? RctiAgreement, ContactId Actor, RequestFingerprint Fingerprint)
    : PayeeAccountCommand(Actor, Fingerprint);

/// <summary>Says what tax law asks of a payee; its verified account, if it has one, stays. What was verified before stays in force until this is.</summary>
/// <param name="Payee">The payee.</param>
/// <param name="Abn">The payee's ABN, or null when it quotes none.</param>
/// <param name="IsGstRegistered">Whether it is registered for GST.</param>
/// <param name="RctiAgreement">Reference of the agreement by which we issue its tax invoices, or null.</param>
/// <param name="Actor">Who says so.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("ProposeTaxFacts")]
public sealed record ProposeTaxFacts(
    ContactId Payee, Tax.Abn? Abn, bool IsGstRegistered, string? RctiAgreement, ContactId Actor, RequestFingerprint Fingerprint)
    : PayeeAccountCommand(Actor, Fingerprint);

/// <summary>Verifies what was proposed.</summary>
/// <param name="Shown"><see cref="PayeeDetails.Shown"/> of what was shown.</param>
/// <param name="Actor">Who verifies: not who proposed it, and not the payee.</param>
/// <param name="Fingerprint">The request's idempotency fingerprint.</param>
[GenerateSerializer, Immutable, Alias("VerifyPayeeAccount")]
public sealed record VerifyPayeeAccount(Hash Shown, ContactId Actor, RequestFingerprint Fingerprint) : PayeeAccountCommand(Actor, Fingerprint);
