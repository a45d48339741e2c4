using Commission.Domain.Deals;

namespace Commission.Domain.Tests;

internal static class Expectations
{
    public static void Refused<TEvent>(this Decision<TEvent> decision, string code, string? field = null)
    {
        Assert.NotNull(decision.Refusal);
        Assert.Equal(code, decision.Refusal.Code);
        if (field is not null)
            Assert.Equal(field, decision.Refusal.Field);
        Assert.Empty(decision.Events);
    }

    public static IReadOnlyList<TEvent> Accepted<TEvent>(this Decision<TEvent> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Events;
    }

    public static CommissionAccrued Accrual(this IEnumerable<DealEvent> events) => Assert.Single(events.OfType<CommissionAccrued>());
}
