using Commission.Domain;
using Commission.Domain.Rules;
using Commission.Storage.GroupCommit;
using NpgsqlTypes;

namespace Commission.Storage.Rules;

/// <summary>
/// Verticals with their rule sets. The columns of the latest approval make a row of <c>rule_set_approval</c> in the same
/// transaction, and that table refuses an approval by the version's maker.
/// </summary>
public static class VerticalTable
{
    /// <summary>The table's and the state's name.</summary>
    public const string Name = "vertical";

    /// <summary>The table.</summary>
    public static StateTable Table { get; } = new(Name,
    [
        Column("code", NpgsqlDbType.Text, "text", state => state.Code),
        Column("approved_version", NpgsqlDbType.Uuid, "uuid", state => Version(state)?.Value, mutable: true),
        Column("approved_hash", NpgsqlDbType.Text, "text", state => Latest(state)?.Hash, mutable: true),
        Column("approved_author", NpgsqlDbType.Uuid, "uuid", state => Contact(Latest(state)?.Author), mutable: true),
        Column("approved_proposer", NpgsqlDbType.Uuid, "uuid", state => Contact(Latest(state)?.Proposed?.By), mutable: true),
        Column("approved_by", NpgsqlDbType.Uuid, "uuid", state => Contact(Latest(state)?.Approved?.By), mutable: true),
        Column("approved_at", NpgsqlDbType.TimestampTz, "timestamptz", state => Latest(state)?.Approved?.At.UtcDateTime, mutable: true),
    ]);

    private static RuleSetVersion? Latest(RuleSetState state) => state.Approved.MaxBy(version => (version.Approved!.At, version.EffectiveFrom));

    private static RuleSetVersionId? Version(RuleSetState state) => Latest(state) is { } version ? TypedId.Parse<RuleSetVersionId>(version.Id) : null;

    private static Guid? Contact(string? id) => id is null ? null : TypedId.Parse<ContactId>(id).Value;

    private static StateColumn Column<T>(string name, NpgsqlDbType type, string sqlType, Func<RuleSetState, T> value, bool mutable = false) =>
        StateColumn.Of<Journaled<RuleSetState>, T>(name, type, sqlType, journaled => value(journaled.State), mutable);
}
