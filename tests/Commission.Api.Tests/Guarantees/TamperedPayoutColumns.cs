namespace Commission.Api.Tests.Guarantees;

/// <summary>Every column of payouts and disputes, and what G6 says when it is changed; null where it says nothing, with the reason.</summary>
internal static class TamperedPayoutColumns
{
    private const string Moving = "(select uuid from payout_batch where status = 3)";

    public static IReadOnlyDictionary<(string Table, string Column), (string Sql, string? Found)> All { get; } =
        new[] { Batches(), Items(), Lines(), Files(), Accounts(), Disputes(), Entries(), Messages() }
            .SelectMany(table => table).ToDictionary(row => row.Key, row => row.Value);

    private static Dictionary<(string, string), (string, string?)> Batches() => Table("payout_batch", "status = 3", new()
    {
        ["id"] = ("'payout_elsewhere'", "or is another batch's"),
        ["version"] = ("version + 1", null), // A lock, no record: the next write is refused.
        ["payload"] = ("substring(payload for length(payload) / 2)", "cannot be read"),
        ["uuid"] = ("gen_random_uuid()", "column uuid"),
        ["rail"] = ("1", "column rail"),
        ["currency"] = ("'NZD'", "column currency"),
        ["drafted_at"] = ("drafted_at - interval '1 day'", "column drafted_at"),
        ["status"] = ("2", "column status"),
        ["items"] = ("items + 1", "column items"),
        ["pay_minor"] = ("pay_minor + 1", "column pay_minor"),
        ["makers"] = ("''", "column makers"),
        ["approver"] = ("gen_random_uuid()", "column approver"),
        ["process_on"] = ("process_on + 1", "column process_on"),
        ["live"] = ("not live", "column live"),
        ["submitted_at"] = ("submitted_at - interval '1 day'", "column submitted_at"),
        ["due_on"] = ("due_on + 1", "column due_on"),
        ["on_the_way"] = ("on_the_way + 1", "column on_the_way"),
        ["unfinished"] = ("not unfinished", "column unfinished"),
    });

    private static Dictionary<(string, string), (string, string?)> Items() => Table("payout_item", $"batch = {Moving} and status = 2", new()
    {
        ["batch"] = ("gen_random_uuid()", "there is no such batch"),
        ["number"] = ("number + 1000", "are stored, or not in their places"),
        ["payee"] = ("gen_random_uuid()", "for an entry of somebody else"),
        ["amount_minor"] = ("amount_minor + 1", "its lines add up to"),
        ["gst_minor"] = ("gst_minor + 1", "its state says"),
        ["withheld_minor"] = ("withheld_minor + 1", "its state says"),
        ["lines"] = ("lines + 1", "are stored, or not in their places"),
        ["lines_hash"] = ("sha256(lines_hash)", "its lines do not give its lines hash"),
        ["destination"] = ("sha256(destination)", "what was approved is not what its rows hold"),
        ["status"] = ("3", "it is paid, and of attempt 1 the ledger has submitted"),
        ["attempt"] = ("attempt + 1", "of attempt 1 the ledger has submitted"),
        ["reason"] = ("'none'", null), // A text for people.
        ["since"] = ("since - interval '1 day'", null), // How long it has stood so; the dates of its transfers are in the ledger.
        ["submission"] = ("sha256(submission)", "its row names another submission"),
        ["file_part"] = ("7", "its row says file 7, it is in file 1"),
        ["salt"] = ("sha256(salt)", "what was approved is not what its rows hold"),

        // What the tax rests on explains the amounts, which are bound; the papers that were issued have hashes of their own.
        ["abn"] = ("'53004085616'", null),
        ["gst_registered"] = ("not gst_registered", null),
        ["rcti_agreement"] = ("'none'", null),
        ["payer_abn"] = ("null", null),
        ["payer_gst_registered"] = ("not payer_gst_registered", null),
    });

    private static Dictionary<(string, string), (string, string?)> Lines() => Table("payout_line", $"batch = {Moving} and holds and item = 1 and place = 1", new()
    {
        ["batch"] = ("gen_random_uuid()", "there is no such batch"),
        ["item"] = ("77", "are stored, or not in their places"),
        ["place"] = ("place + 5", "are stored, or not in their places"),
        ["book_id"] = ("book_id + 70", "names an entry that does not stand where it says"),
        ["sequence"] = ("99999", "names an entry that does not stand where it says"),
        ["entry"] = ("sha256(entry)", "its lines do not give its lines hash"),
        ["amount_minor"] = ("amount_minor + 1", "its lines do not give its lines hash"),
        ["gst"] = ("2", null), // How it stands to GST; the item's amounts are bound.
        ["holds"] = ("false", "lets its entry go"),
    });

