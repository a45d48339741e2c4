namespace Commission.Domain;

/// <summary>An expected "no": a stable code, a sentence for people, and the input field it is about.</summary>
/// <param name="Code">One of <see cref="RefusalCodes"/>; stable for ever.</param>
/// <param name="Text">What was found and what was expected.</param>
/// <param name="Field">The offending input field, or null when no single field is at fault.</param>
/// <param name="Related">The id that the caller should look at instead (the original of a duplicate), or null.</param>
[GenerateSerializer, Immutable, Alias("Refusal")]
public sealed record Refusal(string Code, string Text, string? Field = null, string? Related = null)
{
    /// <summary>What was expected at the field, where a reader of documents says so.</summary>
    [Id(0)] public string? Expected { get; init; }
    /// <summary>What was found there.</summary>
    [Id(1)] public string? Found { get; init; }
}

/// <summary>Every code a command can be refused with. HTTP statuses are assigned in one table of the API.</summary>
public static class RefusalCodes
{
    /// <summary>A field is missing, malformed or out of range.</summary>
    public const string InvalidField = "INVALID_FIELD";
    /// <summary>The signature does not verify over the canonical payload bytes.</summary>
    public const string InvalidSignature = "INVALID_SIGNATURE";
    /// <summary>The signing key is not registered for the actor.</summary>
    public const string UnknownKey = "UNKNOWN_KEY";
    /// <summary>The signing key was not valid at the time of signing.</summary>
    public const string KeyNotValid = "KEY_NOT_VALID";
    /// <summary>The previous-handshake hash is not the hash of the deal's last handshake.</summary>
    public const string WrongPrevious = "WRONG_PREVIOUS";
    /// <summary>The business key was used before, by another request.</summary>
    public const string DuplicateIntent = "DUPLICATE_INTENT";
    /// <summary>No rule set version of the vertical covers the referral date or the product.</summary>
    public const string RateCardMissing = "RATE_CARD_MISSING";
    /// <summary>The deal is not in a state that admits this step.</summary>
    public const string WrongState = "WRONG_STATE";
    /// <summary>Somebody else must take this step.</summary>
    public const string WrongActor = "WRONG_ACTOR";
    /// <summary>Referrer, receiver and client must be different contacts.</summary>
    public const string SelfReferral = "SELF_REFERRAL";
    /// <summary>The magic link is older than seven days.</summary>
    public const string TokenExpired = "TOKEN_EXPIRED";
    /// <summary>The magic link is unknown or used.</summary>
    public const string HandshakeNotFound = "HANDSHAKE_NOT_FOUND";
    /// <summary>No deal with that id.</summary>
    public const string DealNotFound = "DEAL_NOT_FOUND";
    /// <summary>No contact with that id.</summary>
    public const string UnknownContact = "UNKNOWN_CONTACT";
    /// <summary>No vertical with that code.</summary>
    public const string UnknownVertical = "UNKNOWN_VERTICAL";
    /// <summary>No product with that code in the vertical.</summary>
    public const string UnknownProduct = "UNKNOWN_PRODUCT";
    /// <summary>The amount's currency is not the rule set's.</summary>
    public const string CurrencyMismatch = "CURRENCY_MISMATCH";
    /// <summary>A date lies in the future, or before the step that must precede it.</summary>
    public const string InvalidDate = "INVALID_DATE";
    /// <summary>The idempotency key was used with another body.</summary>
    public const string IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED";
    /// <summary>The service is not authorised to act for the member.</summary>
    public const string NotAuthorised = "NOT_AUTHORISED";
    /// <summary>Something with this identity exists with other content.</summary>
    public const string AlreadyExists = "ALREADY_EXISTS";
    /// <summary>A new rule set version would change dates that are already past.</summary>
    public const string RetroactiveVersion = "RETROACTIVE_VERSION";
    /// <summary>The settled facts lack a basis that the rule set needs.</summary>
    public const string MissingBasis = "MISSING_BASIS";
    /// <summary>The rules or the deal break a clause that the vertical must keep.</summary>
    public const string GateBroken = "GATE_BROKEN";
    /// <summary>Who made something cannot approve it.</summary>
    public const string MakerIsChecker = "MAKER_IS_CHECKER";
    /// <summary>No rule set version with that id in the vertical.</summary>
    public const string UnknownVersion = "UNKNOWN_VERSION";
    /// <summary>The version is chosen by a date that the engine does not know in time.</summary>
    public const string UnsupportedAnchor = "UNSUPPORTED_ANCHOR";
    /// <summary>No agreement with that reference was executed.</summary>
    public const string UnknownAgreement = "UNKNOWN_AGREEMENT";
    /// <summary>The agreement has ended.</summary>
    public const string AgreementEnded = "AGREEMENT_ENDED";
    /// <summary>No simulation with that id.</summary>
    public const string UnknownSimulation = "UNKNOWN_SIMULATION";
    /// <summary>The simulation is not completed, or tried other rules.</summary>
    public const string SimulationUnfit = "SIMULATION_UNFIT";
    /// <summary>A version must be simulated before it is approved.</summary>
    public const string SimulationRequired = "SIMULATION_REQUIRED";
    /// <summary>An accumulator holds as many contributions as it can.</summary>
    public const string VolumeFull = "VOLUME_FULL";
    /// <summary>This revenue, or the balance of this month, was recorded before, by another request.</summary>
    public const string DuplicateRevenue = "DUPLICATE_REVENUE";
    /// <summary>This milestone was reached before.</summary>
    public const string DuplicateMilestone = "DUPLICATE_MILESTONE";
    /// <summary>This clawback was recorded before, by another request.</summary>
    public const string DuplicateClawback = "DUPLICATE_CLAWBACK";
    /// <summary>The pinned rules know no milestone of that name.</summary>
    public const string UnknownMilestone = "UNKNOWN_MILESTONE";
    /// <summary>The deal has as many recorded events as it can remember.</summary>
    public const string TooManyEvents = "TOO_MANY_EVENTS";
    /// <summary>The calendar of public holidays does not reach that day.</summary>
    public const string CalendarEnded = "CALENDAR_ENDED";
    /// <summary>The payout batch is not what was approved.</summary>
    public const string BatchChanged = "BATCH_CHANGED";
    /// <summary>No payout batch with that id.</summary>
    public const string UnknownPayout = "UNKNOWN_PAYOUT";
    /// <summary>No dispute with that id.</summary>
    public const string UnknownDispute = "UNKNOWN_DISPUTE";
    /// <summary>Nobody can be paid: nothing is due, or nobody is ready.</summary>
    public const string NothingToPay = "NOTHING_TO_PAY";
    /// <summary>The payer's own account on the rail is not configured.</summary>
    public const string RailNotConfigured = "RAIL_NOT_CONFIGURED";
    /// <summary>The rail refused, for a reason that is the caller's to mend.</summary>
    public const string RailRefused = "RAIL_REFUSED";
    /// <summary>No item with that number in the batch.</summary>
    public const string UnknownItem = "UNKNOWN_ITEM";
    /// <summary>A bounded queue is full: try again after a moment; nothing was done.</summary>
    public const string Busy = "BUSY";
}

/// <summary>The answer of a machine: events to persist, or a refusal. Never both.</summary>
/// <typeparam name="TEvent">The machine's event type.</typeparam>
public readonly record struct Decision<TEvent>
{
    private Decision(IReadOnlyList<TEvent> events, Refusal? refusal)
    {
        Events = events;
        Refusal = refusal;
    }

    /// <summary>What happened, in order; empty when refused.</summary>
    public IReadOnlyList<TEvent> Events { get; }

    /// <summary>Why not; null when accepted.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The command is accepted and yields these events.</summary>
    public static Decision<TEvent> Accept(params IReadOnlyList<TEvent> events) => new(events, null);

    /// <summary>The command is refused; state stays as it is.</summary>
    public static Decision<TEvent> Reject(Refusal refusal) => new([], refusal);

    /// <summary>Lets a machine return a refusal where a decision is expected.</summary>
    public static implicit operator Decision<TEvent>(Refusal refusal) => Reject(refusal);
}
