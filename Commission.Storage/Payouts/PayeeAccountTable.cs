using Commission.Domain.Payouts;
using Commission.Storage.GroupCommit;
using NpgsqlTypes;

namespace Commission.Storage.Payouts;

/// <summary>Where payees are paid; the columns are what was verified, and the table refuses a checker who is the maker.</summary>
public static class PayeeAccountTable
{
    /// <summary>The table's and the state's name.</summary>
    public const string Name = "payee_account";

    /// <summary>The table.</summary>
    public static StateTable Table { get; } = new(Name,
    [
        Column("payee", NpgsqlDbType.Uuid, "uuid", state => state.Payee.Value),
        Column("proposed_by", NpgsqlDbType.Uuid, "uuid", state => state.Proposed?.By.Value, mutable: true),
        Column("commitment", NpgsqlDbType.Bytea, "bytea", state => Account(state)?.Commitment.ToArray(), mutable: true),
        Column("account", NpgsqlDbType.Bytea, "bytea", state => Account(state)?.Protected, mutable: true),
        Column("abn", NpgsqlDbType.Text, "text", state => state.Verified?.Abn?.Digits, mutable: true),
        Column("gst_registered", NpgsqlDbType.Boolean, "boolean", state => state.Verified?.IsGstRegistered ?? false, mutable: true),
        Column("rcti_agreement", NpgsqlDbType.Text, "text", state => state.Verified?.RctiAgreement, mutable: true),
        Column("verified_maker", NpgsqlDbType.Uuid, "uuid", state => state.Verified?.By.Value, mutable: true),
        Column("verified_by", NpgsqlDbType.Uuid, "uuid", state => state.VerifiedBy?.Value, mutable: true),
        Column("verified_at", NpgsqlDbType.TimestampTz, "timestamptz", state => state.VerifiedAt?.UtcDateTime, mutable: true),
    ]);

    private static PayeeDetails? Account(PayeeAccountState state) => state.Verified is { HasAccount: true } details ? details : null;

    private static StateColumn Column<T>(string name, NpgsqlDbType type, string sqlType, Func<PayeeAccountState, T> value, bool mutable = false) =>
        StateColumn.Of<Journaled<PayeeAccountState>, T>(name, type, sqlType, journaled => value(journaled.State), mutable);
}
