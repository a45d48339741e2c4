using Commission.Grains;
using Commission.Storage.GroupCommit;

namespace Commission.Benchmarks.Storage;

/// <summary>A grain that writes its state.</summary>
[Alias("IWriterGrain")]
public interface IWriterGrain : IGrainWithStringKey
{
    /// <summary>Changes the state, and answers when it is durable.</summary>
    [Alias("Write")]
    Task Write();
}

/// <summary>On our storage.</summary>
[Alias("IGroupCommitWriterGrain")]
public interface IGroupCommitWriterGrain : IWriterGrain;

/// <summary>On Orleans' AdoNet storage.</summary>
[Alias("IAdoNetWriterGrain")]
public interface IAdoNetWriterGrain : IWriterGrain;

/// <summary>A state of about the size of a deal's.</summary>
[GenerateSerializer, Alias("WriterState")]
public sealed class WriterState
{
    /// <summary>Writes so far.</summary>
    [Id(0)] public long Writes { get; set; }

    /// <summary>The rest.</summary>
    [Id(1)] public byte[] Body { get; set; } = new byte[600];
}

/// <summary>What both grains share: all but the storage.</summary>
internal abstract class WriterGrain(IPersistentState<WriterState> storage) : Grain, IWriterGrain
{
    public Task Write()
    {
        storage.State.Writes++;
        Random.Shared.NextBytes(storage.State.Body.AsSpan(0, 32));
        return storage.WriteStateAsync();
    }
}

[GrainType("group-commit-writer")]
internal sealed class GroupCommitWriterGrain(
    [PersistentState("grain_state", GroupCommitStorage.ProviderName)] IPersistentState<WriterState> storage)
    : WriterGrain(storage), IGroupCommitWriterGrain;

[GrainType("ado-net-writer")]
internal sealed class AdoNetWriterGrain(
    [PersistentState("writer", GrainServices.LowRateStorage)] IPersistentState<WriterState> storage)
    : WriterGrain(storage), IAdoNetWriterGrain;
