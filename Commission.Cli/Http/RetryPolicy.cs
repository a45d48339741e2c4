namespace Commission.Cli.Http;

/// <summary>How long a request is tried again. The waiting itself is passed in, so that tests need not wait.</summary>
internal sealed record RetryPolicy(TimeSpan Patience, Func<TimeSpan, CancellationToken, Task> Wait)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Long enough for a server to be restarted under a running import.</summary>
    public static readonly RetryPolicy Default = new(TimeSpan.FromMinutes(2), Task.Delay);

    /// <summary>For the first contact: a server that was never started should be told soon.</summary>
    public RetryPolicy Brief() => this with { Patience = TimeSpan.FromSeconds(2) };

    public static TimeSpan Backoff(int attempt) =>
        TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(attempt, 20)));
}
