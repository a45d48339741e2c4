namespace Commission.Domain.Rules.Simulation;

/// <summary>Counts breaches and keeps the worst: the same ones in whatever order they are found.</summary>
internal sealed class WorstBreaches(int kept)
{
    private static readonly Comparer<WhatIfBreach> Milder = Comparer<WhatIfBreach>.Create((one, other) =>
    {
        var order = (one.FoundMinor - one.LimitMinor).CompareTo(other.FoundMinor - other.LimitMinor);
        order = order != 0 ? order : string.CompareOrdinal(other.Kind, one.Kind);
        return order != 0 ? order : string.CompareOrdinal(other.Subject, one.Subject);
    });

    private readonly PriorityQueue<WhatIfBreach, WhatIfBreach> _worst = new(Milder);

    public long Count { get; private set; }

    public void Add(WhatIfBreach breach)
    {
        Count++;
        _worst.Enqueue(breach, breach);
        if (_worst.Count > kept)
            _worst.Dequeue();
    }

    /// <summary>The furthest beyond its limit first.</summary>
    public IReadOnlyList<WhatIfBreach> Worst() => [.. _worst.UnorderedItems.Select(item => item.Element).OrderDescending(Milder)];
}
