using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces.Rules;
using Commission.Storage.Agreements;
using Commission.Storage.GroupCommit;
using Commission.Storage.Rules;

namespace Commission.Grains.Rules;

/// <summary>One vertical with its rule set. Every change of it is an act, and its leaf is written with it.</summary>
[GrainType("rule-set")]
internal sealed class RuleSetGrain(
    [PersistentState(VerticalTable.Name, GroupCommitStorage.ProviderName)] IPersistentState<Journaled<RuleSetState>> storage,
    AgreementQueries agreements, SimulationQueries simulations, TimeProvider time) : JournaledGrain<RuleSetState>(storage), IRuleSetGrain
{
    public async Task<RuleSetResult> Execute(RuleSetCommand command)
    {
        if (State.Requests.FirstOrDefault(request => request.Fingerprint.Key == command.Fingerprint.Key) is { } known)
        {
            return known.Fingerprint.Body == command.Fingerprint.Body
                ? Result(known, replayed: true)
                : new RuleSetResult(null, RequestFingerprint.Reused(), false);
        }
        var decision = RuleSetMachine.Decide(State, command, await FactsAsync(command), time.GetUtcNow());
        if (decision.Refusal is not null)
            return new RuleSetResult(null, decision.Refusal, false);
        var next = decision.Events.Aggregate(State, RuleSetMachine.Evolve);
        try
        {
            await PersistAsync(next, (Books.Administration, RuleSetRecords.Acts(next.Code, decision.Events)));
        }
        catch (StorageBusyException)
        {
            return new RuleSetResult(null, Busy, false);
        }
        return Result(State.Requests[^1], replayed: false);
    }

    public Task<RuleSetState?> Get() => Task.FromResult(State.Exists ? State : null);

    private RuleSetResult Result(RuleSetRequest request, bool replayed) =>
        new(State, null, replayed) { Version = State.Versions.FirstOrDefault(version => version.Id == request.Version) };

    private async Task<RuleSetFacts> FactsAsync(RuleSetCommand command)
    {
        if (command is not ApproveRuleSetVersion approve || State.Versions.FirstOrDefault(version => version.Id == approve.Version) is not { } version)
            return RuleSetFacts.None;
        return new RuleSetFacts(await agreements.FindStandingAsync(RuleSetLifecycle.DocumentOf(version).GoverningAgreement))
        {
            Simulation = approve.Simulation is { } id ? await simulations.FindFactsAsync(id) : null,
        };
    }
}
