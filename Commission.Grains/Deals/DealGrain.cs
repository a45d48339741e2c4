using Commission.Domain;
using Commission.Domain.Deals;
using Commission.Grains.Interfaces.Deals;
using Commission.Grains.Ledger;
using Commission.Storage.Deals;
using Commission.Storage.GroupCommit;

namespace Commission.Grains.Deals;

/// <summary>One deal: replay? → decide → persist → reply. The storage publishes what was persisted.</summary>
[GrainType("deal")]
internal sealed class DealGrain(
    [PersistentState(DealTable.Name, GroupCommitStorage.ProviderName)] IPersistentState<Journaled<DealState>> storage,
    DealWorlds worlds, BusinessKeyQueries businessKeys, AdmissionGate gate, CommandMetrics metrics)
    : JournaledGrain<DealState>(storage), IDealGrain
{
    private IDealFacts _facts = null!;

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _facts = await worlds.FactsOfAsync(World, cancellationToken);

    public async Task<DealResult> Record(RecordHandshake command)
    {
        if (command.Payload.Deal.ToString() != LocalKey)
            throw new InvalidOperationException("The step belongs to another deal.");
        var (step, refusal) = DealMachine.Replay(State, command.Fingerprint);
        if (step is not null)
            return await ReceiptAsync(step, replayed: true);
        if (refusal is not null)
            return Refused(command, refusal, replayed: refusal.Code != RefusalCodes.IdempotencyKeyReused);

        var decision = await DecideAsync(command, fresh => _facts.LoadAsync(State, command, fresh));
        refusal = decision.Refusal ?? await PersistAsync(decision.Events);
        if (refusal is null)
        {
            metrics.Accepted(command.Payload.Step);
            return await ReceiptAsync(State.Steps[^1], replayed: false);
        }
        if (DealMachine.IsSticky(State, refusal))
            refusal = await PersistAsync([new RequestRefused(new RefusedRequest(command.Fingerprint, refusal))]) ?? refusal;
        return Refused(command, refusal, replayed: false);
    }

    public async Task<AttestResult> Attest(BulkSignature line)
    {
        var (content, unread) = HandshakePayloadReader.ReadLine(line.Line);
        if (content is null)
            return Rejected(unread!);
        if (DealId.Derive(line.Attestation.Service, content.Key).ToString() != LocalKey)
            throw new InvalidOperationException("The line belongs to another deal.");
        var command = new AttestDeal(content, line);
        var existed = State.Exists;
        var decision = await DecideAsync(command, fresh => _facts.LoadAsync(State, command, fresh));
        if ((decision.Refusal ?? await PersistAsync(decision.Events)) is { } refusal)
            return Rejected(refusal);
        metrics.Attested(decision.Events.OfType<HandshakeRecorded>().Count());
        var outcome = decision.Events.Count == 0 ? AttestOutcome.Replayed : existed ? AttestOutcome.Advanced : AttestOutcome.Created;
        return new AttestResult(outcome, State.Status, null);
    }

    public async Task<LaterResult> RecordLater(LaterCommand command)
    {
        var (receipt, refusal) = DealMachine.ReplayLater(State, command.Fingerprint);
        if (receipt is not null || refusal is not null)
            return new LaterResult(receipt, refusal, refusal?.Code != RefusalCodes.IdempotencyKeyReused);
        var decision = await DecideAsync(command, fresh => _facts.LoadLaterAsync(State, command.Caller, fresh));
        refusal = decision.Refusal ?? await PersistAsync(decision.Events);
        if (refusal is not null && DealMachine.IsSticky(State, refusal))
            refusal = await PersistAsync([new RequestRefused(new RefusedRequest(command.Fingerprint, refusal))]) ?? refusal;
        metrics.Later(command, refusal);
        return new LaterResult(refusal is null ? State.Later!.Receipts[^1] : null, refusal, false);
    }

    public async Task<TrailResult> PayTrail(PayTrail command)
    {
        var before = TrailSteps.Standing(State, command.Month);
        var decision = await DecideAsync(command, fresh => _facts.LoadLaterAsync(State, command.Caller, fresh));
        var refusal = decision.Refusal ?? await PersistAsync(decision.Events);
        return new TrailResult(before, refusal is null ? TrailSteps.AmountOf(decision.Events) : 0, refusal);
    }

    public async Task Expire()
    {
        var command = new ExpireDeal();
        var decision = DealMachine.Decide(State, command, new DealFacts(), _facts.Now(command));
        await PersistAsync(decision.Events);
    }

    public Task<DealState?> Get() => Task.FromResult(State.Exists ? State : null);

    private async ValueTask<Decision<DealEvent>> DecideAsync(DealCommand command, Func<bool, ValueTask<DealFacts>> load)
    {
        var decision = DealMachine.Decide(State, command, await load(false), _facts.Now(command));
        return DealFactsLoader.MustBeFresh(decision.Refusal)
            ? DealMachine.Decide(State, command, await load(true), _facts.Now(command))
            : decision;
    }

    private async ValueTask<Refusal?> PersistAsync(IReadOnlyList<DealEvent> events)
    {
        if (events.Count == 0)
            return null;
        if (gate.IsClosed)
            return Busy;
        var next = events.Aggregate(State, DealMachine.Evolve);
        try
        {
            await PersistAsync(next, DealRecords.Of(next, events));
            return null;
        }
        catch (StorageBusyException)
        {
            return Busy;
        }
        catch (DuplicateKeyException duplicate) when (duplicate.Constraint == DealTable.BusinessKeyConstraint)
        {
            var original = await businessKeys.FindAsync(next.Caller, next.BusinessKey!);
            return new Refusal(RefusalCodes.DuplicateIntent, $"businessKey {next.BusinessKey} stands for {original}.", "payload.businessKey", original.ToString());
        }
    }

    private async Task<DealResult> ReceiptAsync(StepRecord step, bool replayed) => new(
        new HandshakeReceipt(State.Id, step, State.RuleHash, await _facts.LinkAfterAsync(State.Id, step)), null, replayed);

    private DealResult Refused(RecordHandshake command, Refusal refusal, bool replayed)
    {
        metrics.Refused(command.Payload.Step, refusal.Code);
        return new DealResult(null, refusal, replayed);
    }

    private AttestResult Rejected(Refusal refusal)
    {
        metrics.Refused(HandshakeStep.None, refusal.Code);
        return new AttestResult(AttestOutcome.Rejected, State.Status, refusal);
    }
}
