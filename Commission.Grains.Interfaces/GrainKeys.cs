namespace Commission.Grains.Interfaces;

/// <summary>
/// The one place where grain keys are made. Each starts with a word, so that none looks like a number or a guid, which
/// Orleans' AdoNet storage would parse.
/// </summary>
public static class GrainKeys
{
    /// <summary>The key of a vertical's rule set grain.</summary>
    public static string OfVertical(string code) => $"vertical:{code}";

    /// <summary>The key of a sweeper partition.</summary>
    public static string OfSweeper(int partition) => $"sweeper:{partition}";

    /// <summary>The key of the one grain that replaces keys of checkpoints.</summary>
    public const string CheckpointKeys = "checkpoint-keys";
}

/// <summary>Names that silos and clients must agree on.</summary>
public static class StreamNames
{
    /// <summary>The stream provider.</summary>
    public const string Provider = "Accruals";
    /// <summary>The namespace of streams to books; a stream's key is its book's name.</summary>
    public const string Books = "books";
}
