namespace Commission.Grains.Ledger;

/// <summary>
/// Closes when the books are too far behind what was committed, so that the outbox cannot grow without bound; opens again
/// at half. Whoever sees it closed answers "busy, retry after".
/// </summary>
public sealed class AdmissionGate
{
    private const long CloseAt = 100_000;
    private volatile bool _closed;

    /// <summary>Whether new work must wait.</summary>
    public bool IsClosed => _closed;

    /// <summary>Tells the gate how many outbox rows wait.</summary>
    public void Report(long depth) => _closed = _closed ? depth > CloseAt / 2 : depth > CloseAt;
}
