using System.Diagnostics.Metrics;

namespace Commission.Storage.GroupCommit;

/// <summary>The storage's meters.</summary>
public sealed class StorageMetrics
{
    /// <summary>The meter's name, for exporters.</summary>
    public const string MeterName = "Commission.Storage";

    private readonly Histogram<int> _batch;
    private readonly Counter<long> _appended;
    private readonly Histogram<int> _appendBatch;

    public StorageMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _batch = meter.CreateHistogram<int>("commission.commit.batch", "states", "States of one group commit");
        _appendBatch = meter.CreateHistogram<int>("commission.append.batch", "leaves", "Leaves of one append");
        _appended = meter.CreateCounter<long>("commission.append.leaves", "leaves", "Leaves appended");
    }

    internal void Committed(string table, int states) => _batch.Record(states, new KeyValuePair<string, object?>("table", table));

    internal void Appended(string book, int leaves)
    {
        _appendBatch.Record(leaves, new KeyValuePair<string, object?>("book", book));
        _appended.Add(leaves, new KeyValuePair<string, object?>("book", book));
    }
}
