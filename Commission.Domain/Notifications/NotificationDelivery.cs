namespace Commission.Domain.Notifications;

/// <summary>How an attempt to deliver ended.</summary>
public enum DeliveryOutcome
{
    /// <summary>It was taken.</summary>
    Delivered = 1,
    /// <summary>Not now: try again.</summary>
    NotNow = 2,
    /// <summary>Refused for good.</summary>
    Refused = 3,
    /// <summary>The recipient has no address.</summary>
    NoAddress = 4,
}

/// <summary>What becomes of a message after an attempt. Pure.</summary>
public static class NotificationDelivery
{
    /// <summary>Attempts at most, before somebody must look.</summary>
    public const int MaxAttempts = 12;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(6);

    /// <summary>The state after an attempt, and the pause before the next when there is one: 30 s, doubled each time, up to 6 h; a day in all.</summary>
    /// <param name="attempts">Attempts so far, this one included.</param>
    /// <param name="outcome">How it ended.</param>
    public static (NotificationState State, TimeSpan Pause) After(int attempts, DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Delivered => (NotificationState.Delivered, TimeSpan.Zero),
        DeliveryOutcome.NoAddress => (NotificationState.Undeliverable, TimeSpan.Zero),
        DeliveryOutcome.Refused => (NotificationState.Failed, TimeSpan.Zero),
        _ when attempts >= MaxAttempts => (NotificationState.Failed, TimeSpan.Zero),
        _ => (NotificationState.Queued, TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(attempts - 1, 20)))),
    };
}
