using Commission.Domain.Deals;
using Commission.Storage.GroupCommit;
using NpgsqlTypes;

namespace Commission.Storage.Deals;

/// <summary>Deals: what lists filter and sort by stands in columns beside the state.</summary>
public static class DealTable
{
    /// <summary>The table's and the state's name.</summary>
    public const string Name = "deal";

    /// <summary>The unique index on a caller's business keys.</summary>
    public const string BusinessKeyConstraint = "deal_business_key";

    /// <summary>The table.</summary>
    public static StateTable Table { get; } = new(Name,
    [
        Column("caller", NpgsqlDbType.Uuid, "uuid", deal => deal.Caller.Value),
        Column("business_key", NpgsqlDbType.Text, "text", deal => deal.BusinessKey),
        Column("referrer", NpgsqlDbType.Uuid, "uuid", deal => deal.Referrer.Value),
        Column("receiver", NpgsqlDbType.Uuid, "uuid", deal => deal.Receiver.Value),
        Column("client", NpgsqlDbType.Uuid, "uuid", deal => deal.Client.Value),
        Column("vertical", NpgsqlDbType.Text, "text", deal => deal.Vertical),
        Column("product", NpgsqlDbType.Text, "text", deal => deal.Product),
        Column("referred_on", NpgsqlDbType.Date, "date", deal => deal.ReferredOn),
        Column("created_at", NpgsqlDbType.TimestampTz, "timestamptz", deal => deal.Steps[0].RecordedAt.UtcDateTime),
        Column("status", NpgsqlDbType.Smallint, "smallint", deal => (short)deal.Status, mutable: true),
        Column("updated_at", NpgsqlDbType.TimestampTz, "timestamptz", deal => deal.Steps[^1].RecordedAt.UtcDateTime, mutable: true),
        Column("settled_value_minor", NpgsqlDbType.Bigint, "bigint", deal => IsSettled(deal) ? deal.SettledValue.Minor : (long?)null, mutable: true),
        Column("currency", NpgsqlDbType.Text, "text", deal => IsSettled(deal) ? deal.SettledValue.Currency.Code : null, mutable: true),
        Column("settled_on", NpgsqlDbType.Date, "date", deal => IsSettled(deal) ? deal.SettledOn : (DateOnly?)null, mutable: true),
        Column("completed_on", NpgsqlDbType.Date, "date", CompletedOn, mutable: true),
        Column("trail_months", NpgsqlDbType.Smallint, "smallint", deal => (short?)deal.Later?.RecordedMonths, mutable: true),
    ]);

    private static bool IsSettled(DealState deal) => deal.Status is DealStatus.Settled or DealStatus.Complete;

    private static DateOnly? CompletedOn(DealState deal) =>
        deal.Status == DealStatus.Complete ? DealMachine.CompletedOn(deal) : null;

    private static StateColumn Column<T>(string name, NpgsqlDbType type, string sqlType, Func<DealState, T> value, bool mutable = false) =>
        StateColumn.Of<Journaled<DealState>, T>(name, type, sqlType, journaled => value(journaled.State), mutable);
}
