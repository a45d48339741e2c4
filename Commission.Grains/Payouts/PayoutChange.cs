using Commission.Domain.Ledger;
using Commission.Domain.Payouts;
using Commission.Storage.Payouts;

namespace Commission.Grains.Payouts;

/// <summary>What a command's events make of a batch: its state, its items' rows, and what it owes the books. All of it commits together.</summary>
internal sealed class PayoutChange(PayoutBatchState before)
{
    private static readonly PayoutItemStatus[] Statuses = Enum.GetValues<PayoutItemStatus>();

    private readonly PayoutBatchState _before = before;
    private readonly Dictionary<int, PayoutItem> _items = [];
    private readonly List<BookRecord> _entries = [];
    private readonly List<PayoutEvent> _events = [];

    public PayoutBatchState Next { get; private set; } = before;

    public bool IsEmpty => _events.Count == 0;

    /// <summary>The items that changed, as they are then.</summary>
    public IReadOnlyCollection<PayoutItem> Items => _items.Values;

    /// <summary>An item as it is after what was added so far.</summary>
    public PayoutItem Now(PayoutItem item) => _items.GetValueOrDefault(item.Number) ?? item;

    public void Add(PayoutItem? item, IReadOnlyList<PayoutEvent> events)
    {
        foreach (var happened in events)
        {
            if (item is not null)
            {
                _entries.AddRange(PayoutEntries.Of(Next, item, happened));
                item = _items[item.Number] = PayoutItemMachine.Evolve(item, happened);
            }
            Next = PayoutBatchMachine.Evolve(Next, happened);
            _events.Add(happened);
        }
    }

    public async Task CommitAsync(PayoutTransaction transaction, int version, CancellationToken cancellationToken)
    {
        var items = _items.Values.OrderBy(item => item.Number).ToList();
        var letGo = items.FindAll(item => !PayoutItemMachine.HoldsEntries(Next.Status, item.Status)).ConvertAll(item => item.Number);
        await transaction.MoveAsync(Next.Id, items, letGo, cancellationToken);
        if (_before.Exists && Next.Status != _before.Status && Next.Status is PayoutBatchStatus.Settled or PayoutBatchStatus.Cancelled)
        {
            var open = Array.FindAll(Statuses, status => !PayoutItemMachine.HoldsEntries(Next.Status, status));
            await transaction.LetGoAsync(Next.Id, open, cancellationToken);
        }
        await transaction.CommitAsync(
            Next, version, [(Books.Ledger, _entries), (Books.Administration, PayoutRecords.Acts(Next.Id, _events))], cancellationToken);
    }
}
