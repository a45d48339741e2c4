using Commission.Domain;
using Commission.Domain.Agreements;
using Commission.Domain.Ledger;
using Commission.Domain.Members;
using Commission.Domain.Rules;
using Commission.Grains.Interfaces;
using Commission.Grains.Interfaces.Agreements;
using Commission.Grains.Interfaces.Members;
using Commission.Grains.Interfaces.Rules;
using Commission.Storage.Agreements;
using Commission.Storage.GroupCommit;

namespace Commission.Grains.Agreements;

/// <summary>
/// One agreement. Its execution is durable first; the contact and the draft that it brings follow, each by a request that is the same
/// whenever it is repeated: by the caller, or by the sweeper when nobody does.
/// </summary>
[GrainType("agreement")]
internal sealed class AgreementGrain(
    [PersistentState(AgreementTable.Name, GroupCommitStorage.ProviderName)] IPersistentState<Journaled<AgreementState>> storage,
    TimeProvider time) : JournaledGrain<AgreementState>(storage), IAgreementGrain
{
    private const string Caller = "agreement";

    public async Task<AgreementResult> Execute(AgreementCommand command)
    {
        var known = State.Requests.FirstOrDefault(request => request.Key == command.Fingerprint.Key);
        if (known != default)
        {
            if (known.Body != command.Fingerprint.Body)
                return new AgreementResult(null, RequestFingerprint.Reused(), false);
            await Finish();
            return new AgreementResult(State, null, true);
        }
        var decision = AgreementMachine.Decide(State, command, time.GetUtcNow());
        if (decision.Refusal is not null)
            return new AgreementResult(null, decision.Refusal, false);
        try
        {
            await PersistAsync(decision.Events);
        }
        catch (StorageBusyException)
        {
            return new AgreementResult(null, Busy, false);
        }
        await Finish();
        return new AgreementResult(State, null, false);
    }

    public async Task Finish()
    {
        if (!State.Unfinished)
            return;
        if (State.NewPartner is { } partner)
            await MakePartnerAsync(partner);
        var drafted = State.Draft is { } draft
            ? await GrainFactory.GetGrain<IRuleSetGrain>(GrainKeys.OfVertical(draft.Vertical))
                .Execute(new AddRuleSetVersion(draft.Document, State.Actor, Request("draft")))
            : null;
        await PersistAsync([new AgreementFinished(drafted?.Version?.Id, drafted?.Refusal)]);
    }

    public Task<AgreementState?> Get() => Task.FromResult(State.Exists ? State : null);

    private async Task MakePartnerAsync(NewPartner partner)
    {
        var member = GrainFactory.GetGrain<IMemberGrain>(State.Party!.Value.ToString());
        var created = await member.Execute(new CreateContact(
            State.Party.Value, ContactType.Partner, partner.Name, partner.Email, partner.Phone, partner.Salt, null, [], State.Actor, Request("partner")));
        if (created.Refusal is { } refusal)
            throw new InvalidOperationException($"{State.Id} could not make its partner: {refusal.Code}.");
        if (State.Execution!.PublicKey is { Length: > 0 } key)
            await member.Execute(new RegisterKey(key, null, null, State.Actor, Request("key")));
    }

    private RequestFingerprint Request(string what) => RequestFingerprint.Of(Caller, $"{State.Id}:{what}", what, []);

    private Task PersistAsync(IReadOnlyList<AgreementEvent> events)
    {
        var next = events.Aggregate(State, AgreementMachine.Evolve);
        return PersistAsync(next, (Books.Administration, AgreementRecords.Acts(next, events)));
    }
}
