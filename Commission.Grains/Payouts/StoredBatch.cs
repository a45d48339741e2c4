using Commission.Domain;
using Commission.Domain.Payouts;
using Commission.Grains.Interfaces.Payouts;
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
    /// <param name="number">Which.</param>
    /// <param name="command">What to do with it.</param>
    /// <param name="also">What else becomes durable with it.</param>
    public async Task<Refusal?> MoveAsync(int number, Func<PayoutItemRow?, PayoutItemCommand> command, Func<PayoutTransaction, Task>? also = null)
    {
        var row = (await queries.ListItemsAsync(Id, [number])).FirstOrDefault();
        var decision = PayoutItemMachine.Decide(State, row?.Item, command(row), time.GetUtcNow());
        if (decision.Refusal is not null || decision.Events.Count == 0)
            return decision.Refusal;
        await using var transaction = await store.BeginAsync();
        if (also is not null)
            await also(transaction);
        return await CommitAsync(transaction, decision, row!.Item);
    }

    /// <summary>The first items that stand so.</summary>
    public Task<List<PayoutItemRow>> PageAsync(PayoutItemStatus status) => queries.ListItemsAsync(Id, status, Page);

    /// <summary>Moves items in one transaction; what was refused is returned.</summary>
    /// <param name="rows">Which.</param>
    /// <param name="commands">What to do with each, one after another.</param>
    /// <param name="also">What else becomes durable with the items as they are then.</param>
    public async Task<IReadOnlyList<Refusal>> MoveAsync(
        IReadOnlyList<PayoutItemRow> rows, Func<PayoutItemRow, IEnumerable<PayoutItemCommand>> commands,
        Func<PayoutTransaction, IReadOnlyCollection<PayoutItem>, Task>? also = null)
    {
        var (change, refused) = (new PayoutChange(State), new List<Refusal>());
        foreach (var (row, command) in rows.SelectMany(row => commands(row).Select(command => (row, command))))
        {
            var item = change.Now(row.Item);
            var decision = PayoutItemMachine.Decide(change.Next, item, command, time.GetUtcNow());
            if (decision.Refusal is not null)
                refused.Add(decision.Refusal);
            change.Add(item, decision.Events);
        }
        if (change.IsEmpty)
            return refused;
        await using var transaction = await store.BeginAsync();
        if (also is not null)
            await also(transaction, change.Items);
        await CommitAsync(transaction, change);
        return refused;
    }

    /// <summary>Moves items by their numbers in one transaction; what was refused is returned.</summary>
    public async Task<IReadOnlyList<Refusal>> MoveAsync(ILookup<int, PayoutItemCommand> commands)
    {
        int[] numbers = [.. commands.Select(item => item.Key)];
        var rows = await queries.ListItemsAsync(Id, numbers);
        var missing = numbers.Except(rows.Select(row => row.Item.Number))
            .Select(number => PayoutItemMachine.Decide(State, null, commands[number].First(), time.GetUtcNow()).Refusal!);
        return [.. missing, .. await MoveAsync(rows, row => commands[row.Item.Number])];
    }

    /// <summary>Records what a bank says of items; what contradicts what is known is returned in words.</summary>
    public async Task<(IReadOnlyList<ReturnedItem> Moved, IReadOnlyList<string> Wrong)> RecordAsync(IReadOnlyList<ReturnedItem> told, PayoutItemStatus outcome)
    {
        var (moved, wrong) = (new List<ReturnedItem>(told.Count), new List<string>());
        foreach (var page in told.Chunk(Page))
        {
            // All at once; if one of them is refused, one by one to tell which: what was recorded is not recorded again.
            var refusals = await MoveAsync(page.ToLookup(one => one.Item, PayoutItemCommand (one) => Outcome(one, outcome)));
            foreach (var one in page)
            {
                if (refusals.Count > 0 && await MoveAsync(one.Item, _ => Outcome(one, outcome)) is { } refusal)
                    wrong.Add($"item {one.Item}: {refusal.Text}");
                else
                    moved.Add(one);
            }
        }
        return (moved, wrong);
    }

    private static RecordPayoutOutcome Outcome(ReturnedItem told, PayoutItemStatus outcome) =>
        new(told.Item, told.Attempt, outcome, told.Reason);

    /// <summary>Moves all items that stand so, some hundred in a transaction; where it ends, it is taken up again.</summary>
    public async Task MoveAllAsync(PayoutItemStatus status, Func<PayoutItemRow, PayoutItemCommand> command)
    {
        while (State.Of(status).Items > 0)
        {
            var version = Version;
            await MoveAsync(await PageAsync(status), row => [command(row)]);
            if (Version == version)
                throw new InvalidOperationException($"{Id} counts items that its rows do not have.");
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
