using Commission.Domain.Amounts;
using Commission.Domain.Deals;

namespace Commission.Domain.Rules.Simulation;

/// <summary>Facts as the ledger keeps them with the first entry of a calculation.</summary>
/// <param name="PostedAt">When the ledger took the entry.</param>
/// <param name="EffectiveOn">The date that it counts from.</param>
/// <param name="Facts">Canonical bytes.</param>
public sealed record StoredFacts(DateTimeOffset PostedAt, DateOnly EffectiveOn, byte[] Facts);

/// <summary>
/// What happened to a deal after its completion, as commands that its machine can decide again under other rules. It is put
/// together from what the deal remembers (its latest answers, the payments that accumulators count) and from the facts of
/// what accrued; an older event that accrued nothing left neither, and is only counted.
/// </summary>
/// <param name="Commands">In the order in which they were recorded.</param>
/// <param name="NotKept">Events that nobody can name any more.</param>
public sealed record LaterHistory(IReadOnlyList<DealCommand> Commands, long NotKept)
{
    /// <summary>Puts the history of one deal together.</summary>
    /// <param name="state">The deal as it is now.</param>
    /// <param name="stored">Its facts in the ledger, in the ledger's order.</param>
    public static LaterHistory Of(DealState state, IReadOnlyList<StoredFacts> stored)
    {
        if (state.Later is not { } later)
            return new LaterHistory([], 0);
        var found = new Finding(state);
        foreach (var receipt in later.Receipts)
            found.Add(receipt);
        foreach (var facts in stored)
            found.Add(facts);
        found.Add(later.Payments);
        var commands = found.Ordered(later);
        return new LaterHistory(commands, Math.Max(0, later.UsedKeys.Length - commands.Count(command => command is LaterCommand)));
    }

    private sealed record Found(DateTimeOffset At, DealCommand Command, long? RefundedToDate = null);

    private sealed class Finding(DealState state)
    {
        private readonly List<Found> _found = [];
        private readonly HashSet<(string Event, string Key)> _known = [];
        private readonly List<(DateOnly Month, long BalanceMinor, DateTimeOffset At)> _trail = [];

        public void Add(DealReceipt receipt)
        {
            switch (receipt.Event)
            {
                case "milestone":
                    Add("milestone", receipt.Key, receipt.RecordedAt, Milestone(receipt.Key, receipt.On));
                    break;
                case "clawback":
                    Add("clawback", receipt.Key, receipt.RecordedAt, Clawback(receipt.Key, receipt.On, receipt.AmountMinor));
                    break;
                default:
                    _ = RevenueKinds.TryParse(receipt.Kind, out var kind);
                    Add(receipt.Kind!, receipt.Key, receipt.RecordedAt, Revenue(kind, receipt.Key, receipt.On, receipt.AmountMinor!.Value, receipt.Month));
                    break;
            }
        }

        public void Add(StoredFacts stored)
        {
            var happened = CalculationFactsReader.Read(stored.Facts).Facts?.Event;
            switch (happened)
            {
                case RevenueReceived revenue:
                    Add(RevenueKinds.Of(revenue.Revenue), revenue.Key, stored.PostedAt,
                        Revenue(revenue.Revenue, revenue.Key, revenue.On, revenue.AmountMinor, null));
                    break;
                case MilestoneReached milestone:
                    Add("milestone", milestone.Name, stored.PostedAt, Milestone(milestone.Name, stored.EffectiveOn));
                    break;
                case ClawedBack clawback:
                    Add("clawback", clawback.Key, stored.PostedAt, Clawback(clawback.Key, stored.EffectiveOn, null), clawback.RefundedMinor);
                    break;
                case TrailMonth trail:
                    _trail.Add((FirstOf(state.SettledOn).AddMonths(trail.Month - 1), trail.BalanceMinor, stored.PostedAt));
                    break;
                default:
                    // The settlement itself, or what accumulators credited: they credit again under other rules.
                    break;
            }
        }

        /// <summary>Payments stand in the order in which they came: one that only an accumulator counted came after the one before it.</summary>
        public void Add(IReadOnlyList<CountedPayment> payments)
        {
            var at = state.Steps[^1].RecordedAt;
            foreach (var payment in payments)
            {
                var word = RevenueKinds.Of(payment.Kind);
                if (_known.Contains((word, payment.Key)))
                    at = _found.Find(known => known.Command is RecordRevenue revenue && (revenue.Kind, revenue.Key) == (payment.Kind, payment.Key))!.At;
                else
                    Add(word, payment.Key, at, Revenue(payment.Kind, payment.Key, payment.On, payment.AmountMinor, null));
            }
        }

        public List<DealCommand> Ordered(LaterState later)
        {
            PayTrail(later);
            var (commands, refunded) = (new List<DealCommand>(_found.Count), 0L);
            foreach (var (_, command, refundedToDate) in _found.OrderBy(found => found.At))
            {
                if (command is not RecordClawback clawback)
                {
                    commands.Add(command);
                    continue;
                }
                var amount = refundedToDate is { } toDate ? toDate - refunded : clawback.RefundedMinor ?? 0;
                refunded += amount;
                commands.Add(clawback with { RefundedMinor = amount > 0 ? amount : null });
            }
            return commands;
        }

        /// <summary>A month of trail is paid when it was; where the pinned rules pay none, with its balance.</summary>
        private void PayTrail(LaterState later)
        {
            var paid = _trail.ToDictionary(trail => trail.Month, trail => trail.At);
            var balances = _found.Where(found => found.Command is RecordRevenue { Kind: RevenueKind.Balance }).ToArray();
            var months = balances.Select(found => MonthOf((RecordRevenue)found.Command)).ToHashSet();
            foreach (var found in balances)
            {
                var month = MonthOf((RecordRevenue)found.Command);
                if (later.Balances.All(pending => pending.Month != month))
                    _found.Add(new Found(paid.GetValueOrDefault(month, found.At), new PayTrail(month, state.Receiver)));
            }
            foreach (var (month, balance, at) in _trail.Where(trail => !months.Contains(trail.Month)))
            {
                var lastDay = month.AddMonths(1).AddDays(-1);
                _found.Add(new Found(at, Revenue(RevenueKind.Balance, $"balance of {month:yyyy-MM}", lastDay, balance, month)));
                _found.Add(new Found(at, new PayTrail(month, state.Receiver)));
            }
        }

        private void Add(string happened, string key, DateTimeOffset at, DealCommand command, long? refundedToDate = null)
        {
            if (_known.Add((happened, key)))
                _found.Add(new Found(at, command, refundedToDate));
        }

        private RecordRevenue Revenue(RevenueKind kind, string key, DateOnly on, long amountMinor, DateOnly? month) =>
            new(kind, key, on, new Money(amountMinor, state.SettledValue.Currency), month, state.Receiver, default);

        private RecordMilestone Milestone(string name, DateOnly on) => new(name, on, state.Receiver, default);

        private RecordClawback Clawback(string key, DateOnly on, long? refundedMinor) =>
            new(key, ClawbackReason.Cancellation, on, refundedMinor, state.Receiver, default);

        private static DateOnly MonthOf(RecordRevenue balance) => balance.Month ?? FirstOf(balance.On);

        private static DateOnly FirstOf(DateOnly date) => new(date.Year, date.Month, 1);
    }
}
