namespace Commission.Domain.Rules.Simulation;

/// <summary>What traffic to make. The same settings make the same traffic for ever.</summary>
public sealed record FlowSettings
{
    /// <summary>Most deals of one simulation.</summary>
    public const int MaxDeals = 200_000;

    /// <summary>Chooses everything that is left to chance.</summary>
    public required long Seed { get; init; }
    /// <summary>First day of referrals.</summary>
    public required DateOnly From { get; init; }
    /// <summary>Days on which referrals arrive.</summary>
    public required int Days { get; init; }
    /// <summary>Referrals on an average day. Each deal's day is chosen evenly, so that days differ as they do in life.</summary>
    public required int ArrivalsPerDay { get; init; }
    /// <summary>Days that are played after the last arrival.</summary>
    public required int FollowDays { get; init; }
    /// <summary>Members who refer and receive.</summary>
    public required int Members { get; init; }
    /// <summary>What is referred.</summary>
    public required IReadOnlyList<FlowVertical> Mix { get; init; }
    /// <summary>How many go on to the next step.</summary>
    public required FlowConversion Conversion { get; init; }
    /// <summary>How long the next step takes.</summary>
    public required FlowDelays Delays { get; init; }
    /// <summary>Of a hundred complete deals, how many are cancelled.</summary>
    public required int CancellationPercent { get; init; }
    /// <summary>A cancellation happens within so many days of the completion.</summary>
    public required int CancellationWithinDays { get; init; }
    /// <summary>Of a hundred complete deals, how many are disputed.</summary>
    public required int DisputePercent { get; init; }
    /// <summary>Of a hundred disputes, how many are upheld.</summary>
    public required int UpheldPercent { get; init; }

    /// <summary>Deals in all.</summary>
    public int Deals => checked(Days * ArrivalsPerDay);

    /// <summary>The last day that is played.</summary>
    public DateOnly Last => From.AddDays(Days + FollowDays - 1);
}

/// <summary>A vertical's part of the traffic.</summary>
/// <param name="Rules">Its rules.</param>
/// <param name="Weight">Its share of the referrals, against the other weights.</param>
/// <param name="LeastMinor">The least settled value.</param>
/// <param name="MostMinor">The largest.</param>
public sealed record FlowVertical(RuleSetDocument Rules, int Weight, long LeastMinor, long MostMinor);

/// <summary>Of a hundred deals that reached a step, how many reach the next.</summary>
/// <param name="Acknowledged">Of those referred.</param>
/// <param name="Intake">Of those acknowledged.</param>
/// <param name="Settled">Of those in intake.</param>
/// <param name="Completed">Of those settled.</param>
public sealed record FlowConversion(int Acknowledged, int Intake, int Settled, int Completed);

/// <summary>The most days that a step takes after the one before.</summary>
/// <param name="Acknowledgement">Of the acknowledgement.</param>
/// <param name="Intake">Of the intake.</param>
/// <param name="Settlement">Of the settlement.</param>
/// <param name="Outcome">Of the outcome.</param>
public sealed record FlowDelays(int Acknowledgement, int Intake, int Settlement, int Outcome);
