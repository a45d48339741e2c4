using Commission.Domain;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces.Rules;

namespace Commission.Grains.Rules;

/// <summary>One vertical with its rule set. Written rarely, so it stays on Orleans' own storage.</summary>
[GrainType("rule-set")]
internal sealed class RuleSetGrain(
    [PersistentState(RuleSetGrain.StateName, RuleSetGrain.ProviderName)] IPersistentState<RuleSetState> storage,
    TimeProvider time) : Grain, IRuleSetGrain
{
    public const string StateName = "rule-set";
    public const string ProviderName = "AdoNet";

    public async Task<RuleSetResult> Execute(RuleSetCommand command)
    {
        if (storage.State.Requests.FirstOrDefault(request => request.Key == command.Fingerprint.Key) is { Key: var key } known && key != default)
        {
            return known.Body == command.Fingerprint.Body
                ? new RuleSetResult(storage.State, null, true)
                : new RuleSetResult(null, RequestFingerprint.Reused(), false);
        }
        var decision = RuleSetMachine.Decide(storage.State, command, time.GetUtcNow());
        if (decision.Refusal is not null)
            return new RuleSetResult(null, decision.Refusal, false);
        await PersistAsync(decision.Events.Aggregate(storage.State, RuleSetMachine.Evolve));
        return new RuleSetResult(storage.State, null, false);
    }

    public Task<RuleSetState?> Get() => Task.FromResult(storage.State.Exists ? storage.State : null);

    private async Task PersistAsync(RuleSetState next)
    {
        var before = storage.State;
        storage.State = next;
        try
        {
            await storage.WriteStateAsync();
        }
        catch
        {
            storage.State = before;
            DeactivateOnIdle();
            throw;
        }
    }
}
