using System.Collections.Concurrent;
using Commission.Domain;

namespace Commission.Api.Http;

/// <summary>Requests that this process is serving: the same key again, meanwhile, is told to come back.</summary>
internal sealed class InFlightRequests
{
    private readonly ConcurrentDictionary<UInt128, byte> _keys = new();

    /// <summary>Holds the key until the answer is there.</summary>
    /// <exception cref="ProblemException">The key is being served.</exception>
    public Hold Enter(RequestFingerprint request) => _keys.TryAdd(request.Key, 0)
        ? new Hold(this, request.Key)
        : throw new ProblemException(new Refusal(
            EdgeCodes.InFlight, "A request with this Idempotency-Key is being served.", CommandRequest.Header));

    internal readonly struct Hold(InFlightRequests owner, UInt128 key) : IDisposable
    {
        public void Dispose() => owner._keys.TryRemove(key, out _);
    }
}
