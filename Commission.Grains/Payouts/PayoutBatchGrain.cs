using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;
using Commission.Storage.Payouts;

namespace Commission.Grains.Payouts;

/// <summary>
/// One batch: replay? → decide → persist → reply. Its items are rows, so that a change is a transaction of its own and not a group
/// commit: docs/adr/0016.
/// </summary>
[GrainType("payout-batch")]
internal sealed class PayoutBatchGrain(
    PayoutStore store, PayoutQueries queries, PayoutDrafting drafting, PayoutFiles files, PayoutSelection selection, TimeProvider time)
    : Grain, IPayoutBatchGrain
{
    private StoredBatch _batch = null!;

    private PayoutBatchId Id => _batch.Id;

    private PayoutBatchState State => _batch.State;

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _batch = await StoredBatch.ReadAsync(
        TypedId.Parse<PayoutBatchId>(this.GetPrimaryKeyString()), store, queries, time, DeactivateOnIdle, cancellationToken);

    public async Task<PayoutResult> Draft(DraftPayoutBatch command, PayoutFilter filter)
    {
        if (Known(command.Fingerprint) is { } known)
            return known;
        return Answer(await drafting.DraftAsync(command, filter, (transaction, items) =>
        {
            var contents = BatchHasher.Of(Id, command.Rail, command.Currency, items);
            return _batch.CommitAsync(
                transaction, PayoutBatchMachine.Decide(State, command, new PayoutBatchFacts(contents, selection.Today), time.GetUtcNow()));
        }));
    }

    public async Task<PayoutResult> Execute(PayoutBatchCommand command)
    {
        if (Known(command.Fingerprint) is { } known)
        {
            await Finish();
            return known;
        }
        if (command is SubmitPayoutBatch { ProcessOn: { } day } && State.Rail == Rail.Aba && files.Trial(Id, day) is { } untimely)
            return Answer(untimely);
        var contents = command is ApprovePayoutBatch or SubmitPayoutBatch ? await _batch.ContentsAsync(without: null) : State.Contents;
        await using var transaction = await store.BeginAsync();
        var refusal = await _batch.CommitAsync(
            transaction, PayoutBatchMachine.Decide(State, command, new PayoutBatchFacts(contents, selection.Today), time.GetUtcNow()));
        if (refusal is null && command is SubmitPayoutBatch)
            await Finish();
        return Answer(refusal);
    }

    public async Task<PayoutResult> Remove(int item, string reason, ContactId? actor, RequestFingerprint fingerprint)
    {
        if (Known(fingerprint) is { } known)
            return known;
        var after = await _batch.ContentsAsync(without: item);
        return Answer(await _batch.MoveAsync(item, _ => new RemovePayoutItem(item, after, reason, actor, fingerprint)));
    }

    public async Task<PayoutResult> Retry(int item, int attempt) =>
        Answer(await _batch.MoveAsync(item, row => new RetryPayoutItem(item, attempt, row?.DestinationNow)));

    public async Task<PayoutResult> Release(int item) => Answer(await _batch.MoveAsync(item, _ => new ReleasePayoutItem(item)));

    public async Task<PayoutResult> Confirm()
    {
        if (State.Status != PayoutBatchStatus.Submitted)
            return Answer(State.Exists ? new Refusal(RefusalCodes.WrongState, $"The batch is {State.Status}. Nothing of it is on its way.") : Unknown());
        await Finish();
        await _batch.MoveAllAsync(PayoutItemStatus.Submitted, row => new RecordPayoutOutcome(row.Item.Number, row.Item.Attempt, PayoutItemStatus.Paid, null));
        return Answer(null);
    }

    public async Task<PayoutReturnResult> Return(byte[] file)
    {
        if (!State.Exists)
            return new PayoutReturnResult([], [], Unknown());
        var (matched, problems, refusal) = await files.MatchAsync(Id, file);
        var (returned, wrong) = (new List<ReturnedItem>(), new List<string>(problems));
        foreach (var one in matched)
        {
            var unmoved = await _batch.MoveAsync(one.Item, _ => new RecordPayoutOutcome(one.Item, one.Attempt, PayoutItemStatus.Returned, one.Reason));
            if (unmoved is null)
                returned.Add(new ReturnedItem(one.Item, one.Attempt, one.AmountMinor, one.Reason));
            else
                wrong.Add($"item {one.Item}: {unmoved.Text}");
        }
        return new PayoutReturnResult([.. returned], [.. wrong], refusal);
    }

    public async Task<PayoutAcknowledgement> Acknowledge(byte[] report)
    {
        var read = await files.AcknowledgeAsync(Id, report);
        var failed = new List<ReturnedItem>();
        var issues = new List<string>(read.Issues);
        foreach (var one in read.Failed)
        {
            if (await _batch.MoveAsync(one.Item, _ => new RecordPayoutOutcome(one.Item, one.Attempt, PayoutItemStatus.Failed, one.Reason)) is { } unmoved)
                issues.Add($"item {one.Item}: {unmoved.Text}");
            else
                failed.Add(one);
        }
        return read with { Failed = [.. failed], Issues = [.. issues] };
    }

    public async Task Finish()
    {
        if (State.Rail != Rail.Aba || State.Status != PayoutBatchStatus.Submitted)
            return;
        await _batch.MoveAllAsync(PayoutItemStatus.Pending, row => new SubmitPayoutItem(row.Item.Number, row.DestinationNow));
        await files.MakeAsync(State, _batch.Version);
    }

    public async Task<byte[]?> GetFile(int part)
    {
        await Finish();
        return await files.ReadAsync(Id, part);
    }

    public Task<PayoutBatchState?> Get() => Task.FromResult(State.Exists ? State : null);

    private static Refusal Unknown() => new(RefusalCodes.UnknownPayout, "No payout batch with this id.", "id");

    private PayoutResult Answer(Refusal? refusal) => new(refusal is null ? State : null, refusal, false);

    private PayoutResult? Known(RequestFingerprint request)
    {
        var (wasAccepted, refusal) = PayoutBatchMachine.Replay(State, request);
        return wasAccepted ? new PayoutResult(State, null, true) : refusal is null ? null : Answer(refusal);
    }
}
