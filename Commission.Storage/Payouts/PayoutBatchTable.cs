using Commission.Domain.Payouts;
using Commission.Storage.GroupCommit;
using NpgsqlTypes;

namespace Commission.Storage.Payouts;

/// <summary>Payout batches: the form of a group-commit table, but written by <see cref="PayoutTransaction"/>, together with the batch's rows.</summary>
public static class PayoutBatchTable
{
    /// <summary>The table.</summary>
    public static StateTable Table { get; } = new("payout_batch",
    [
        Column("uuid", NpgsqlDbType.Uuid, "uuid", state => state.Id.Value),
        Column("rail", NpgsqlDbType.Smallint, "smallint", state => (short)state.Rail),
        Column("currency", NpgsqlDbType.Text, "text", state => state.Currency.Code),
        Column("drafted_at", NpgsqlDbType.TimestampTz, "timestamptz", state => state.DraftedAt.UtcDateTime),
        Column("status", NpgsqlDbType.Smallint, "smallint", state => (short)state.Status, mutable: true),
        Column("items", NpgsqlDbType.Integer, "integer", state => state.Contents.Items, mutable: true),
        Column("pay_minor", NpgsqlDbType.Bigint, "bigint", state => state.Contents.PayMinor, mutable: true),
        Column("makers", NpgsqlDbType.Text, "text", state => string.Join(',', state.Makers.Select(maker => maker.Value)), mutable: true),
        Column("approver", NpgsqlDbType.Uuid, "uuid", state => state.Approver?.Value, mutable: true),
        Column("process_on", NpgsqlDbType.Date, "date", state => state.ProcessOn, mutable: true),
        Column("submitted_at", NpgsqlDbType.TimestampTz, "timestamptz", state => state.SubmittedAt?.UtcDateTime, mutable: true),
        Column("due_on", NpgsqlDbType.Date, "date", state => state.DueOn, mutable: true),
        Column("on_the_way", NpgsqlDbType.Integer, "integer", OnTheWay, mutable: true),
        Column("unfinished", NpgsqlDbType.Boolean, "boolean", IsUnfinished, mutable: true),
        Column("live", NpgsqlDbType.Boolean, "boolean", state => state.IsLive),
    ]);

    private static int OnTheWay(PayoutBatchState state) =>
        state.Status == PayoutBatchStatus.Submitted ? state.Pending.Items + state.Submitted.Items : 0;

    /// <summary>Whether items wait to go: whoever finds the batch so makes it go on.</summary>
    private static bool IsUnfinished(PayoutBatchState state) => state.Status == PayoutBatchStatus.Submitted && state.Pending.Items > 0;

    private static StateColumn Column<T>(string name, NpgsqlDbType type, string sqlType, Func<PayoutBatchState, T> value, bool mutable = false) =>
        StateColumn.Of<Journaled<PayoutBatchState>, T>(name, type, sqlType, journaled => value(journaled.State), mutable);
}
