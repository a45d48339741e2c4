using Commission.Domain.Guarantees;

namespace Commission.Api.Tests.Guarantees;

/// <summary>A change of one column, and what must say so.</summary>
/// <param name="Sql">The change, as a superuser makes it.</param>
/// <param name="By">The guarantee that is broken by it; null when none can see it.</param>
/// <param name="Message">Texts of which it says one, or why nothing is found.</param>
internal sealed record TamperedColumn(string Sql, Guarantee? By, params string[] Message);

/// <summary>Every column of the books, their signatures and the deals' states; a test holds it against the database.</summary>
internal static class TamperedColumns
{
    private const string Ledger = "(select id from book_head where book = 'ledger')";
    private const string Handshakes = "(select id from book_head where book = 'handshakes')";

    public static IReadOnlyDictionary<(string Table, string Column), TamperedColumn> All { get; } =
        new[] { Entries(), Heads(), Accounts(), Tiles(), Incarnations(), Checkpoints(), Cosignatures(), Keys(), Deals() }
            .SelectMany(table => table).ToDictionary(row => row.Key, row => row.Value);

    /// <summary>Columns of a handshake's row: it has no money, and its columns must not say so.</summary>
    public static IReadOnlyDictionary<string, TamperedColumn> HandshakeRow { get; } = new Dictionary<string, TamperedColumn>
    {
        ["book_id"] = Row(Handshakes, "book_id = 77", Guarantee.Immutable, "its head says"),
        ["sequence"] = Row(Handshakes, "sequence = 100000", Guarantee.ExactMoney, "column sequence"),
        ["bytes"] = Row(Handshakes, "bytes = set_bit(bytes, 300, 1 - get_bit(bytes, 300))", Guarantee.Immutable, "chained"),
        ["deal"] = Row(Handshakes, "deal = gen_random_uuid()", Guarantee.ExactMoney, "column deal"),
        ["kind"] = Row(Handshakes, "kind = 7", Guarantee.ExactMoney, "column kind"),
        ["posted_at"] = Row(Handshakes, "posted_at = posted_at - interval '1 second'", Guarantee.ExactMoney, "column posted_at"),
        ["debit"] = Row(Handshakes, "debit = 1", Guarantee.ExactMoney, "column "),
        ["debit_sequence"] = Row(Handshakes, "debit_sequence = 1", Guarantee.ExactMoney, "column debit_sequence"),
        ["credit"] = Row(Handshakes, "credit = 1", Guarantee.ExactMoney, "column "),
        ["credit_sequence"] = Row(Handshakes, "credit_sequence = 1", Guarantee.ExactMoney, "column credit_sequence"),
        ["amount"] = Row(Handshakes, "amount = 1", Guarantee.ExactMoney, "column amount"),
        ["effective_on"] = Row(Handshakes, "effective_on = '2026-01-01'", Guarantee.ExactMoney, "column effective_on"),
        ["facts"] = Row(Handshakes, "facts = '\\x20'", Guarantee.ExactMoney, "column facts"),
    };

    private static Dictionary<(string, string), TamperedColumn> Entries() => Of(
        "book_entry",
        ("book_id", Row(Ledger, "book_id = 77", Guarantee.Immutable, "its head says", "does not follow", "says it is number")),
        ("sequence", Row(Ledger, "sequence = 100000", Guarantee.ExactMoney, "column sequence")),
        ("bytes", Row(Ledger, "bytes = set_bit(bytes, 300, 1 - get_bit(bytes, 300))", Guarantee.Immutable, "does not follow", "chained")),
        ("deal", Row(Ledger, "deal = gen_random_uuid()", Guarantee.ExactMoney, "column deal")),
        ("kind", Row(Ledger, "kind = 3", Guarantee.ExactMoney, "column kind")),
        ("posted_at", Row(Ledger, "posted_at = posted_at + interval '1 second'", Guarantee.ExactMoney, "column posted_at")),
        ("debit", Row(Ledger, "debit = credit", Guarantee.ExactMoney, "column debit")),
        ("debit_sequence", Row(Ledger, "debit_sequence = 9999", Guarantee.ExactMoney, "column debit_sequence")),
        ("credit", Row(Ledger, "credit = debit", Guarantee.ExactMoney, "column credit")),
        ("credit_sequence", Row(Ledger, "credit_sequence = 9999", Guarantee.ExactMoney, "column credit_sequence")),
        ("amount", Row(Ledger, "amount = amount + 1", Guarantee.ExactMoney, "column amount")),
        ("effective_on", Row(Ledger, "effective_on = effective_on - 1", Guarantee.ExactMoney, "column effective_on")),
        ("facts", Row(Ledger, "facts = null", Guarantee.RightRule, "no facts are stored")));

