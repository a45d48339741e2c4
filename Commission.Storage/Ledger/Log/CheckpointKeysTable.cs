using Commission.Storage.GroupCommit;

namespace Commission.Storage.Ledger.Log;

/// <summary>Replacements of the key that signs checkpoints: one state, and nothing that lists need.</summary>
public static class CheckpointKeysTable
{
    /// <summary>The table's and the state's name.</summary>
    public const string Name = "checkpoint_keys";

    /// <summary>The table.</summary>
    public static StateTable Table { get; } = new(Name, []);
}