    private static Dictionary<(string, string), (string, string?)> Files() => Table("payout_file", $"batch = {Moving}", new()
    {
        ["batch"] = ("gen_random_uuid()", "there is no such batch"),
        ["part"] = ("part + 1", "it stands where file 1 should"),
        ["hash"] = ("sha256(hash)", "it is not what was stored"),
        ["content"] = ("set_bit(content, 300, 1 - get_bit(content, 300))", "it is not what was stored"),
        ["records"] = ("records + 1", "its row says"),
        ["pay_minor"] = ("pay_minor + 1", "its row says that it pays"),
        ["process_on"] = ("process_on + 1", "it is for"),
        ["made_at"] = ("made_at - interval '1 day'", null), // When the row was written; the file is for a day of its own.
    });

    private static Dictionary<(string, string), (string, string?)> Accounts() => Table("payee_account", "rcti_agreement is not null", new()
    {
        ["id"] = ("'elsewhere'", "or is another payee's"),
        ["version"] = ("version + 1", null), // A lock.
        ["payload"] = ("substring(payload for length(payload) / 2)", "cannot be read"),
        ["payee"] = ("gen_random_uuid()", "column payee"),
        ["proposed_by"] = ("gen_random_uuid()", "column proposed_by"),
        ["commitment"] = ("sha256(commitment)", "column commitment"),
        ["account"] = ("account || '\\x00'::bytea", "column account"),
        ["abn"] = ("'53004085616'", "column abn"),
        ["gst_registered"] = ("not gst_registered", "column gst_registered"),
        ["rcti_agreement"] = ("null", "column rcti_agreement"),
        ["verified_maker"] = ("gen_random_uuid()", "column verified_maker"),
        ["verified_by"] = ("gen_random_uuid()", "column verified_by"),
        ["verified_at"] = ("verified_at - interval '1 day'", "column verified_at"),
    });

    private static Dictionary<(string, string), (string, string?)> Disputes() => Table("dispute", "status = 1", new()
    {
        ["id"] = ("'dispute_elsewhere'", "or is another dispute's"),
        ["version"] = ("version + 1", null), // A lock.
        ["payload"] = ("substring(payload for length(payload) / 2)", "cannot be read"),
        ["uuid"] = ("gen_random_uuid()", "column uuid"),
        ["member"] = ("gen_random_uuid()", "column member"),
        ["reason"] = ("7", "column reason"),
        ["opened_at"] = ("opened_at - interval '1 day'", "column opened_at"),
        ["status"] = ("6", "column status"),
        ["assignee"] = ("gen_random_uuid()", "column assignee"),
        ["warned_at"] = ("now()", "column warned_at"),
        ["breached_at"] = ("now()", "column breached_at"),
        ["decided_at"] = ("now()", "column decided_at"),
        ["used_seconds"] = ("used_seconds + 1", "column used_seconds"),
    });

    private static Dictionary<(string, string), (string, string?)> Entries() => Table("dispute_entry", "pending", new()
    {
        ["dispute"] = ("gen_random_uuid()", "there is no such dispute"),
        ["place"] = ("place + 1", "or not in their places"),
        ["book_id"] = ("book_id + 70", "does not stand where it says"),
        ["sequence"] = ("0", "does not stand where it says"),
        ["pending"] = ("false", "open to payouts"),
    });

    private static Dictionary<(string, string), (string, string?)> Messages() => Table("dispute_message", "dispute = (select uuid from dispute where status = 1)", new()
    {
        ["dispute"] = ("gen_random_uuid()", "there is no such dispute"),
        ["number"] = ("number + 1", null), // Only the first and the decision's reasons stand in a book, by their hashes.
        ["author"] = ("gen_random_uuid()", null),
        ["written_at"] = ("written_at - interval '1 day'", null),
        ["body"] = ("body || '!'", "its first message is not what was said"),
    });

    private static Dictionary<(string, string), (string, string?)> Table(
        string table, string where, Dictionary<string, (string Value, string? Found)> columns) =>
        columns.ToDictionary(
            column => (table, column.Key), column => ($"update {table} set {column.Key} = {column.Value.Value} where {where}", column.Value.Found));
}
