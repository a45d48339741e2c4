using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.GroupCommit;
using Commission.Storage.Payouts;

namespace Commission.Grains.Payouts;

/// <summary>Where one payee is paid.</summary>
[GrainType("payee-account")]
internal sealed class PayeeAccountGrain(
    [PersistentState(PayeeAccountTable.Name, GroupCommitStorage.ProviderName)] IPersistentState<Journaled<PayeeAccountState>> storage,
    PayeeVault vault, TimeProvider time) : JournaledGrain<PayeeAccountState>(storage), IPayeeAccountGrain
{
    public async Task<PayeeAccountResult> Execute(PayeeAccountCommand command)
    {
        var (wasAccepted, reused) = PayeeAccountMachine.Replay(State, command.Fingerprint);
        if (wasAccepted || reused is not null)
            return new PayeeAccountResult(wasAccepted ? State : null, reused, wasAccepted);
        var seal = await vault.SealerAsync(TypedId.Parse<ContactId>(LocalKey));
        var decision = PayeeAccountMachine.Decide(State, command, seal, time.GetUtcNow());
        if (decision.Refusal is not null)
            return new PayeeAccountResult(null, decision.Refusal, false);
        var next = decision.Events.Aggregate(State, PayeeAccountMachine.Evolve);
        try
        {
            await PersistAsync(next, (Books.Administration, PayeeAccountMachine.Acts(next, decision.Events)));
            return new PayeeAccountResult(State, null, false);
        }
        catch (StorageBusyException)
        {
            return new PayeeAccountResult(null, Busy, false);
        }
    }

    public Task<PayeeAccountState> Get() => Task.FromResult(State);
}
