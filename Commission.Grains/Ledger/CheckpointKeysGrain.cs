using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Ledger.Log;
using Commission.Grains.Interfaces.Ledger;
using Commission.Storage.GroupCommit;
using Commission.Storage.Ledger.Log;

namespace Commission.Grains.Ledger;

/// <summary>
/// Replaces the key that signs checkpoints. The signer makes a key once per request, whatever breaks between it and the act
/// that tells of it; so a request that comes again finishes what the first one began.
/// </summary>
[GrainType("checkpoint-keys")]
internal sealed class CheckpointKeysGrain(
    [PersistentState(CheckpointKeysTable.Name, GroupCommitStorage.ProviderName)] IPersistentState<Journaled<CheckpointKeysState>> storage,
    ICheckpointSigner signer, TimeProvider time) : JournaledGrain<CheckpointKeysState>(storage), ICheckpointKeysGrain
{
    public async Task<ReplaceKeyResult> Replace(ReplaceCheckpointKey command)
    {
        if (State.Replacements.FirstOrDefault(replacement => replacement.Request.Key == command.Fingerprint.Key) is { } known)
        {
            return known.Request.Body == command.Fingerprint.Body
                ? new ReplaceKeyResult(known, null, true)
                : new ReplaceKeyResult(null, RequestFingerprint.Reused(), false);
        }
        var request = command.Fingerprint.Key.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
        var key = await signer.ReplaceAsync(request, TimeSpan.FromDays(command.OverlapDays), CancellationToken.None);
        var replacement = new KeyReplacement(command.Fingerprint, command.Actor, time.GetUtcNow(), command.OverlapDays, key);
        try
        {
            await PersistAsync(State.With(replacement), (Books.Administration, [replacement.ToAct()]));
        }
        catch (StorageBusyException)
        {
            return new ReplaceKeyResult(null, Busy, false);
        }
        return new ReplaceKeyResult(replacement, null, false);
    }
}
