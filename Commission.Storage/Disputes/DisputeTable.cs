using Commission.Domain.Disputes;
using Commission.Storage.GroupCommit;
using NpgsqlTypes;

namespace Commission.Storage.Disputes;

/// <summary>Disputes: the form of a group-commit table, but written by <see cref="DisputeTransaction"/>, together with the dispute's rows.</summary>
public static class DisputeTable
{
    /// <summary>The table.</summary>
    public static StateTable Table { get; } = new("dispute",
    [
        Column("uuid", NpgsqlDbType.Uuid, "uuid", state => state.Id.Value),
        Column("member", NpgsqlDbType.Uuid, "uuid", state => state.Member.Value),
        Column("reason", NpgsqlDbType.Smallint, "smallint", state => (short)state.Reason),
        Column("opened_at", NpgsqlDbType.TimestampTz, "timestamptz", state => state.OpenedAt.UtcDateTime),
        Column("status", NpgsqlDbType.Smallint, "smallint", state => (short)state.Status, mutable: true),
        Column("assignee", NpgsqlDbType.Uuid, "uuid", state => state.Assignee?.Value, mutable: true),
        Column("warned_at", NpgsqlDbType.TimestampTz, "timestamptz", state => state.WarnedAt?.UtcDateTime, mutable: true),
        Column("breached_at", NpgsqlDbType.TimestampTz, "timestamptz", state => state.BreachedAt?.UtcDateTime, mutable: true),
        Column("decided_at", NpgsqlDbType.TimestampTz, "timestamptz", state => state.Decision?.At.UtcDateTime, mutable: true),
        Column("used_seconds", NpgsqlDbType.Bigint, "bigint", state => (long)state.Used.TotalSeconds, mutable: true),
    ]);

    private static StateColumn Column<T>(string name, NpgsqlDbType type, string sqlType, Func<DisputeState, T> value, bool mutable = false) =>
        StateColumn.Of<Journaled<DisputeState>, T>(name, type, sqlType, journaled => value(journaled.State), mutable);
}
