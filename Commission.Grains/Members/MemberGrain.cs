using Commission.Domain.Deals;
using Commission.Domain.Ledger;
using Commission.Domain.Members;
using Commission.Grains.Interfaces.Members;
using Commission.Storage.GroupCommit;
using Commission.Storage.Members;

namespace Commission.Grains.Members;

/// <summary>One contact.</summary>
[GrainType("member")]
internal sealed class MemberGrain(
    [PersistentState(ContactTable.Name, GroupCommitStorage.ProviderName)] IPersistentState<Journaled<MemberState>> storage,
    MemberDirectory directory, TimeProvider time) : JournaledGrain<MemberState>(storage), IMemberGrain
{
    public async Task<MemberResult> Execute(MemberCommand command)
    {
        var known = State.Requests.FirstOrDefault(request => request.Fingerprint.Key == command.Fingerprint.Key);
        if (known is not null)
        {
            return known.Fingerprint.Body == command.Fingerprint.Body
                ? Result(known, replayed: true)
                : new MemberResult(null, null, Domain.RequestFingerprint.Reused(), false);
        }
        var decision = MemberMachine.Decide(State, command, time.GetUtcNow());
        if (decision.Refusal is not null)
            return new MemberResult(null, null, decision.Refusal, false);
        try
        {
            await PersistAsync(decision.Events.Aggregate(State, MemberMachine.Evolve), (Books.Administration, MemberRecords.Acts(State.Id, decision.Events)));
        }
        catch (StorageBusyException)
        {
            return new MemberResult(null, null, Busy, false);
        }
        directory.Forget(State.Id);
        return Result(decision.Events[^1].Request, replayed: false);
    }

    public Task<MemberState?> Get() => Task.FromResult(State.Exists ? State : null);

    public Task<MemberProfile?> GetProfile() => Task.FromResult(State.Exists
        ? new MemberProfile(
            new ContactFacts(State.Id, State.Type, State.Upline, State.Commitment, State.AuthorisedServices), State.Keys)
        : null);

    private MemberResult Result(AcceptedRequest request, bool replayed) =>
        new(State, State.Keys.FirstOrDefault(key => key.Id == request.Key), null, replayed);
}
