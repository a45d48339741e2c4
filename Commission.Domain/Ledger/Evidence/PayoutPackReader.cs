using Commission.Domain.Amounts;
using Commission.Domain.Payouts;
using Commission.Domain.Payouts.Tax;

namespace Commission.Domain.Ledger.Evidence;

/// <summary>Reads payout packs that anybody may have written, as strictly as evidence packs are read.</summary>
public static class PayoutPackReader
{
    private const int MaxLines = 100_000;

    /// <summary>Whether a file says that it is a payout pack; what it is beyond that, reading tells.</summary>
    public static bool IsOne(ReadOnlyMemory<byte> bytes) =>
        bytes.Length <= EvidencePack.MaxBytes && bytes.Span.IndexOf("\"schema\":\"commission/payout-pack/"u8) >= 0;

    /// <summary>Reads a pack.</summary>
    /// <exception cref="FormatException">The bytes are no payout pack; the message says why.</exception>
    public static PayoutPack Read(ReadOnlyMemory<byte> bytes) => EvidencePackReader.Read(bytes, Read);

    private static PayoutPack Read(StrictNode node)
    {
        node.Allow("schema", "books", "batch", "item", "index", "path", "lines", "statement");
        if (node.Text("schema") != PayoutPack.Schema)
            throw StrictNode.Mistake("schema", PayoutPack.Schema, node.Text("schema"));
        var books = EvidencePackReader.Books(node);
        var lines = EvidencePackReader.Items(node, "lines", Line);
        if (lines.Count is 0 or > MaxLines)
            throw StrictNode.Mistake("lines", $"1 to {MaxLines} lines", $"{lines.Count}");
        return new PayoutPack(
            books, Header(node.Get("batch")), Item(node.Get("item")), node.Integer("index", 0, PayoutBatchMachine.MaxItems),
            EvidencePackReader.Path(node), lines, EvidencePackReader.Canonical(node, "statement"));
    }

    private static PaidLine Line(StrictNode node)
    {
        node.Allow("amountMinor", "sequence");
        return new PaidLine(node.Integer("sequence", 0, CanonicalJson.MaxInteger), Amount(node, "amountMinor"));
    }

    private static BatchHeader Header(StrictNode node)
    {
        node.Allow("batch", "currency", "items", "itemsRoot", "rail", "version");
        node.Integer("version", BatchHeader.Version, BatchHeader.Version);
        return new BatchHeader(
            node.Id<PayoutBatchId>("batch"), RailOf(node), EvidencePackReader.CurrencyOf(node), (int)node.Integer("items", 1, PayoutBatchMachine.MaxItems),
            node.Hash("itemsRoot"));
    }

    private static Rail RailOf(StrictNode node) => node.Text("rail") switch
    {
        "aba" => Rail.Aba,
        "stripe" => Rail.Stripe,
        var other => throw StrictNode.Mistake("batch.rail", "aba or stripe", other),
    };

    private static PayoutItem Item(StrictNode node)
    {
        node.Allow("amountMinor", "destination", "gstMinor", "item", "lines", "linesHash", "payMinor", "payee", "salt", "withheldMinor");
        var amounts = new PayoutAmounts(Amount(node, "amountMinor"), Amount(node, "gstMinor"), node.Integer("withheldMinor", 0, Money.MaxMinor));
        if (amounts.PayMinor <= 0 || amounts.PayMinor != node.Integer("payMinor", 1, Money.MaxMinor))
            throw StrictNode.Mistake("item.payMinor", "amountMinor + gstMinor - withheldMinor", $"{node.Integer("payMinor", 1, Money.MaxMinor)}");
        return new PayoutItem
        {
            Number = (int)node.Integer("item", 1, PayoutBatchMachine.MaxItems),
            Payee = node.Id<ContactId>("payee"),
            Amounts = amounts,
            Lines = (int)node.Integer("lines", 1, MaxLines),
            LinesHash = node.Hash("linesHash"),
            Destination = node.Hash("destination"),
            Salt = node.Hash("salt"),
        };
    }

    private static long Amount(StrictNode node, string name) => node.Integer(name, -Money.MaxMinor, Money.MaxMinor);
}
