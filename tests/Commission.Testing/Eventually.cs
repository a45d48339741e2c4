using System.Diagnostics;

namespace Commission.Testing;

/// <summary>Waits for something to become true, and no longer than that takes.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, string description)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > Deadline)
                throw new TimeoutException($"did not become true within {Deadline}: {description}");
            await Task.Delay(PollInterval);
        }
    }
}
