using System.Collections.Concurrent;

namespace Commission.StripeStandIn;

/// <summary>What may go wrong with a request.</summary>
public enum FaultKind
{
    /// <summary>Nothing is done and no answer comes until the caller gives up.</summary>
    TimeoutBefore,
    /// <summary>It is done, and no answer comes until the caller gives up.</summary>
    TimeoutAfter,
    /// <summary>The connection is cut before anything is done.</summary>
    CutBefore,
    /// <summary>It is done, and the connection is cut before the answer.</summary>
    CutAfter,
    /// <summary>409: another request with this key is under way.</summary>
    Conflict,
    /// <summary>429: too many requests.</summary>
    RateLimit,
    /// <summary>500 without effect.</summary>
    Error,
    /// <summary>500 after the effect; the idempotency key answers 500 from now on.</summary>
    ErrorAfter,
    /// <summary>It takes a while and then succeeds.</summary>
    Slow,
    /// <summary>A success whose body is not JSON, as a proxy between might send it; the effect is there.</summary>
    Garbage,
}

/// <summary>Faults that wait for requests; the first that fits is taken.</summary>
public sealed class Faults
{
    /// <summary>A request may bring its own fault in this header.</summary>
    public const string Header = "X-Stand-In-Fault";

    private readonly ConcurrentQueue<(FaultKind Kind, string Method, string Path)> _waiting = new();

    /// <summary>How many still wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>The next requests with this method whose path begins so fail in this way.</summary>
    public void Add(FaultKind kind, string path, int times = 1, string method = "POST")
    {
        for (var i = 0; i < times; i++)
            _waiting.Enqueue((kind, method, path));
    }

    /// <summary>Forgets those that still wait.</summary>
    public void Clear() => _waiting.Clear();

    internal FaultKind? Take(HttpRequest request)
    {
        if (Enum.TryParse<FaultKind>(request.Headers[Header].FirstOrDefault()?.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var own))
            return own;
        lock (_waiting)
        {
            return _waiting.TryPeek(out var fault) && request.Method == fault.Method
                && request.Path.StartsWithSegments(fault.Path, StringComparison.Ordinal) && _waiting.TryDequeue(out fault)
                ? fault.Kind
                : null;
        }
    }
}
