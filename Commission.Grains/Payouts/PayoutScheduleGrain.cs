using Commission.Domain;
using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.GroupCommit;
using Commission.Storage.Payouts;

namespace Commission.Grains.Payouts;

/// <summary>Drafts batches of one rail and currency when they are due, in the name of who set the schedule.</summary>
[GrainType("payout-schedule")]
internal sealed class PayoutScheduleGrain(
    [PersistentState(PayoutScheduleTable.Name, GroupCommitStorage.ProviderName)] IPersistentState<Journaled<PayoutScheduleState>> storage,
    PayoutDays days, TimeProvider time) : JournaledGrain<PayoutScheduleState>(storage), IPayoutScheduleGrain
{
    public async Task<PayoutScheduleResult> Set(SetPayoutSchedule command)
    {
        var (wasAccepted, reused) = PayoutScheduleMachine.Replay(State, command.Fingerprint);
        if (wasAccepted || reused is not null)
            return new PayoutScheduleResult(wasAccepted ? State : null, reused, wasAccepted);
        var decision = PayoutScheduleMachine.Decide(command, days.Today, time.GetUtcNow());
        if (decision.Refusal is not null)
            return new PayoutScheduleResult(null, decision.Refusal, false);
        try
        {
            await PersistAsync(
                decision.Events.Aggregate(State, PayoutScheduleMachine.Evolve), (Books.Administration, PayoutScheduleMachine.Acts(decision.Events)));
            return new PayoutScheduleResult(State, null, false);
        }
        catch (StorageBusyException)
        {
            return new PayoutScheduleResult(null, Busy, false);
        }
    }

    public async Task Run()
    {
        var today = days.Today;
        if (PayoutScheduleMachine.Due(State, today) is not { } due)
            return;
        var key = PayoutScheduleMachine.KeyOf(State, due);
        var id = PayoutBatchId.Derive(State.SetBy, key);
        var drafted = await GrainFactory.GetGrain<IPayoutBatchGrain>(id.ToString()).Draft(
            new DraftPayoutBatch(id, State.Rail, State.Currency, State.SetBy, RequestFingerprint.Of(State.SetBy.ToString(), key, "draft", [])),
            new PayoutFilter([], null));

        // Busy, or a rail that is not there: the next sweep tries again.
        if (drafted.Refusal is { Code: not RefusalCodes.NothingToPay })
            return;
        await PersistAsync(PayoutScheduleMachine.Evolve(State, PayoutScheduleMachine.Ran(State, due, drafted.State?.Id, today)));
    }

    public Task<PayoutScheduleState> Get() => Task.FromResult(State);
}
