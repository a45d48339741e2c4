namespace Commission.Storage.GroupCommit;

/// <summary>Bounds of the group-commit storage.</summary>
public sealed class GroupCommitOptions
{
    /// <summary>Connections that commit in parallel, per table. More than two is slower where it was measured.</summary>
    public int Lanes { get; set; } = 2;

    /// <summary>Writes that may wait per lane; one more is refused as busy.</summary>
    public int QueueCapacity { get; set; } = 8_192;

    /// <summary>Writes of one commit at most.</summary>
    public int MaxBatch { get; set; } = 1_024;

    /// <summary>How long the outcome of a broken commit is looked for before the writers are told that it is unknown.</summary>
    public TimeSpan RecoveryTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

// Both are Orleans exceptions, for Orleans hides any other behind one of its own before a grain can catch it.

/// <summary>The lane's queue is full: nothing was written, try again after a moment.</summary>
public sealed class StorageBusyException : OrleansException
{
    public StorageBusyException() : base("The write queue is full.") { }
    public StorageBusyException(string message) : base(message) { }
    public StorageBusyException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>The write would break a unique constraint; nothing was written.</summary>
public sealed class DuplicateKeyException(string constraint, Exception inner)
    : OrleansException($"A row with this key exists ({constraint}).", inner)
{
    /// <summary>The constraint's name.</summary>
    public string Constraint { get; } = constraint;
}
