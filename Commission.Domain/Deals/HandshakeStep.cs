namespace Commission.Domain.Deals;

/// <summary>The steps of a deal's chain: five handshakes, or one of the three ends.</summary>
[GenerateSerializer]
public enum HandshakeStep : byte
{
    /// <summary>No step.</summary>
    None = 0,
    /// <summary>H1, by the referring member.</summary>
    Intent = 1,
    /// <summary>H2, by the client.</summary>
    Acknowledgement = 2,
    /// <summary>H3, by the receiving member.</summary>
    Intake = 3,
    /// <summary>H4, by the receiving member.</summary>
    Settlement = 4,
    /// <summary>H5, by the client.</summary>
    Outcome = 5,
    /// <summary>The client or the receiving member said no.</summary>
    Decline = 6,
    /// <summary>The referring member or the client took the referral back.</summary>
    Withdrawal = 7,
    /// <summary>No acknowledgement within seven days; recorded by the engine, unsigned.</summary>
    Expiry = 8,
}

/// <summary>Where a deal stands.</summary>
[GenerateSerializer]
public enum DealStatus : byte
{
    /// <summary>No intent yet: the deal does not exist.</summary>
    None = 0,
    /// <summary>Waits for the client's acknowledgement.</summary>
    IntentSigned = 1,
    /// <summary>Waits for intake.</summary>
    Acknowledged = 2,
    /// <summary>Waits for settlement.</summary>
    InIntake = 3,
    /// <summary>Waits for the client's outcome.</summary>
    Settled = 4,
    /// <summary>Five handshakes; commission has accrued.</summary>
    Complete = 5,
    /// <summary>Ended by the client or the receiving member.</summary>
    Declined = 6,
    /// <summary>Ended by the referring member or the client.</summary>
    Withdrawn = 7,
    /// <summary>Ended by the clock.</summary>
    Expired = 8,
}

/// <summary>Words for steps.</summary>
public static class HandshakeSteps
{
    /// <summary>The step's name in payloads: H1 … H5, DECLINE, WITHDRAWAL, EXPIRY.</summary>
    public static string Name(this HandshakeStep step) => step switch
    {
        HandshakeStep.Intent => "H1",
        HandshakeStep.Acknowledgement => "H2",
        HandshakeStep.Intake => "H3",
        HandshakeStep.Settlement => "H4",
        HandshakeStep.Outcome => "H5",
        HandshakeStep.Decline => "DECLINE",
        HandshakeStep.Withdrawal => "WITHDRAWAL",
        HandshakeStep.Expiry => "EXPIRY",
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    /// <summary>The status that a deal has once the step is recorded; both enums count alike on purpose.</summary>
    public static DealStatus StatusAfter(this HandshakeStep step) => (DealStatus)step;

    /// <summary>The handshake that a status waits for, or none.</summary>
    public static HandshakeStep Next(this DealStatus status) =>
        status < DealStatus.Complete ? (HandshakeStep)(status + 1) : HandshakeStep.None;
}
