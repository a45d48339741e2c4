using Commission.Domain;
using Commission.Domain.Rules.Volumes;

namespace Commission.Grains.Interfaces.Rules;

/// <summary>One accumulator of volume; its key is the accumulator's own.</summary>
[Alias("IVolumeGrain")]
public interface IVolumeGrain : IGrainWithStringKey
{
    /// <summary>
    /// Records contributions, and answers when they are durable with what they owe the ledger. One that is known in the same
    /// or a later revision changes nothing.
    /// </summary>
    /// <returns>For each contribution its refusal, or null.</returns>
    [Alias("Record")]
    Task<Refusal?[]> Record(RecordContribution[] contributions);
}