    private static Dictionary<(string, string), TamperedColumn> Heads()
    {
        static TamperedColumn Head(string change, Guarantee? by, params string[] message) =>
            new($"update book_head set {change} where book = 'ledger'", by, message);
        return Of(
            "book_head",
            ("book", Head("book = 'ledger2'", Guarantee.Immutable, "belongs to book")),
            ("id", new TamperedColumn(
                "alter table book_head alter column id drop identity; update book_head set id = 77 where book = 'ledger'", Guarantee.Immutable, "no such book")),
            ("size", Head("size = size - 1", Guarantee.Immutable, "its head says")),
            ("last_leaf", Head("last_leaf = sha256(last_leaf)", Guarantee.Immutable, "names another last leaf")),
            ("frontier", Head("frontier = sha256(frontier)", Guarantee.Immutable, "frontier")),
            ("epoch", Head("epoch = epoch + 5", null, "a lock, no record: the writer steps down")));
    }

    private static Dictionary<(string, string), TamperedColumn> Accounts()
    {
        static TamperedColumn Account(string change, params string[] message) =>
            new($"update book_account set {change} where book_id = {Ledger} and id = 1", Guarantee.ExactMoney, message);
        return Of(
            "book_account",
            ("book_id", Account("book_id = 77", "column debit", "column credit")),
            ("id", Account("id = 7777", "column debit", "column credit", "is not stored")),
            ("name", Account("name = name || 'x'", "has no entry", "column")),
            ("currency", Account("currency = 'NZD'", "column", "differ by")),
            ("sequence", Account("sequence = sequence + 1", "it is stored with")),
            ("balance", Account("balance = balance + 1", "its balance is stored as")),
            ("last_leaf", Account("last_leaf = sha256(last_leaf)", "its last entry is stored as another")));
    }

    private static Dictionary<(string, string), TamperedColumn> Tiles()
    {
        static TamperedColumn Tile(string change) => new($"update book_tile set {change} where book_id = {Ledger}", Guarantee.Immutable, "tile");
        return Of(
            "book_tile",
            ("book_id", Tile("book_id = 77")),
            ("level", Tile("level = 3")),
            ("index", Tile("index = 9")),
            ("hashes", Tile("hashes = set_bit(hashes, 5, 1 - get_bit(hashes, 5))")),
            ("root", Tile("root = sha256(root)")));
    }

    private static Dictionary<(string, string), TamperedColumn> Incarnations()
    {
        static TamperedColumn Incarnation(string change, Guarantee? by, params string[] message) =>
            new($"update book_incarnation set {change} where book_id = {Ledger}", by, message);
        return Of(
            "book_incarnation",
            ("book_id", Incarnation("book_id = 77", Guarantee.Immutable, "no such incarnation", "no such book")),
            ("number", Incarnation("number = 5", Guarantee.Immutable, "no such incarnation", "does not go on")),
            ("started_at", Incarnation("started_at = started_at + interval '1 day'", Guarantee.Immutable, "the incarnation's beginning")),
            ("reason", Incarnation("reason = 'none'", null, "the first one's reason is a text for people")),
            ("signed_size", Incarnation("signed_size = 7", Guarantee.Immutable, "names a signed state before it")),
            ("signed_root", Incarnation("signed_root = sha256('')", Guarantee.Immutable, "names a signed state before it")));
    }

