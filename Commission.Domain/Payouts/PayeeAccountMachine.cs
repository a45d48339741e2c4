using Commission.Domain.Ledger;
using Commission.Domain.Payouts.Aba;

namespace Commission.Domain.Payouts;

/// <summary>Something that happened to a payee's account.</summary>
public abstract record PayeeAccountEvent(DateTimeOffset At, RequestFingerprint Request);

/// <summary>Somebody said where the payee is to be paid.</summary>
public sealed record PayeeAccountWasProposed(ContactId Payee, PayeeDetails Details, RequestFingerprint Request) : PayeeAccountEvent(Details.At, Request);

/// <summary>Somebody else verified it.</summary>
public sealed record PayeeAccountWasVerified(ContactId By, DateTimeOffset At, RequestFingerprint Request) : PayeeAccountEvent(At, Request);

/// <summary>An account as it is stored: encrypted, and the keyed hash by which it is known.</summary>
/// <param name="Protected">Encrypted.</param>
/// <param name="Commitment">Keyed hash.</param>
public sealed record SealedAccount(byte[] Protected, Hash Commitment);

/// <summary>Decides who says where a payee is paid: maker is not checker. Pure: no clock, no I/O, no keys.</summary>
public static class PayeeAccountMachine
{
    /// <summary>Accepted requests that an account remembers.</summary>
    public const int MaxRequests = 16;

    /// <summary>Decides one command.</summary>
    /// <param name="state">The account.</param>
    /// <param name="command">The command.</param>
    /// <param name="seal">Encrypts an account that is in order.</param>
    /// <param name="now">When.</param>
    public static Decision<PayeeAccountEvent> Decide(
        PayeeAccountState state, PayeeAccountCommand command, Func<BankAccount, SealedAccount> seal, DateTimeOffset now)
    {
        return command switch
        {
            ProposePayeeAccount propose => Propose(propose, seal, now),
            ProposeTaxFacts propose => Propose(state, propose, now),
            VerifyPayeeAccount verify => Verify(state, verify, now),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    /// <summary>Applies one event.</summary>
    public static PayeeAccountState Evolve(PayeeAccountState state, PayeeAccountEvent happened)
    {
        var next = state with { Requests = [.. state.Requests.TakeLast(MaxRequests - 1), happened.Request] };
        return happened switch
        {
            PayeeAccountWasProposed proposed => next with { Payee = proposed.Payee, Proposed = proposed.Details },
            PayeeAccountWasVerified verified => next with
            {
                Proposed = null,
                Verified = state.Proposed,
                VerifiedBy = verified.By,
                VerifiedAt = verified.At,
            },
            _ => throw new ArgumentOutOfRangeException(nameof(happened)),
        };
    }

    /// <summary>Whether a request was accepted before, or the refusal of a key that comes back with another body.</summary>
    public static (bool WasAccepted, Refusal? Refusal) Replay(PayeeAccountState state, RequestFingerprint request) =>
        state.Requests.Contains(request) ? (true, null)
        : Array.Exists(state.Requests, known => known.Key == request.Key) ? (false, RequestFingerprint.Reused())
        : (false, null);

    /// <summary>A leaf of the administration book for each act; the account is in it as its commitment only.</summary>
    public static IReadOnlyList<BookRecord> Acts(PayeeAccountState state, IEnumerable<PayeeAccountEvent> events) =>
        [.. events.Select(happened => Act(state, happened))];

    private static Decision<PayeeAccountEvent> Propose(ProposePayeeAccount command, Func<BankAccount, SealedAccount> seal, DateTimeOffset now)
    {
        var account = command.Account;
        if (account.RefusalIn("account") is { } refusal)
            return refusal;

        // Every bank takes the plain characters, so a title that folds into them never stops a file later.
        if (AbaText.Fold(account.Title, AbaProfile.Generic, "account.title", 32, mayBeCut: true).Refusal is { } unwritable)
            return unwritable;
        if (TaxRefusal(command.Abn, command.IsGstRegistered) is { } wrong)
            return wrong;
        var sealedAccount = seal(account);
        var details = new PayeeDetails(
            sealedAccount.Protected, Mask(account), sealedAccount.Commitment, command.Abn, command.IsGstRegistered, command.RctiAgreement, command.Actor, now);
        return Decision<PayeeAccountEvent>.Accept(new PayeeAccountWasProposed(command.Payee, details, command.Fingerprint));
    }

    /// <summary>
    /// An account that waits for its verification stands in the way: verified together with tax facts of somebody else, its own maker could
    /// check it.
    /// </summary>
    private static Decision<PayeeAccountEvent> Propose(PayeeAccountState state, ProposeTaxFacts command, DateTimeOffset now)
    {
        if (TaxRefusal(command.Abn, command.IsGstRegistered) is { } wrong)
            return wrong;
        if (state.Proposed is { HasAccount: true } waiting && waiting.Commitment != state.Verified?.Commitment)
            return new Refusal(RefusalCodes.WrongState, "A bank account waits for verification: verify it first, or propose it again with these tax facts.");
        var details = new PayeeDetails(
            state.Verified?.Protected ?? [], state.Verified?.Masked ?? "", state.Verified?.Commitment ?? Hash.Zero, command.Abn, command.IsGstRegistered,
            command.RctiAgreement, command.Actor, now);
        return Decision<PayeeAccountEvent>.Accept(new PayeeAccountWasProposed(command.Payee, details, command.Fingerprint));
    }

    private static Refusal? TaxRefusal(Tax.Abn? abn, bool isGstRegistered) => isGstRegistered && abn is null
        ? new Refusal(RefusalCodes.InvalidField, "Who is registered for GST has an ABN.", "abn")
        : null;

    private static Decision<PayeeAccountEvent> Verify(PayeeAccountState state, VerifyPayeeAccount command, DateTimeOffset now)
    {
        if (state.Proposed is not { } proposed)
            return new Refusal(RefusalCodes.WrongState, "Nothing waits for verification.");
        if (proposed.By == command.Actor || state.Payee == command.Actor)
            return new Refusal(RefusalCodes.MakerIsChecker, "Somebody must verify an account who neither proposed it nor is paid to it.", "actor");
        return proposed.Shown == command.Shown
            ? Decision<PayeeAccountEvent>.Accept(new PayeeAccountWasVerified(command.Actor, now, command.Fingerprint))
            : new Refusal(RefusalCodes.BatchChanged, "The account is not what was shown: look at it again.", "commitment", proposed.Shown.ToString());
    }

    private static string Mask(BankAccount account) => $"{account.Bsb} •••{(account.Number.Length > 3 ? account.Number[^3..] : "")}";

    private static ActDraft Act(PayeeAccountState state, PayeeAccountEvent happened)
    {
        var (act, actor, details) = happened switch
        {
            PayeeAccountWasProposed proposed => (AdministrativeAct.PayeeAccountProposed, proposed.Details.By, proposed.Details),
            PayeeAccountWasVerified verified => (AdministrativeAct.PayeeAccountVerified, verified.By, state.Verified!),
            _ => throw new ArgumentOutOfRangeException(nameof(happened)),
        };
        return new ActDraft(act, state.Payee.Value, act.Payload(actor.ToString(), happened.At)
            .Add("account", details.HasAccount ? details.Commitment.ToString() : null).Add("payee", state.Payee.ToString()).Add("shown", details.Shown.ToString())
            .ToBytes());
    }
}
