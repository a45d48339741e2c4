using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Storage.Payouts;

namespace Commission.Grains.Payouts;

/// <summary>A batch with its rows, as they are durable.</summary>
internal sealed class StoredBatch(PayoutBatchId id, PayoutStore store, PayoutQueries queries, TimeProvider time, Action whenInDoubt)
{
    private const int Page = 500;

    public PayoutBatchId Id { get; } = id;

    public PayoutBatchState State { get; private set; } = new();

    public int Version { get; private set; }

    public static async Task<StoredBatch> ReadAsync(
        PayoutBatchId id, PayoutStore store, PayoutQueries queries, TimeProvider time, Action whenInDoubt, CancellationToken cancellationToken)
    {
        var batch = new StoredBatch(id, store, queries, time, whenInDoubt);
        (batch.State, batch.Version) = await store.ReadAsync(id, cancellationToken);
        return batch;
    }

    /// <summary>What the rows hold now, as if one of them were taken out.</summary>
    public async Task<BatchContents> ContentsAsync(int? without)
    {
        var hasher = new BatchHasher(Id, State.Rail, State.Currency);
        await foreach (var row in queries.ReadItemsAsync(Id))
            hasher.Add(row.Item.Number == without ? row.Item with { Status = PayoutItemStatus.Released } : row.Item);
        return hasher.Finish();
    }

    /// <summary>Moves one item, or says why not.</summary>
    public async Task<Refusal?> MoveAsync(int number, Func<PayoutItemRow?, PayoutItemCommand> command)
    {
        var row = (await queries.ListItemsAsync(Id, [number])).FirstOrDefault();
        var decision = PayoutItemMachine.Decide(State, row?.Item, command(row), time.GetUtcNow());
        if (decision.Refusal is not null || decision.Events.Count == 0)
            return decision.Refusal;
        await using var transaction = await store.BeginAsync();
        return await CommitAsync(transaction, decision, row!.Item);
    }

    /// <summary>Moves all items that stand so, some hundred in a transaction; where it ends, it is taken up again.</summary>
    public async Task MoveAllAsync(PayoutItemStatus status, Func<PayoutItemRow, PayoutItemCommand> command)
    {
        while (State.Of(status).Items > 0)
        {
            var change = new PayoutChange(State);
            foreach (var row in await queries.ListItemsAsync(Id, status, Page))
                change.Add(row.Item, PayoutItemMachine.Decide(change.Next, row.Item, command(row), time.GetUtcNow()).Events);
            if (change.IsEmpty)
                throw new InvalidOperationException($"{Id} counts items that its rows do not have.");
            await using var transaction = await store.BeginAsync();
            await CommitAsync(transaction, change);
        }
    }

    /// <summary>Commits what was decided, or says why not.</summary>
    public async Task<Refusal?> CommitAsync(PayoutTransaction transaction, Decision<PayoutEvent> decision, PayoutItem? item = null)
    {
        if (decision.Refusal is not null || decision.Events.Count == 0)
            return decision.Refusal;
        var change = new PayoutChange(State);
        change.Add(item, decision.Events);
        await CommitAsync(transaction, change);
        return null;
    }

    private async Task CommitAsync(PayoutTransaction transaction, PayoutChange change)
    {
        try
        {
            await change.CommitAsync(transaction, Version + 1, CancellationToken.None);
            (State, Version) = (change.Next, Version + 1);
        }
        catch (Exception)
        {
            // Whatever broke, this activation no longer knows what is durable; the next one reads it.
            whenInDoubt();
            throw;
        }
    }
}
