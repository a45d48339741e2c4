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
    private const int Page = 500;
    private PayoutBatchState _state = new();
    private int _version;

    private PayoutBatchId Id => TypedId.Parse<PayoutBatchId>(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => (_state, _version) = await store.ReadAsync(Id, cancellationToken);

    public async Task<PayoutResult> Draft(DraftPayoutBatch command, PayoutFilter filter)
    {
        if (Known(command.Fingerprint) is { } known)
            return known;
        return Answer(await drafting.DraftAsync(command, filter, (transaction, items) =>
        {
            var contents = BatchHasher.Of(Id, command.Rail, command.Currency, items);
            return CommitAsync(transaction, PayoutBatchMachine.Decide(_state, command, new PayoutBatchFacts(contents, selection.Today), time.GetUtcNow()));
        }));
    }

    public async Task<PayoutResult> Execute(PayoutBatchCommand command)
    {
        if (Known(command.Fingerprint) is { } known)
        {
            await Finish();
            return known;
        }
        if (command is SubmitPayoutBatch { ProcessOn: { } day } && _state.Rail == Rail.Aba && files.Trial(Id, day) is { } untimely)
            return Answer(untimely);
        var contents = command is ApprovePayoutBatch or SubmitPayoutBatch ? await ContentsAsync(without: null) : _state.Contents;
        await using var transaction = await store.BeginAsync();
        var refusal = await CommitAsync(
            transaction, PayoutBatchMachine.Decide(_state, command, new PayoutBatchFacts(contents, selection.Today), time.GetUtcNow()));
        if (refusal is null && command is SubmitPayoutBatch)
            await Finish();
        return Answer(refusal);
    }

    public async Task<PayoutResult> Remove(int item, string reason, ContactId? actor, RequestFingerprint fingerprint)
    {
        if (Known(fingerprint) is { } known)
            return known;
        var after = await ContentsAsync(without: item);
        return await MoveAsync(item, _ => new RemovePayoutItem(item, after, reason, actor, fingerprint));
    }

    public Task<PayoutResult> Retry(int item, int attempt) => MoveAsync(item, row => new RetryPayoutItem(item, attempt, row?.DestinationNow));

    public Task<PayoutResult> Release(int item) => MoveAsync(item, _ => new ReleasePayoutItem(item));

    public async Task<PayoutResult> Confirm()
    {
        if (_state.Status != PayoutBatchStatus.Submitted)
            return Answer(_state.Exists ? new Refusal(RefusalCodes.WrongState, $"The batch is {_state.Status}. Nothing of it is on its way.") : Unknown());
        await Finish();
        await MoveAllAsync(PayoutItemStatus.Submitted, row => new RecordPayoutOutcome(row.Item.Number, row.Item.Attempt, PayoutItemStatus.Paid, null));
        return Answer(null);
    }

    public async Task<PayoutReturnResult> Return(byte[] file)
    {
        if (!_state.Exists)
            return new PayoutReturnResult([], [], Unknown());
        var (matched, problems, refusal) = await files.MatchAsync(Id, file);
        var (returned, wrong) = (new List<ReturnedItem>(), new List<string>(problems));
        foreach (var one in matched)
        {
            var moved = await MoveAsync(one.Item, _ => new RecordPayoutOutcome(one.Item, one.Attempt, PayoutItemStatus.Returned, one.Reason));
            if (moved.Refusal is null)
                returned.Add(new ReturnedItem(one.Item, one.Attempt, one.AmountMinor, one.Reason));
            else
                wrong.Add($"item {one.Item}: {moved.Refusal.Text}");
        }
        return new PayoutReturnResult([.. returned], [.. wrong], refusal);
    }

    public async Task Finish()
    {
        if (_state.Rail != Rail.Aba || _state.Status != PayoutBatchStatus.Submitted)
            return;
        await MoveAllAsync(PayoutItemStatus.Pending, row => new SubmitPayoutItem(row.Item.Number, row.DestinationNow));
        await files.MakeAsync(_state, _version);
    }

    public async Task<byte[]?> GetFile(int part)
    {
        await Finish();
        return await files.ReadAsync(Id, part);
    }

    public Task<PayoutBatchState?> Get() => Task.FromResult(_state.Exists ? _state : null);

    private static Refusal Unknown() => new(RefusalCodes.UnknownPayout, "No payout batch with this id.", "id");

    private PayoutResult Answer(Refusal? refusal) => new(refusal is null ? _state : null, refusal, false);

    private PayoutResult? Known(RequestFingerprint request)
    {
        var (wasAccepted, refusal) = PayoutBatchMachine.Replay(_state, request);
        return wasAccepted ? new PayoutResult(_state, null, true) : refusal is null ? null : Answer(refusal);
    }

    /// <summary>What the rows hold now, as if one of them were taken out.</summary>
    private async Task<BatchContents> ContentsAsync(int? without)
    {
        using var hasher = new BatchHasher(Id, _state.Rail, _state.Currency);
        await foreach (var row in queries.ReadItemsAsync(Id))
            hasher.Add(row.Item.Number == without ? row.Item with { Status = PayoutItemStatus.Released } : row.Item);
        return hasher.Finish();
    }

    private async Task<PayoutResult> MoveAsync(int number, Func<PayoutItemRow?, PayoutItemCommand> command)
    {
        var row = (await queries.ListItemsAsync(Id, [number])).FirstOrDefault();
        var decision = PayoutItemMachine.Decide(_state, row?.Item, command(row), time.GetUtcNow());
        if (decision.Refusal is not null || decision.Events.Count == 0)
            return Answer(decision.Refusal);
        await using var transaction = await store.BeginAsync();
        return Answer(await CommitAsync(transaction, decision, row!.Item));
    }

    /// <summary>Moves all items that stand so, some hundred in a transaction; where it ends, it is taken up again.</summary>
    private async Task MoveAllAsync(PayoutItemStatus status, Func<PayoutItemRow, PayoutItemCommand> command)
    {
        while (_state.Of(status).Items > 0)
        {
            var change = new PayoutChange(_state);
            foreach (var row in await queries.ListItemsAsync(Id, status, Page))
                change.Add(row.Item, PayoutItemMachine.Decide(change.Next, row.Item, command(row), time.GetUtcNow()).Events);
            if (change.IsEmpty)
                throw new InvalidOperationException($"{Id} counts items that its rows do not have.");
            await using var transaction = await store.BeginAsync();
            await CommitAsync(transaction, change);
        }
    }

    private async Task<Refusal?> CommitAsync(PayoutTransaction transaction, Decision<PayoutEvent> decision, PayoutItem? item = null)
    {
        if (decision.Refusal is not null || decision.Events.Count == 0)
            return decision.Refusal;
        var change = new PayoutChange(_state);
        change.Add(item, decision.Events);
        await CommitAsync(transaction, change);
        return null;
    }

    private async Task CommitAsync(PayoutTransaction transaction, PayoutChange change)
    {
        try
        {
            await change.CommitAsync(transaction, _version + 1, CancellationToken.None);
            (_state, _version) = (change.Next, _version + 1);
        }
        catch (Exception)
        {
            // Whatever broke, this activation no longer knows what is durable; the next one reads it.
            DeactivateOnIdle();
            throw;
        }
    }
}
