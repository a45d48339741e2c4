using Commission.Domain.Agreements;
using Commission.Storage.GroupCommit;
using NpgsqlTypes;

namespace Commission.Storage.Agreements;

/// <summary>Agreements.</summary>
public static class AgreementTable
{
    /// <summary>The table's and the state's name.</summary>
    public const string Name = "agreement";

    /// <summary>The table.</summary>
    public static StateTable Table { get; } = new(Name,
    [
        Column("reference", NpgsqlDbType.Text, "text", state => state.Reference),
        Column("kind", NpgsqlDbType.Smallint, "smallint", state => (short)state.Kind),
        Column("party", NpgsqlDbType.Uuid, "uuid", state => state.Party?.Value),
        Column("executed_at", NpgsqlDbType.TimestampTz, "timestamptz", state => state.Execution!.Time.UtcDateTime),
        Column("ended_at", NpgsqlDbType.TimestampTz, "timestamptz", state => state.EndedAt?.UtcDateTime, mutable: true),
        Column("unfinished", NpgsqlDbType.Boolean, "boolean", state => state.Unfinished, mutable: true),
    ]);

    private static StateColumn Column<T>(string name, NpgsqlDbType type, string sqlType, Func<AgreementState, T> value, bool mutable = false) =>
        StateColumn.Of<Journaled<AgreementState>, T>(name, type, sqlType, journaled => value(journaled.State), mutable);
}
