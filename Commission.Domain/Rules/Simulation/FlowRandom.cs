namespace Commission.Domain.Rules.Simulation;

/// <summary>
/// A stream of numbers that is the same for ever for the same seed and subject (SplitMix64; Steele, Lea, Flood, "Fast
/// splittable pseudorandom number generators", 2014). Each subject has a stream of its own, so that one deal's choices do not
/// depend on another's.
/// </summary>
internal struct FlowRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state;

    public FlowRandom(long seed, long subject)
    {
        _state = unchecked((ulong)seed);
        _state = unchecked(Next() + ((ulong)subject * Golden));
        Next();
    }

    /// <summary>A number from 0 to below a bound.</summary>
    public int Below(int bound) => (int)Below((long)bound);

    /// <summary>A number from 0 to below a bound.</summary>
    public long Below(long bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (long)Math.BigMul(Next(), (ulong)bound, out _);
    }

    /// <summary>Whether something happens that so many of a hundred times does.</summary>
    public bool Happens(int percent) => Below(100) < percent;

    /// <summary>A number from one to another, both included, of which each doubling is as likely as the next: as amounts are.</summary>
    public long Between(long least, long most)
    {
        var doublings = 0;
        while (doublings < 62 && least <= most >> (doublings + 1))
            doublings++;
        var from = least << Below(doublings + 1);
        return Math.Min(most, from + Below(Math.Max(1, from)));
    }

    private ulong Next()
    {
        unchecked
        {
            _state += Golden;
            var mixed = _state;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