    private static Dictionary<(string, string), TamperedColumn> Checkpoints()
    {
        static TamperedColumn Latest(string change, params string[] message) => new(
            $"update book_checkpoint c set {change} where c.book_id = {Ledger} and c.size = (select max(size) from book_checkpoint x where x.book_id = c.book_id)",
            Guarantee.Immutable, message);
        return Of(
            "book_checkpoint",
            ("book_id", Latest("book_id = 77", "no such book")),
            ("incarnation", Latest("incarnation = 9", "its note is of")),
            ("size", Latest("size = size + 100000", "signed over")),
            ("root", Latest("root = sha256(root)", "not those that are there")),
            ("note", Latest("note = replace(note, 'ledger', 'ledgex')", "its note is of", "no key")),
            ("signed_at", Latest("signed_at = signed_at - interval '1 day'", "before a smaller one")));
    }

    private static Dictionary<(string, string), TamperedColumn> Cosignatures()
    {
        // A witness' line, as one would have brought it; whether it verifies, only who has the witness' key can tell.
        static TamperedColumn Cosignature(string change, params string[] message) => new(
            $"""
            insert into book_cosignature (book_id, incarnation, size, line, witness)
            select book_id, incarnation, max(size), '— witness.example AAAA', 'witness.example' from book_checkpoint where book_id = {Ledger} group by 1, 2;
            update book_cosignature set {change}
            """,
            Guarantee.Immutable, message);
        return Of(
            "book_cosignature",
            ("book_id", Cosignature("book_id = 77", "no such book")),
            ("incarnation", Cosignature("incarnation = 9", "of no such checkpoint")),
            ("size", Cosignature("size = size + 1000", "of no such checkpoint")),
            ("line", Cosignature("line = '— other.example AAAA'", "by another witness")),
            ("witness", Cosignature("witness = 'other.example'", "by another witness")),
            ("received_at", Cosignature("received_at = received_at - interval '1 day'", "older than it")));
    }

    private static Dictionary<(string, string), TamperedColumn> Keys() => Of(
        "log_key",
        ("public_key", new TamperedColumn("update log_key set public_key = sha256(public_key)", Guarantee.Immutable, "no key that ever signed")),
        ("first_used", new TamperedColumn("update log_key set first_used = first_used - interval '1 day'", null, "it orders the keys that are tried")));

    private static Dictionary<(string, string), TamperedColumn> Deals()
    {
        static TamperedColumn Deal(string change, params string[] message) =>
            new($"update deal set {change} where id = (select min(id) from deal where status = 5)", Guarantee.Attribution, message);
        static TamperedColumn Column(string change) => Deal(change, $"column {change.Split(' ')[0]} of its row");
        return Of(
            "deal",
            ("id", Deal("id = 'deal_elsewhere'", "no state is stored")),
            ("version", Deal("version = version + 1", "a lock, no record: the next write is refused") with { By = null }),
            ("payload", Deal("payload = substring(payload for length(payload) / 2)", "cannot be read")),
            ("caller", Column("caller = gen_random_uuid()")),
            ("business_key", Column("business_key = coalesce(business_key, '') || 'x'")),
            ("referrer", Column("referrer = receiver")),
            ("receiver", Column("receiver = referrer")),
            ("client", Column("client = referrer")),
            ("vertical", Column("vertical = 'OTHER'")),
            ("product", Column("product = 'OTHER'")),
            ("referred_on", Column("referred_on = referred_on - 1")),
            ("created_at", Column("created_at = created_at - interval '1 day'")),
            ("status", Column("status = 4")),
            ("updated_at", Column("updated_at = updated_at + interval '1 day'")),
            ("settled_value_minor", Column("settled_value_minor = settled_value_minor + 1")),
            ("currency", Column("currency = 'NZD'")),
            ("settled_on", Column("settled_on = settled_on - 1")),
            ("completed_on", Column("completed_on = completed_on - 1")),
            ("trail_months", Column("trail_months = 3")));
    }

    private static TamperedColumn Row(string book, string change, Guarantee by, params string[] message) =>
        new($"update book_entry set {change} where book_id = {book} and sequence = 3", by, message);

    private static Dictionary<(string, string), TamperedColumn> Of(string table, params (string Column, TamperedColumn Change)[] columns) =>
        columns.ToDictionary(column => (table, column.Column), column => column.Change);
}
