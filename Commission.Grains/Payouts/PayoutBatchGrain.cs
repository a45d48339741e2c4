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
    PayoutStore store, PayoutQueries queries, PayoutDrafting drafting, PayoutFiles files, StripeItems stripe, PayoutSelection selection, TimeProvider time)
    : Grain, IPayoutBatchGrain
{
    private StoredBatch _batch = null!;
    private IGrainTimer? _nextPage;

    private PayoutBatchId Id => _batch.Id;

    private PayoutBatchState State => _batch.State;

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _batch = await StoredBatch.ReadAsync(
        TypedId.Parse<PayoutBatchId>(this.GetPrimaryKeyString()), store, queries, time, DeactivateOnIdle, cancellationToken);

    public async Task<PayoutResult> Draft(DraftPayoutBatch command, PayoutFilter filter)
    {
        if (Known(command.Fingerprint) is { } known)
            return known;
        if (command.Rail == Rail.Stripe && stripe.Unconfigured is { } refusal)
            return Answer(refusal);
        return Answer(await drafting.DraftAsync(command, filter, (transaction, items) =>
        {
            var contents = BatchHasher.Of(Id, command.Rail, command.Currency, items);
            return _batch.CommitAsync(
                transaction, PayoutBatchMachine.Decide(State, command, selection.Facts(contents), time.GetUtcNow()));
        }));
    }

    public async Task<PayoutResult> Execute(PayoutBatchCommand command)
    {
        if (Known(command.Fingerprint) is { } known)
        {
            await Finish();
            return known;
        }
        if (command is SubmitPayoutBatch submit && Unready(submit) is { } unready)
            return Answer(unready);
        var contents = command is ApprovePayoutBatch or SubmitPayoutBatch ? await _batch.ContentsAsync(without: null) : State.Contents;
        await using var transaction = await store.BeginAsync();
        var refusal = await _batch.CommitAsync(
            transaction, PayoutBatchMachine.Decide(State, command, selection.Facts(contents), time.GetUtcNow()));
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

    public async Task<PayoutResult> Reverse(int item, int attempt, string reason, ContactId actor, RequestFingerprint fingerprint) =>
        Known(fingerprint) ?? Answer(await stripe.ReverseAsync(_batch, item, attempt, reason, actor, fingerprint));

    public async Task<string[]> Record(PayoutItemCommand[] outcomes) =>
        [.. (await _batch.MoveAsync(outcomes.ToLookup(outcome => outcome.Item))).Select(refusal => refusal.Text)];

    public async Task<PayoutResult> Confirm()
    {
        if (State is { Exists: true, Rail: not Rail.Aba })
            return Answer(new Refusal(RefusalCodes.WrongState, "Stripe itself says what it has paid.", null, Id.ToString()));
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
        var (returned, wrong) = await _batch.RecordAsync(matched, PayoutItemStatus.Returned);
        return new PayoutReturnResult([.. returned], [.. problems, .. wrong], refusal);
    }

    public async Task<PayoutAcknowledgement> Acknowledge(byte[] report)
    {
        var read = await files.AcknowledgeAsync(Id, report);
        var (failed, wrong) = await _batch.RecordAsync(read.Failed, PayoutItemStatus.Failed);
        return read with { Failed = [.. failed], Issues = [.. read.Issues, .. wrong] };
    }

    public async Task Finish()
    {
        if (State.Status != PayoutBatchStatus.Submitted || _nextPage is not null)
            return;
        if (State.Rail == Rail.Stripe)
        {
            // A page a turn: between two of them the batch answers others.
            if (await stripe.SubmitPageAsync(_batch))
                _nextPage = this.RegisterGrainTimer(GoOnAsync, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            return;
        }
        await _batch.MoveAllAsync(PayoutItemStatus.Pending, row => new SubmitPayoutItem(row.Item.Number, row.DestinationNow));
        await files.MakeAsync(State, _batch.Version);
    }

    public async Task<byte[]?> GetFile(int part)
    {
        await Finish();
        return await files.ReadAsync(Id, part);
    }

    public Task<PayoutBatchState?> Get() => Task.FromResult(State.Exists ? State : null);

    private Task GoOnAsync(CancellationToken cancellationToken)
    {
        _nextPage?.Dispose();
        _nextPage = null;
        return Finish();
    }

    private Refusal? Unready(SubmitPayoutBatch submit) => State.Rail == Rail.Stripe ? stripe.Unfit(State)
        : State.Rail == Rail.Aba && submit.ProcessOn is { } day ? files.Trial(Id, day) : null;

    private static Refusal Unknown() => new(RefusalCodes.UnknownPayout, "No payout batch with this id.", "id");

    private PayoutResult Answer(Refusal? refusal) => new(refusal is null ? State : null, refusal, false);

    private PayoutResult? Known(RequestFingerprint request)
    {
        var (wasAccepted, refusal) = PayoutBatchMachine.Replay(State, request);
        return wasAccepted ? new PayoutResult(State, null, true) : refusal is null ? null : Answer(refusal);
    }
}
