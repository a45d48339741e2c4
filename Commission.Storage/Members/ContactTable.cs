using Commission.Domain.Members;
using Commission.Storage.GroupCommit;
using NpgsqlTypes;

namespace Commission.Storage.Members;

/// <summary>Contacts. They arrive as fast as referrals do, for each brings a client.</summary>
public static class ContactTable
{
    /// <summary>The table's and the state's name.</summary>
    public const string Name = "contact";

    /// <summary>The table.</summary>
    public static StateTable Table { get; } = new(Name,
    [
        Column("type", NpgsqlDbType.Smallint, "smallint", member => (short)member.Type),
        Column("name", NpgsqlDbType.Text, "text", member => member.Name, mutable: true),
        Column("upline", NpgsqlDbType.Uuid, "uuid", member => member.Upline?.Value, mutable: true),
        Column("created_at", NpgsqlDbType.TimestampTz, "timestamptz", member => member.CreatedAt.UtcDateTime),
    ]);

    private static StateColumn Column<T>(string name, NpgsqlDbType type, string sqlType, Func<MemberState, T> value, bool mutable = false) =>
        StateColumn.Of<Journaled<MemberState>, T>(name, type, sqlType, journaled => value(journaled.State), mutable);
}
