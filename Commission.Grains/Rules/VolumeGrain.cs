using Commission.Domain;
using Commission.Domain.Rules;
using Commission.Domain.Rules.Volumes;
using Commission.Grains.Interfaces.Rules;
using Commission.Storage.GroupCommit;
using Commission.Storage.Rules;

namespace Commission.Grains.Rules;

/// <summary>One accumulator of volume. Contributions come as often as their senders like; each counts once.</summary>
[GrainType("volume")]
internal sealed class VolumeGrain(
    [PersistentState(VolumeTable.Name, GroupCommitStorage.ProviderName)] IPersistentState<Journaled<VolumeState>> storage,
    RuleSetDirectory rules, SimulatedWorlds simulated) : JournaledGrain<VolumeState>(storage), IVolumeGrain
{
    public async Task<Refusal?[]> Record(RecordContribution[] contributions)
    {
        var key = contributions[0].Key;
        if (key.ToString() != LocalKey)
            throw new InvalidOperationException("The contribution belongs to another accumulator.");
        var document = await FindDocumentAsync(key)
            ?? throw new InvalidOperationException($"{key.Vertical} has no rule set {key.RuleHash}.");
        var (next, outbox, refusals) = VolumeRecords.Decide(State, contributions, document);
        if (!ReferenceEquals(next, State))
            await PersistAsync(next, [.. outbox]);
        return refusals;
    }

    private async ValueTask<RuleSetDocument?> FindDocumentAsync(VolumeKey key) => World.IsReal
        ? await rules.FindDocumentAsync(key.Vertical, key.RuleHash)
        : (await simulated.FindAsync(World)).FindDocument(key.RuleHash);
}
