namespace Commission.Grains.Payouts.Stripe;

/// <summary>Tells this process's courier that orders wait, so that they go at once and not at its next look.</summary>
public sealed class StripeWakeUp : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>There is something to do.</summary>
    public void Ring()
    {
        lock (_signal)
        {
            if (_signal.CurrentCount == 0)
                _signal.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _signal.Dispose();

    /// <summary>Waits until there is, or until it is time to look all the same.</summary>
    internal Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _signal.WaitAsync(atMost, cancellationToken);
}
