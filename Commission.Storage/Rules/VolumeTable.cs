using Commission.Storage.GroupCommit;

namespace Commission.Storage.Rules;

/// <summary>Accumulators of volume: a state each, and nothing that lists need.</summary>
public static class VolumeTable
{
    /// <summary>The table's and the state's name.</summary>
    public const string Name = "volume";

    /// <summary>The table.</summary>
    public static StateTable Table { get; } = new(Name, []);
}
